/** Images of the source that the tables are in. */
export const TABLE_FILES = ['a.png', 'b.png', 'c.png', 'd.png'];
const CAFE = ['file,label', 'a.png,café', 'b.png,café', 'c.png,dog', 'd.png,dog'];
const CAFE_JSON = TABLE_FILES.map((file, i) => JSON.stringify({ file, label: i < 2 ? 'café' : 'dog' }));
const BOM = '\ufeff';

const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const utf16be = (text: string) => utf16(text).swap16();
const withDelimiter = (delimiter: string) => CAFE.map((line) => line.replace(',', delimiter)).join('\n');

const csv = CAFE.join('\n');
const json = CAFE_JSON.join('\n');

/** Tables with two images of "café" and two of "dog": what they are, file name, content, and columns that are not kept. */
export const TABLES_READ: readonly (readonly [string, string, string | Buffer, (readonly string[])?])[] = [
  ['as UTF-8', 'labels.csv', csv],
  ['as UTF-8 with a byte order mark', 'labels.csv', BOM + csv],
  ['as UTF-16, little endian, with its mark', 'labels.csv', utf16(BOM + csv)],
  ['as UTF-16, big endian, with its mark', 'labels.csv', utf16be(BOM + csv)],
  ['as UTF-16, little endian, without a mark', 'labels.csv', utf16(csv)],
  ['as UTF-16, big endian, without a mark', 'labels.csv', utf16be(csv)],
  ['with semicolons', 'labels.csv', withDelimiter(';')],
  ['with tabs', 'labels.csv', withDelimiter('\t')],
  ['with tabs in a .tsv file', 'labels.tsv', withDelimiter('\t')],
  ["with Excel's line for semicolons", 'labels.csv', `${BOM}sep=;\r\n${withDelimiter(';').replaceAll('\n', '\r\n')}`],
  ["with Excel's line for commas", 'labels.csv', `sep=,\n${csv}`],
  ['as the Unicode text of Excel', 'labels.csv', utf16(BOM + withDelimiter('\t').replaceAll('\n', '\r\n'))],
  ['with line breaks of Windows', 'labels.csv', `${CAFE.join('\r\n')}\r\n`],
  ['with line breaks of both kinds', 'labels.csv', `${CAFE.slice(0, 3).join('\r\n')}\r\n${CAFE.slice(3).join('\n')}`],
  ['with line breaks of old Macs', 'labels.csv', CAFE.join('\r')],
  [
    'with quoted line breaks',
    'labels.csv',
    CAFE.map((line, i) => `"note\n${i}",${line}`).join('\n'),
    ['labels.csv, column "note\\u{a}0": has control characters in its name, so that it is not kept'],
  ],
  ['with quoted names', 'labels.csv', CAFE.map((line) => line.replace(/(.*),(.*)/, '"$1","$2"')).join('\n')],
  ['with the paths of Windows', 'labels.csv', csv.replaceAll('\n', '\n.\\')],
  ['in both Unicode forms', 'labels.csv', csv.replace('café', 'cafe\u0301')],
  ['as JSON lines', 'labels.jsonl', json],
  ['as JSON lines with a byte order mark', 'labels.jsonl', BOM + json],
  ['as JSON lines in UTF-16', 'labels.jsonl', utf16(BOM + json)],
  ['as JSON lines in UTF-16, big endian, without a mark', 'labels.jsonl', utf16be(json)],
  ['as JSON lines with line breaks of Windows', 'labels.jsonl', `${CAFE_JSON.join('\r\n')}\r\n`],
  [
    'as JSON lines with keys of their own',
    'labels.jsonl',
    CAFE_JSON.map((line) => line.replace('}', ',"box":[{"label":1},{"label":2}],"note":"\\"label\\":\\\\"}')).join(
      '\n',
    ),
    ['labels.jsonl, column "box": has values that are not text, numbers, true or false, so that it is not kept'],
  ],
  ['as JSON lines in both Unicode forms', 'labels.jsonl', json.replace('café', 'cafe\u0301')],
];

/** Tables that are refused, with a part of the message. */
export const TABLES_REFUSED: readonly (readonly [string, string, string | Buffer, string])[] = [
  [
    'in Windows-1252',
    'labels.csv',
    Buffer.from(CAFE.join('\n'), 'latin1'),
    'labels.csv, line 2: not UTF-8. Save the table as UTF-8 ("CSV UTF-8" in Excel).',
  ],
  [
    'in Windows-1252, as JSON lines',
    'labels.jsonl',
    Buffer.from(CAFE_JSON.toReversed().join('\r\n'), 'latin1'),
    'labels.jsonl, line 3: not UTF-8. Save',
  ],
  ['in UTF-16 that was cut', 'labels.csv', utf16(BOM + CAFE[1]).subarray(0, -1), 'line 1: not UTF-16LE. Save'],
  ['in UTF-32', 'labels.csv', Buffer.from(new Uint32Array([0xfeff, 0x66, 0x69]).buffer), 'has a NUL character. Save'],
  ['with a label that was misread before', 'labels.csv', 'file,label\na.png,caf\ufffd', 'line 2: "label" must have'],
  [
    'without a header',
    'labels.csv',
    'a.png,cat\nb.png,dog',
    'labels.csv, line 1: the header must name the columns "file" (or "file_name") and "label", separated by a comma, ' +
      'semicolon or tab; it has "a.png", "cat".',
  ],
  ['without a column of labels', 'metadata.csv', 'file_name,text\na.png,A cat', 'it has "file_name", "text"'],
  ['that is empty', 'labels.csv', '', 'labels.csv, line 1: the header must name'],
  ['with another delimiter than it states', 'labels.csv', `sep=;\n${CAFE.join('\n')}`, 'line 2: the header must name'],
  ['with two columns of labels', 'labels.csv', 'file,label,Label\na.png,cat,dog', 'has the column "label" twice'],
  ['with two columns of files', 'labels.csv', 'file,file_name,label\na,b,c', 'has several columns of files'],
  ['with a broken quote', 'labels.csv', 'file,label\n"a.png,cat\nb.png,dog', 'not valid CSV: Quote Not Closed'],
  ['as a JSON object over several lines', 'labels.jsonl', '{\n"file":"a.png"}', 'labels.jsonl, line 1: not valid JSON'],
  ['as a JSON list', 'labels.jsonl', `[${CAFE_JSON.join()}]`, 'labels.jsonl, line 1: not a JSON object. Write one'],
  [
    'as JSON with two labels',
    'labels.jsonl',
    `${CAFE_JSON[0]}\n{"file":"b.png","label":"cat","note":{"label":"x"},"label":"dog"}`,
    'labels.jsonl, line 2: has the key "label" twice. Keep one.',
  ],
  [
    'as JSON with a key written in two ways',
    'labels.jsonl',
    '{"file":"a.png","label":"a\\"}","l\\u0061bel" : "dog"}',
    'labels.jsonl, line 1: has the key "label" twice. Keep one.',
  ],
  [
    'as JSON with two names of the file',
    'metadata.jsonl',
    '{"file":"a.png","file_name":"b.png","label":"cat"}',
    'metadata.jsonl, line 1: has the keys "file" and "file_name". Keep one.',
  ],
  ['with a line break in a label', 'labels.csv', 'file,label\na.png,"c\nd"', '"label" must have 1 to 100 characters'],
  [
    'with a path that climbs out',
    'labels.csv',
    'file,label\n..\\a.png,cat',
    'labels.csv, line 2: The path "../a.png" climbs',
  ],
];
