import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../src/datasets/detect.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import { type Files, fileOf, folderOf, png, tarOf, temporaryStore } from './fixtures.js';
import { FORMS, outcomeOf } from './outcome.js';
import { rawZip } from './raw-zip.js';

/** Written by test/reference/cifar10_pickles.py. */
const REFERENCE = join(import.meta.dirname, '..', 'reference', 'cifar10_pickles.json');
const { pickles } = JSON.parse(await readFile(REFERENCE, 'utf8')) as { pickles: Record<string, string> };
const pickle = (name: string) => gunzipSync(Buffer.from(pickles[name]!, 'base64'));

/** The image n of the script, as its red, green and blue planes. */
const planes = (n: number) => Buffer.from(Array.from({ length: 3072 }, (_, i) => (7 * i + 3 * n) % 256));

const record = (label: number, n: number) => Buffer.concat([Buffer.from([label]), planes(n)]);
const BINARY = { 'data_batch_1.bin': Buffer.concat([record(3, 0), record(5, 1)]), 'test_batch.bin': record(3, 4) };
const COUNTS = ['train cat 1', 'train dog 1'];
/** The rejections for batches that a source lacks. */
const missing = (...batches: (number | 'test')[]) =>
  batches.map((batch) => (batch === 'test' ? `test_batch: ${MISSING}` : `data_batch_${batch}: ${MISSING}`));
const MISSING = 'missing: the source has only a part of CIFAR-10';
const BATCH = pickle('protocol 2 of numpy 1');

async function hashOf(path: string): Promise<string> {
  const { blobs } = await temporaryStore();
  const { manifest } = await ingestImages(await openSource(path), blobs, { testFraction: 0 });
  return manifest.contentHash;
}

const inFolder = (folder: string, files: Files) =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));

describe('CIFAR-10', () => {
  it.each(Object.keys(pickles))('as a pickle of %s is that of the binary batches', async (name) => {
    const folder = await folderOf({ data_batch_1: pickle(name) });
    expect(await outcomeOf(folder)).toEqual({ counts: COUNTS, rejected: missing(2, 3, 4, 5, 'test') });
    expect(await hashOf(folder)).toBe(await hashOf(await folderOf({ 'data_batch_1.bin': BINARY['data_batch_1.bin'] })));
  });

  const forms = Object.keys(FORMS);
  it.each([
    ...forms.map((form) => [form, 'Python', 'cifar-10-batches-py', { data_batch_1: BATCH }, COUNTS, ['test']] as const),
    ...forms.map((form) => [form, 'binary', 'data/any name', BINARY, [...COUNTS, 'test cat 1'], []] as const),
  ])('is read from a %s of its %s batches', async (form, _, folder, files, counts, absent) => {
    const surroundings = { 'README.md': Buffer.from('CIFAR-10'), 'readme.html': Buffer.from('<html>') };
    const path = await FORMS[form]!(inFolder(folder, { ...surroundings, ...files }));
    expect(await outcomeOf(path)).toEqual({ counts, rejected: missing(2, 3, 4, 5, ...absent) });
  });

  it('without some of its batches names those', async () => {
    const others = Object.fromEntries([2, 4].map((n) => [`data_batch_${n}.bin`, record(n, 10 + n)]));
    const { rejected } = await outcomeOf(await folderOf({ ...BINARY, ...others }));
    expect(rejected).toEqual(missing(3, 5));
    const all = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`data_batch_${n}.bin`, record(n, 10 + n)]));
    expect((await outcomeOf(await folderOf({ ...all, ...BINARY }))).rejected).toEqual([]);
  });

  it('is read from archives that a Mac packed', async () => {
    const own = Buffer.from('00051607', 'hex');
    const tar = await tarOf({
      './._cifar-10-batches-py': own,
      './cifar-10-batches-py': null,
      './cifar-10-batches-py/._data_batch_1': own,
      './cifar-10-batches-py/.DS_Store': own,
      './cifar-10-batches-py/data_batch_1': BATCH,
    });
    const zip = rawZip([
      { name: 'cifar-10-batches-py/' },
      { name: 'cifar-10-batches-py/data_batch_1', content: BATCH },
      { name: '__MACOSX/cifar-10-batches-py/._data_batch_1', content: own },
    ]);
    for (const archive of [tar, zip]) {
      expect(await outcomeOf(await fileOf(archive))).toEqual({ counts: COUNTS, rejected: missing(2, 3, 4, 5, 'test') });
    }
  });

  it('is refused with other images, batches in another format, or a batch that is a link', async () => {
    const folder = { 'a/data_batch_1': BATCH };
    await expect(outcomeOf(await folderOf({ ...folder, 'cat/1.png': await png(1) }))).rejects.toThrow(
      'The source is CIFAR-10, with "cat/1.png" that is no part of it next to its batches: register the two apart.',
    );
    await expect(outcomeOf(await folderOf({ ...folder, ...inFolder('b', BINARY) }))).rejects.toThrow(
      '"b/data_batch_1.bin" in another format next to its batches',
    );
    const tar = await tarOf(folder, [{ name: 'a/data_batch_2', type: 'symlink', linkname: '/elsewhere' }]);
    await expect(outcomeOf(await fileOf(tar))).rejects.toThrow(
      'The batch "a/data_batch_2" cannot be read: a symbolic link.',
    );
  });
});
