import { describe, expect, it } from 'vitest';
import { DATASET_BOUNDS, type DatasetBounds } from '../../src/datasets/bounds.js';
import { openArchive, openSource } from '../../src/datasets/detect.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import { images, noise, png, tarGzOf, zipOf } from './archives.js';
import { fileOf, folderOf, sourceOf, temporaryStore } from './fixtures.js';
import { FORMS } from './outcome.js';

/** Begins like a PNG and goes on with nothing: it packs a thousandfold. */
function hollow(bytes: number): Buffer {
  const content = Buffer.alloc(bytes);
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1').copy(content);
  return content;
}

describe('an error names the bound, its value and the received value', () => {
  it.each<[keyof DatasetBounds, number, number, string]>([
    ['maxImages', 5, 6, 'The source has 6 images; the limit maxImages is 5.'],
    ['maxEntries', 3, 4, 'The source has 4 files and folders; the limit maxEntries is 3.'],
    ['maxClasses', 1, 2, 'The source has 2 classes; the limit maxClasses is 1.'],
    ['maxPathLength', 6, 9, 'The path "cat/0.png" has 9 characters; the limit maxPathLength is 6.'],
  ])('%s', async (limit, value, received, message) => {
    const { blobs, files } = await temporaryStore();
    const source = await sourceOf(await images(['cat', 'dog'], 4));
    const ingesting = ingestImages(source, blobs, { bounds: { ...DATASET_BOUNDS, [limit]: value } });
    await expect(ingesting).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message,
      details: { limit, value, received },
    });
    expect(await files()).toEqual([]);
  });

  it.each(['zip', 'tar.gz', 'folder'])('maxImageBytes rejects the image alone, in a %s', async (form) => {
    const large = await noise(1, 400, 400).png().toBuffer(); // too much to be read ahead
    const files = { 'cat/large.png': large, ...(await images(['cat', 'dog'], 2)), 'dog/large.png': large };
    const bounds = { ...DATASET_BOUNDS, maxImageBytes: 1000 };
    const source = await openSource(await FORMS[form]!(files));
    const { rejected, counts } = await ingestImages(source, (await temporaryStore()).blobs, { bounds });
    const reason = `${Math.ceil(large.length / 1000) / 1000} MB; the limit is 0.001 MB`;
    expect(rejected).toEqual([
      { name: 'cat/large.png', reason },
      { name: 'dog/large.png', reason },
    ]);
    expect(counts.images).toBe(4);
  });

  it('maxImageBytes does not apply to other files', async () => {
    const files = { ...(await images(['cat', 'dog'], 2)), 'notes.csv': Buffer.alloc(5000, 'a') };
    const bounds = { ...DATASET_BOUNDS, maxImageBytes: 1000 };
    const ingested = await ingestImages(await sourceOf(files), (await temporaryStore()).blobs, { bounds });
    expect(ingested.rejected.map(({ name }) => name)).toEqual(['notes.csv']);
  });

  it('maxPhotoMemory rejects the image alone', async () => {
    const files = { ...(await images(['cat', 'dog'], 2)), 'cat/large.png': await png(9, 20, 20) };
    const bounds = { ...DATASET_BOUNDS, maxPhotoMemory: 300 };
    const ingested = await ingestImages(await sourceOf(files), (await temporaryStore()).blobs, { bounds });
    expect(ingested.rejected).toEqual([
      { name: 'cat/large.png', reason: '0.0004 MP (20 x 20); the limit is 0.0001 MP' },
    ]);
  });

  it('maxRejected keeps some by name and counts all', async () => {
    const files = {
      ...(await images(['cat', 'dog'], 2)),
      ...Object.fromEntries([1, 2, 3].map((i) => [`cat/${i}.txt`, Buffer.from('x')])),
    };
    const bounds = { ...DATASET_BOUNDS, maxRejected: 2 };
    const ingested = await ingestImages(await sourceOf(files), (await temporaryStore()).blobs, { bounds });
    expect([ingested.rejected.length, ingested.rejectedCount]).toEqual([2, 3]);
  });

  const MIB = 1024 ** 2;
  it.each([
    ['zip', 'of images', () => Object.fromEntries([1, 2, 3, 4].map((i) => [`cat/${i}.png`, hollow(19 * MIB)]))],
    ['tar.gz', 'of images', () => Object.fromEntries([1, 2, 3, 4].map((i) => [`cat/${i}.png`, hollow(19 * MIB)]))],
    ['zip', 'that is no image', () => ({ 'cat/bomb.jpg': Buffer.alloc(80 * MIB) })],
    ['tar.gz', 'that is no image', () => ({ 'cat/bomb.jpg': Buffer.alloc(80 * MIB) })],
  ] as const)('maxCompressionRatio, in a %s bomb %s', async (form, _, bomb) => {
    const files = { ...(await images(['cat', 'dog'], 2)), ...bomb() };
    const file = await fileOf(await { zip: zipOf, 'tar.gz': tarGzOf }[form](files));
    await expect(ingestImages(await openArchive(file), (await temporaryStore()).blobs)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringMatching(
        /^The archive has \d+ bytes unpacked for each of its bytes; the limit maxCompressionRatio is 200\.$/,
      ),
    });
  });

  it.each(['zip', 'tar.gz', 'folder'] as const)('maxTotalBytes, in a %s', async (form) => {
    const bounds = { ...DATASET_BOUNDS, maxTotalBytes: 2000 };
    const files = await images(['cat', 'dog'], 8);
    const pack = { zip: zipOf, 'tar.gz': tarGzOf };
    const path = form === 'folder' ? await folderOf(files) : await fileOf(await pack[form](files));
    const { blobs } = await temporaryStore();
    const ingesting = async () => ingestImages(await openSource(path, bounds), blobs, { bounds });
    await expect(ingesting()).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringMatching(/^The source has \d+ bytes unpacked; the limit maxTotalBytes is 2000\.$/),
    });
  });
});
