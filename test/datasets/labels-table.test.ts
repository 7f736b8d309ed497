import { describe, expect, it } from 'vitest';
import { DATASET_BOUNDS } from '../../src/datasets/bounds.js';
import { ColumnCollector } from '../../src/datasets/columns.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import { hashColumns } from '../../src/datasets/manifest.js';
import { readManifest } from '../../src/datasets/read-manifest.js';
import type { BlobStore } from '../../src/storage/blobs.js';
import { type Files, png } from './archives.js';
import { sourceOf, temporaryStore } from './fixtures.js';

const ingest = async (files: Files) => {
  const { blobs } = await temporaryStore();
  stores.push(blobs);
  return ingestImages(await sourceOf(files), blobs, { testFraction: 0.5 });
};
const stores: BlobStore[] = [];

const table = (...lines: string[]) => Buffer.from(lines.join('\n'));

async function pictures(...names: string[]): Promise<Record<string, Buffer>> {
  return Object.fromEntries(await Promise.all(names.map(async (name, i) => [name, await png(i)] as const)));
}

const four = () => pictures('a.png', 'b.png', 'c.png', 'd.png');
const CSV = ['file,label', 'a.png,cat', 'b.png,cat', 'c.png,dog', 'd.png,dog'];

describe('a table of labels', () => {
  it('labels files in any folder, before and after them in an archive', async () => {
    const files = await pictures('a.png', 'x/b.png', 'x/y/c.png', 'd.png');
    const lines = ['file,label,split', 'a.png,cat,train', '"x/b.png", cat ,Test', 'x/y/c.png,dog,train', 'd.png,dog,'];
    const { manifest } = await ingest({ ...files, 'labels.csv': table(...lines) });
    expect(manifest.classes).toEqual(['cat', 'dog']);
    const placed = manifest.images.map(({ name, label, split }) => `${name} ${manifest.classes[label]} ${split}`);
    expect(placed.sort()).toEqual(['a.png cat train', 'd.png dog train', 'x/b.png cat test', 'x/y/c.png dog train']);
  });

  it.each([
    [
      'CSV with a byte order mark, blank lines and other columns',
      'labels.csv',
      ['\ufeffid,LABEL,File_Name', '', '1,cat,a.png', '2,cat,b.png', '3,dog,c.png', '4,dog,d.png'],
    ],
    [
      'JSON lines',
      'labels.jsonl',
      [
        '{"file":"a.png","label":"cat"}',
        '{"file":"b.png","label":"cat"}',
        '',
        '{"file":"c.png","label":"dog"}',
        '{"file":"./d.png","label":"dog","split":null}',
      ],
    ],
    [
      'metadata of an image folder',
      'metadata.jsonl',
      [
        '{"file_name":"a.png","label":"cat"}',
        '{"file_name":"b.png","label":"cat"}',
        '{"file_name":"c.png","label":"dog"}',
        '{"file_name":"d.png","label":"dog"}',
      ],
    ],
  ])('may be %s', async (_, name, lines) => {
    const { manifest, rejected } = await ingest({ [name]: table(...lines), ...(await four()) });
    expect(manifest.images.map((image) => manifest.classes[image.label]).sort()).toEqual(['cat', 'cat', 'dog', 'dog']);
    expect(rejected).toEqual([]);
  });

  it('gives images its further columns, trimmed, and says which it does not keep', async () => {
    const lines = [
      '{"file":"a.png","label":"cat","camera":" north ","year":2021,"night":false,"box":[1],"text":"short"}',
      `{"file":"b.png","label":"cat","camera":"","year":null,"night":true,"box":[2],"text":"${'x'.repeat(101)}"}`,
      '{"file":"c.png","label":"dog","camera":"cafe\u0301","empty":""}',
      '{"file":"d.png","label":"dog","bell":"\\u0007"}',
    ];
    const { manifest, rejected, manifestBlob } = await ingest({ 'labels.jsonl': table(...lines), ...(await four()) });
    expect(manifest.columns).toEqual(['camera', 'year', 'night']);
    const values = Object.fromEntries(manifest.images.map((image) => [image.name, image.values]));
    expect(values).toEqual({
      ...{ 'a.png': ['north', '2021', 'false'], 'b.png': [null, null, 'true'] },
      ...{ 'c.png': ['caf\u00e9', null, null], 'd.png': [null, null, null] },
    });
    expect(await readManifest(stores.at(-1)!, manifestBlob.sha256)).toEqual(manifest);
    expect(rejected).toEqual([
      {
        name: 'labels.jsonl, column "box"',
        reason: 'has values that are not text, numbers, true or false, so that it is not kept',
      },
      {
        name: 'labels.jsonl, column "text"',
        reason: 'has values longer than the limit maxValueLength of 100, so that it is not kept',
      },
      {
        name: 'labels.jsonl, column "bell"',
        reason: 'has values with control characters or "\uFFFD", so that it is not kept',
      },
    ]);
  });

  it('keeps the columns up to the limit, and no column that a table has twice', async () => {
    const extra = Array.from({ length: 34 }, (_, i) => `c${i}`);
    const lines = CSV.map((line, i) => [line, ...extra.map((name) => (i === 0 ? name : '1'))].join(','));
    const { manifest, rejected } = await ingest({
      ...(await four()),
      'labels.csv': table(...lines.map((line) => line.replace(/,c1,/, ',c0,'))),
    });
    expect(manifest.columns).toEqual(extra.filter((name) => !['c0', 'c1'].includes(name)));
    expect(rejected.map(({ name }) => name)).toEqual(['labels.csv, column "c0"']);
    const wide = await ingest({ ...(await four()), 'labels.csv': table(...lines) });
    expect(wide.rejected.map(({ name }) => name)).toEqual(['labels.csv, column "c32"', 'labels.csv, column "c33"']);
    expect(wide.manifest.contentHash).toBe(manifest.contentHash); // the images are the same
  });

  it('names ten of the columns beyond the limit, and remembers the values of those that it keeps', async () => {
    const cells = (value: string) => Array.from({ length: 1200 }, (_, i) => [`c${i}`, value] as const);
    const collector = new ColumnCollector(DATASET_BOUNDS);
    collector.note([['c0', 'x'.repeat(101)]]);
    collector.note(cells('1'));
    collector.put('a.png', cells('1'));
    expect(collector.names).toEqual(Array.from({ length: 32 }, (_, i) => `c${i + 1}`));
    expect(collector.valuesOf('a.png')).toEqual(Array.from({ length: 32 }, () => '1'));
    const what = collector.leftOut.map((column) => column.what);
    expect(what).toEqual([
      ...['column "c0"', ...Array.from({ length: 10 }, (_, i) => `column "c${i + 33}"`)],
      'more columns',
    ]);
    expect(collector.leftOut.at(-1)!.reason).toMatch(/^are beyond the limit maxColumns of 32/);
  });

  it('has no columns whose values are of files that the source lacks', async () => {
    const lines = CSV.map((line, i) => `${line},${i === 0 ? 'day,camera' : ',north'}`);
    const { manifest } = await ingest({ ...(await four()), 'labels.csv': table(...lines, 'absent.png,cat,3,') });
    expect(manifest.columns).toEqual(['camera']);
    expect(manifest.images.map(({ values }) => values)).toEqual(Array.from({ length: 4 }, () => ['north']));
  });

  it('has the same hash of columns in another order', async () => {
    const hashOf = async (...lines: string[]) => {
      const rows = CSV.map((line, i) => `${line},${lines[Math.min(i, 1)]}`);
      return hashColumns((await ingest({ ...(await four()), 'labels.csv': table(...rows) })).manifest);
    };
    const hash = await hashOf('day,camera', '3,north');
    expect(await hashOf('camera,day', 'north,3')).toBe(hash);
    expect(await hashOf('camera,day', '3,north')).not.toBe(hash);
  });

  it('takes numbers as names of classes', async () => {
    const lines = ['a', 'b', 'c', 'd'].map((name, i) => `{"file":"${name}.png","label":${i % 2}}`);
    const { manifest } = await ingest({ 'labels.jsonl': table(...lines), ...(await four()) });
    expect(manifest.classes).toEqual(['0', '1']);
  });

  it('is at the top of the source or in its wrapping folder', async () => {
    const files = await pictures('set/a.png', 'set/b.png', 'set/c.png', 'set/d.png');
    const inside = await ingest({ ...files, 'set/labels.csv': table(...CSV) });
    const beside = await ingest({
      ...files,
      'labels.csv': table(...CSV.map((line, i) => (i === 0 ? line : `set/${line}`))),
    });
    expect(inside.manifest.contentHash).toBe(beside.manifest.contentHash);
  });

  it('in a class folder is a file like others', async () => {
    const files = await pictures('cat/a.png', 'cat/b.png', 'dog/c.png', 'dog/d.png');
    const { rejected } = await ingest({ ...files, 'cat/labels.csv': table('file,label') });
    expect(rejected).toEqual([{ name: 'cat/labels.csv', reason: expect.stringContaining('not a JPEG') }]);
  });

  it('rejects unlisted files and listed files that are missing', async () => {
    const files = { ...(await four()), 'e.png': await png(9) };
    const { rejected } = await ingest({ ...files, 'labels.csv': table(...CSV, 'f.png,cat') });
    expect(rejected).toEqual([
      { name: 'e.png', reason: 'not listed in labels.csv' },
      { name: 'f.png', reason: 'listed in labels.csv, but not an image of the source' },
    ]);
  });

  it.each([
    ['without a file', ['file,label', ',cat'], 'labels.csv, line 2: "file" or "file_name" is missing'],
    ['without a label', ['file,label', 'a.png,'], 'labels.csv, line 2: "label" must have 1 to 100 characters'],
    [
      'with another split',
      ['file,label,split', 'a.png,cat,holdout'],
      'line 2: "split" must be one of train, training, validation',
    ],
    ['that climbs out', ['file,label', '../a.png,cat'], 'climbs out of its folder'],
    ['with more columns', ['file,label', 'a.png,cat,train'], 'line 2: not valid CSV'],
    ['listed twice with two labels', ['file,label', 'a.png,cat', './a.png,dog'], 'line 3: "./a.png" is listed twice'],
  ])('is refused with a row %s', async (_, lines, message) => {
    await expect(ingest({ ...(await four()), 'labels.csv': table(...lines) })).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringContaining(message),
    });
  });

  it('is refused when a line is not valid JSON, or there are two tables', async () => {
    const files = await four();
    await expect(ingest({ ...files, 'labels.jsonl': table('{}') })).rejects.toThrow(
      'line 1: "file" or "file_name" is missing',
    );
    await expect(ingest({ ...files, 'labels.jsonl': table('{') })).rejects.toThrow('line 1: not valid JSON');
    await expect(ingest({ ...files, 'labels.csv': table(...CSV), 'metadata.csv': table(...CSV) })).rejects.toThrow(
      'two tables of labels, "labels.csv" and "metadata.csv"',
    );
  });
});
