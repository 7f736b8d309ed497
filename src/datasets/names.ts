/** Longest form of a user's path in a message or a list, in UTF-16 code units. */
const SHOWN_LENGTH = 120;

/** Control characters, and those that change the direction or the line of the text around them. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}\p{Cs}]/gu;

/** A path as it may be shown: nothing in it moves a cursor or hides text, and it is cut in the middle when long. */
export function shown(path: string): string {
  const short =
    path.length <= SHOWN_LENGTH ? path : `${path.slice(0, SHOWN_LENGTH / 2)}…${path.slice(-SHOWN_LENGTH / 2 + 1)}`;
  return printable(short);
}

/** A text in which nothing moves a cursor or hides other text. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** `shown`, in quotation marks: for sentences. */
export function quoted(path: string): string {
  return `"${shown(path)}"`;
}

/** Ascending by UTF-16 code unit: the same on every machine, whatever its language. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
