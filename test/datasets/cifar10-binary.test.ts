import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { measureImage } from '../../src/datasets/decode.js';
import { openArchive } from '../../src/datasets/detect.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import { tarGzOf } from './archives.js';
import { fileOf, temporaryStore } from './fixtures.js';

const NAMES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const FOLDER = 'cifar-10-batches-bin';

/** A record whose pixel i is (i, i + 1 + label, shade), all modulo 256. */
function record(label: number, shade: number): Buffer {
  const plane = (value: (i: number) => number) => Buffer.from(Array.from({ length: 1024 }, (_, i) => value(i) % 256));
  return Buffer.concat([Buffer.from([label]), plane((i) => i), plane((i) => i + 1 + label), plane(() => shade)]);
}

const batch = (shade: number) => Buffer.concat(NAMES.map((_, label) => record(label, shade)));

const archive = (change: Record<string, Buffer> = {}) =>
  tarGzOf({
    [`${FOLDER}/data_batch_1.bin`]: batch(1),
    [`${FOLDER}/batches.meta.txt`]: Buffer.from(`${NAMES.join('\n')}\n\n`),
    [`${FOLDER}/data_batch_2.bin`]: batch(2),
    [`${FOLDER}/readme.html`]: Buffer.from('<html>'),
    [`${FOLDER}/test_batch.bin`]: batch(3),
    ...change,
  });

const ingest = async (content: Buffer) => {
  const { blobs } = await temporaryStore();
  return { blobs, ...(await ingestImages(await openArchive(await fileOf(content)), blobs)) };
};

describe("CIFAR-10's binary archive", () => {
  it('is recognised, and its records become images without loss', async () => {
    const { blobs, manifest, counts, rejected } = await ingest(await archive());
    expect(manifest.classes).toEqual(NAMES);
    expect(counts).toMatchObject({ train: 20, validation: 0, test: 10 });
    expect(rejected.map(({ name }) => name)).toEqual(['data_batch_3', 'data_batch_4', 'data_batch_5']);

    const image = manifest.images.find(({ name }) => name === 'train/cat/data_batch_2-00003.png')!;
    const shard = await blobs.get(manifest.shards[image.shard]!);
    const pixels = await sharp(shard.subarray(image.offset, image.offset + image.bytes))
      .raw()
      .toBuffer();
    expect([image.width, image.height, pixels.length]).toEqual([32, 32, 3072]);
    expect([...pixels.subarray(3 * 700, 3 * 700 + 3)]).toEqual([700 % 256, (700 + 1 + 3) % 256, 2]);
    const { width, height, facts } = image;
    expect(await measureImage(shard.subarray(image.offset, image.offset + image.bytes))).toEqual({
      width,
      height,
      facts,
    });
  });

  it.each([
    [
      'a batch that ends inside a record',
      'test_batch.bin',
      batch(3).subarray(1),
      'does not end after a whole record of 3073 bytes',
    ],
    ['a label above 9', 'test_batch.bin', record(10, 1), 'has a record with the label 10; labels are 0 to 9'],
    ['another list of classes', 'batches.meta.txt', Buffer.from('cat\ndog\n'), 'does not list the ten classes'],
  ])('is refused with %s', async (_, name, content, message) => {
    await expect(ingest(await archive({ [`${FOLDER}/${name}`]: content }))).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringContaining(message),
    });
  });
});
