import { describe, expect, it } from 'vitest';
import { type Files, pictures } from './archives.js';
import { TABLE_FILES, TABLES_READ, TABLES_REFUSED } from './cases/tables.js';
import { folderOf } from './fixtures.js';
import { outcomeOf } from './outcome.js';

const ingest = async (files: Files) => outcomeOf(await folderOf(files));

describe('a table of labels gives its classes', () => {
  const cases = TABLES_READ.map(([what, name, content, rejected = []]) => ({ what, name, content, rejected }));

  it.each(cases)('$what', async ({ name, content, rejected }) => {
    const outcome = await ingest({ ...(await pictures(...TABLE_FILES)), [name]: Buffer.from(content as string) });
    expect(outcome).toEqual({ counts: ['train café 2', 'train dog 2'], rejected });
  });
});

describe('a table of labels is refused', () => {
  it.each(TABLES_REFUSED)('%s', async (_, name, content, message) => {
    const files = { ...(await pictures(...TABLE_FILES)), [name]: Buffer.from(content as string) };
    await expect(ingest(files)).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringContaining(message),
    });
  });
});

const text = (lines: readonly string[]) => Buffer.from(lines.join('\n'));
const SPLIT_FILES = ['train/1.png', 'train/2.png', 'train/3.png', 'test/1.png', 'test/2.png', 'Dev/1.png'];
const LABELS = ['cat', 'cat', 'dog', 'cat', 'dog', 'dog'];
const SPLIT_COUNTS = ['train cat 2', 'train dog 1', 'validation dog 1', 'test cat 1', 'test dog 1'];
const rows = (folder: string) =>
  SPLIT_FILES.flatMap((file, i) =>
    file.startsWith(folder) ? [`${file.slice(folder.length).replace(/^\//, '')},${LABELS[i]}`] : [],
  );

describe("the split folders of an image folder's metadata", () => {
  it.each<[string, Record<string, Buffer>]>([
    ['with a table at the top', { 'metadata.csv': text(['file_name,label', ...rows('')]) }],
    [
      'with a table at the top that names some splits',
      {
        'metadata.csv': text(['file_name,label,split', ...rows('').map((row, i) => `${row},${i < 2 ? 'train' : ''}`)]),
      },
    ],
    [
      'with a table in each',
      Object.fromEntries(
        ['train', 'test', 'Dev'].map((folder) => [
          `${folder}/metadata.csv`,
          text(['file_name,label', ...rows(folder)]),
        ]),
      ),
    ],
    [
      'with JSON lines in each',
      Object.fromEntries(
        ['train', 'test', 'Dev'].map((folder) => [
          `${folder}/metadata.jsonl`,
          text(rows(folder).map((row) => JSON.stringify({ file_name: row.split(',')[0], label: row.split(',')[1] }))),
        ]),
      ),
    ],
  ])('%s are the splits', async (_, tables) => {
    const files = { ...(await pictures(...SPLIT_FILES)), ...tables };
    expect(await ingest(files)).toEqual({ counts: SPLIT_COUNTS, rejected: [] });
    const wrapped = Object.fromEntries(Object.entries(files).map(([name, content]) => [`data/set/${name}`, content]));
    expect(await ingest(wrapped)).toEqual({ counts: SPLIT_COUNTS, rejected: [] });
  });

  it('may have a table in one and class folders in another', async () => {
    const files = { ...(await pictures('train/cat/1.png', 'train/dog/1.png', 'val/1.png', 'val/2.png')) };
    const table = { 'val/metadata.csv': text(['file_name,label', '1.png,cat']) };
    expect(await ingest({ ...files, ...table })).toEqual({
      counts: ['train cat 1', 'train dog 1', 'validation cat 1'],
      rejected: ['val/2.png: not listed in val/metadata.csv'],
    });
  });

  it('are refused when the table contradicts them', async () => {
    const table = text(['file_name,label,split', ...rows('').map((row) => `${row},train`)]);
    await expect(ingest({ ...(await pictures(...SPLIT_FILES)), 'metadata.csv': table })).rejects.toThrow(
      'metadata.csv, line 5: "test/1.png" has the split "train", but is in the folder "test". Correct the split, or leave it empty.',
    );
  });

  it.each([
    ['one', ['train/metadata.csv', 'train/labels.jsonl']],
    ['the top and in one', ['metadata.csv', 'train/metadata.csv']],
  ])('are refused with two tables in %s', async (_, tables) => {
    const files = await pictures(...SPLIT_FILES);
    for (const name of tables) files[name] = text(['file_name,label', ...rows('')]);
    await expect(ingest(files)).rejects.toThrow('The source has two tables of labels, ');
  });
});

describe("Roboflow's tables", () => {
  const oneHot = (...lines: string[]) => text(['filename, Cat, Dog', ...lines]);
  const files = () => pictures('train/1.jpg', 'train/2.jpg', 'train/3.jpg', 'valid/1.jpg', 'test/1.jpg', 'test/2.jpg');
  const tables = {
    'valid/_classes.csv': oneHot('1.jpg, 1, 0'),
    'test/_classes.csv': oneHot('1.jpg, 0, 1', '2.jpg, 0, 0'),
    'README.roboflow.txt': Buffer.from('pets'),
  };

  it('give classes and splits, and list images without a class', async () => {
    const train = { 'train/_classes.csv': oneHot('1.jpg, 1, 0', '2.jpg, 1, 0', '3.jpg, 0, 1') };
    const { counts, rejected } = await ingest({ ...(await files()), ...tables, ...train });
    expect(counts).toEqual(['train Cat 2', 'train Dog 1', 'validation Cat 1', 'test Dog 1']);
    expect(rejected).toEqual([
      expect.stringContaining('README.roboflow.txt: not a JPEG'),
      expect.stringMatching(/^test\/2\.jpg: without a class in .*test\/_classes\.csv/),
    ]);
  });

  it.each([
    [
      'two classes',
      '2.jpg, 1, 1',
      'train/_classes.csv, line 2: has the classes "Cat" and "Dog"; an image has one class.',
    ],
    ['another value', '2.jpg, 1, 0.5', 'train/_classes.csv, line 2: a class has 0 or 1; received "0.5".'],
  ])('are refused with %s', async (_, row, message) => {
    const train = { 'train/_classes.csv': oneHot(row) };
    await expect(ingest({ ...(await files()), ...tables, ...train })).rejects.toThrow(message);
  });
});
