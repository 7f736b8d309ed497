import iconv from 'iconv-lite';
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

/** Encodings that names in a zip archive may be said to have: of DOS, Windows and Unix machines. */
export const NAME_ENCODINGS: readonly string[] = [
  ...[
    'cp437',
    'cp850',
    'cp852',
    'cp866',
    'windows-1250',
    'windows-1251',
    'windows-1252',
    'windows-1253',
    'windows-1254',
  ],
  ...['windows-1255', 'windows-1256', 'windows-1257', 'windows-1258', 'windows-874', 'iso-8859-1', 'iso-8859-2'],
  ...['iso-8859-15', 'koi8-r', 'shift_jis', 'euc-jp', 'gbk', 'gb18030', 'big5', 'euc-kr'],
];

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The name that these bytes are in UTF-8, or in one of `NAME_ENCODINGS`.
 * @throws DATASET_REFUSED for other bytes, with `remedy` as the last sentence.
 */
export function decodeName(bytes: Uint8Array, container: string, remedy: string, encoding?: string): string {
  try {
    return encoding === undefined ? utf8.decode(bytes) : decodeExactly(bytes, encoding);
  } catch {
    const escaped = Buffer.from(bytes)
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
    const fault = encoding === undefined ? 'not UTF-8; its encoding is unknown' : `not ${encoding}`;
    const message = `${container} has the name ${quoted(escaped)}, which is ${fault}. ${remedy}`;
    throw new HubError('DATASET_REFUSED', message);
  }
}

/** @throws an Error for bytes that stand for no character. */
function decodeExactly(bytes: Uint8Array, encoding: string): string {
  const name = iconv.decode(Buffer.from(bytes), encoding);
  if (name.includes('\uFFFD')) throw new Error(`not ${encoding}`);
  return name;
}

/** Text of a table or of a request as it is stored: composed (NFC), without spaces around it. */
export const asStored = (text: string): string => text.normalize('NFC').trim();
