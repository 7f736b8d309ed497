import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../src/datasets/detect.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import { png, tarOf } from './archives.js';
import { BINARY, COUNTS, cifarRead, cifarRefused, missing, readPickles, record } from './cases/cifar10.js';
import { fileOf, folderOf, temporaryStore } from './fixtures.js';
import { FORMS, outcomeOf } from './outcome.js';
import { rawZip } from './raw-zip.js';

const PICKLES = readPickles(join(import.meta.dirname, '..', 'reference'));
const BATCH = PICKLES.get('protocol 2 of numpy 1')!;
const IMAGE = await png(1);

async function hashOf(path: string): Promise<string> {
  const { blobs } = await temporaryStore();
  const { manifest } = await ingestImages(await openSource(path), blobs, { testFraction: 0 });
  return manifest.contentHash;
}

describe('CIFAR-10', () => {
  it.each([...PICKLES])('as a pickle of %s is that of the binary batches', async (_, batch) => {
    const folder = await folderOf({ data_batch_1: batch });
    expect(await outcomeOf(folder)).toEqual({ counts: COUNTS, rejected: missing(2, 3, 4, 5, 'test') });
    expect(await hashOf(folder)).toBe(await hashOf(await folderOf({ 'data_batch_1.bin': BINARY['data_batch_1.bin'] })));
  });

  it.each(cifarRead(BATCH))('is read from %s', async (_, files, counts, rejected) => {
    for (const form of Object.values(FORMS)) expect(await outcomeOf(await form(files))).toEqual({ counts, rejected });
  });

  it('of all batches rejects none', async () => {
    const numbers = [1, 2, 3, 4, 5];
    const all = Object.fromEntries(numbers.map((n) => [`data_batch_${n}.bin`, record(n, 10 + n)]));
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

  it.each(cifarRefused(IMAGE))('is refused with %s', async (_, files, message) => {
    await expect(outcomeOf(await folderOf({ 'a/data_batch_1': BATCH, ...files }))).rejects.toThrow(message);
  });

  it('is refused with a batch that is a link', async () => {
    const tar = await tarOf({ 'a/data_batch_1': BATCH }, [
      { name: 'a/data_batch_2', type: 'symlink', linkname: '/elsewhere' },
    ]);
    await expect(outcomeOf(await fileOf(tar))).rejects.toThrow(
      'The batch "a/data_batch_2" cannot be read: a symbolic link.',
    );
  });
});
