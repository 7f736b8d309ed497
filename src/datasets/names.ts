import { HubError } from '../errors.js';

/** Longest path in a message or list, in UTF-16 code units. */
const SHOWN_LENGTH = 120;

/** Control characters, line and direction marks, and lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}\p{Cs}]/gu;

/** A path for display: printable, and shortened in the middle when long. */
export function shown(path: string): string {
  const short =
    path.length <= SHOWN_LENGTH ? path : `${path.slice(0, SHOWN_LENGTH / 2)}…${path.slice(-SHOWN_LENGTH / 2 + 1)}`;
  return printable(short);
}

/** Escapes characters that would move a cursor or hide text. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** `shown` in quotation marks, for sentences. */
export function quoted(path: string): string {
  return `"${shown(path)}"`;
}

/** Compares by UTF-16 code unit, independent of the machine's language. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The name that these bytes are in UTF-8. @throws DATASET_REFUSED for other bytes, with `remedy` as the last sentence. */
export function decodeName(bytes: Uint8Array, container: string, remedy: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    const escaped = Buffer.from(bytes)
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
    const message = `${container} has the name ${quoted(escaped)}, which is not UTF-8; its encoding is unknown. ${remedy}`;
    throw new HubError('DATASET_REFUSED', message);
  }
}
