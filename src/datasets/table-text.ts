import { tableFault } from './table-fault.js';

const REMEDY = 'Save the table as UTF-8 ("CSV UTF-8" in Excel)';

/**
 * The text of a table in UTF-8 or UTF-16, with or without a byte order mark. Other encodings are refused: they are not
 * stated, and a guess would make wrong names. @throws DATASET_REFUSED, naming the line.
 */
export function decodeTable(content: Buffer, table: string): string {
  const encoding = encodingOf(content);
  const text = decoded(content, encoding);
  if (text === null) throw tableFault(table, badLine(content, encoding), `not ${encoding.toUpperCase()}. ${REMEDY}`);
  const nul = text.indexOf('\0');
  if (nul >= 0) throw tableFault(table, linesOf(text.slice(0, nul)), `has a NUL character. ${REMEDY}`);
  return text;
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** By the byte order mark, or by the zeros in the first character, which is ASCII in every table. */
function encodingOf(content: Buffer): Encoding {
  const [first, second] = content;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}

function decoded(content: Uint8Array, encoding: Encoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch {
    return null;
  }
}

/** The line of the first wrong byte. Only of UTF-8: its line breaks are single bytes, wherever other bytes are wrong. */
function badLine(content: Buffer, encoding: Encoding): number {
  if (encoding !== 'utf-8') return 1;
  let line = 1;
  for (let start = 0; ; line += 1) {
    const end = content.indexOf('\n', start);
    if (end < 0 || decoded(content.subarray(start, end), encoding) === null) return line;
    start = end + 1;
  }
}

function linesOf(text: string): number {
  return text.split(/\r\n|\n|\r/).length;
}
