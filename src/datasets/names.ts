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
