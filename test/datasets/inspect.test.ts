import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { measureImage } from '../../src/datasets/decode.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import { conflicts, leaks } from '../../src/datasets/inspect.js';
import { NEAR_DISTANCE, nearPairs } from '../../src/datasets/near-duplicates.js';
import { type Files, images, noise, png } from './archives.js';
import { sourceOf, temporaryStore } from './fixtures.js';

/** A picture of soft shapes, which compression hardly changes: noise that was enlarged. */
const scene = async (seed: number, side = 64): Promise<Sharp> =>
  sharp(await noise(seed, 6, 6).png().toBuffer()).resize(side, side, { kernel: 'cubic' });

const encoded = async (seed: number) => (await scene(seed)).png().toBuffer();

async function inspected(files: Files) {
  return ingestImages(await sourceOf(files), (await temporaryStore()).blobs, { testFraction: 0 });
}

describe('the facts of an image', () => {
  it('are the mean and the deviation of each channel, over white where it is transparent', async () => {
    const half = Buffer.from([10, 20, 30, 255, 20, 20, 50, 255]);
    const { facts } = await measureImage(
      await sharp(half, { raw: { width: 2, height: 1, channels: 4 } })
        .png()
        .toBuffer(),
    );
    expect(facts).toEqual({ mean: [15, 20, 40], deviation: [5, 0, 10], fingerprint: null });
    const clear = sharp(Buffer.alloc(4), { raw: { width: 1, height: 1, channels: 4 } });
    expect((await measureImage(await clear.png().toBuffer())).facts.mean).toEqual([255, 255, 255]);
  });

  it('have the same means for a large image, of which only some pixels are read', async () => {
    const small = await measureImage(await encoded(1));
    const large = await measureImage(await (await scene(1, 1500)).png().toBuffer());
    for (const channel of [0, 1, 2]) expect(large.facts.mean[channel]).toBeCloseTo(small.facts.mean[channel]!, -0.5);
  });

  const distance = async (one: Promise<Buffer>, other: Promise<Buffer>): Promise<number> => {
    const prints = await Promise.all(
      [one, other].map(async (file) => (await measureImage(await file)).facts.fingerprint!),
    );
    const [a, b] = prints.map((print) => BigInt(`0x${print}`)) as [bigint, bigint];
    return [...(a ^ b).toString(2)].filter((bit) => bit === '1').length;
  };

  it.each([
    ['packed hard', async (picture: Sharp) => picture.jpeg({ quality: 30 })],
    [
      'half as large',
      async (picture: Sharp) =>
        sharp(await picture.png().toBuffer())
          .resize(32)
          .png(),
    ],
    ['brighter', async (picture: Sharp) => picture.linear(0.8, 40).png()],
  ])('have nearly the same fingerprint for a picture that is %s', async (_, change) => {
    const distances = await Promise.all(
      [1, 2, 3, 4, 5].map(async (seed) => distance(encoded(seed), (await change(await scene(seed))).toBuffer())),
    );
    expect(Math.max(...distances)).toBeLessThanOrEqual(NEAR_DISTANCE);
  });

  it('have another fingerprint for another image, and none for a flat one', async () => {
    expect(await distance(encoded(1), encoded(2))).toBeGreaterThan(2 * NEAR_DISTANCE);
    const plain = sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } });
    expect((await measureImage(await plain.png().toBuffer())).facts.fingerprint).toBeNull();
  });
});

describe('near pairs', () => {
  const collected = async (prints: (string | null)[]) => {
    const pairs = new Map<string, number>();
    for await (const { a, b, distance } of nearPairs(prints)) pairs.set(`${a} ${b}`, distance);
    return Object.fromEntries(pairs);
  };

  it('are found whichever bits differ, up to the limit and not beyond', async () => {
    const print = (bits: readonly number[]) =>
      bits
        .reduce((value, bit) => value | (1n << BigInt(bit)), 0n)
        .toString(16)
        .padStart(32, '0');
    const spread = Array.from({ length: NEAR_DISTANCE }, (_, i) => (i < 8 ? 16 * i : 16 * (i - 8) + 1)); // two in each band but one
    expect(await collected([print([]), print(spread), null, print([...spread, 127])])).toEqual({
      '0 1': NEAR_DISTANCE,
      '1 3': 1,
    });
  });
});

describe('an inspection', () => {
  it('gives sizes, colors and the number of images without color', async () => {
    const grey = await sharp({ create: { width: 4, height: 2, channels: 3, background: '#646464' } })
      .png()
      .toBuffer();
    const files = { ...(await images(['cat', 'dog'], 2)), 'cat/grey.png': grey };
    const { inspection, manifest } = await inspected(files);
    expect(inspection.width).toEqual({ min: 4, median: 8, max: 8 });
    expect(inspection.height).toEqual({ min: 2, median: 8, max: 8 });
    expect(inspection.bytes.min).toBe(grey.length);
    expect(inspection.grey).toBe(1);
    const means = manifest.images.map((image) => image.facts!.mean[0]!);
    expect(inspection.mean![0]).toBeCloseTo(means.reduce((a, b) => a + b) / 5, 6);
    const squares = manifest.images.map(({ facts }) => facts!.mean[1]! ** 2 + facts!.deviation[1]! ** 2);
    expect(inspection.deviation![1]).toBeCloseTo(
      Math.sqrt(squares.reduce((a, b) => a + b) / 5 - inspection.mean![1]! ** 2),
      6,
    );
  });

  it('finds the same bytes in other splits and classes, and images that look the same', async () => {
    const [same, relabelled] = await Promise.all([encoded(1), encoded(2)]);
    const files = {
      'train/cat/a.png': same,
      'test/cat/b.png': same,
      'train/cat/c.png': relabelled,
      'train/dog/d.png': await sharp(relabelled).jpeg({ quality: 50 }).toBuffer(),
      'train/dog/e.png': await encoded(3),
      'test/dog/f.png': await png(4),
    };
    const { inspection, manifest } = await inspected(files);
    const found = inspection.duplicates.map((group) => ({
      kind: group.kind,
      names: group.images.map((row) => manifest.images[row]!.name),
      leaks: leaks(group, manifest),
      conflicts: conflicts(group, manifest),
    }));
    expect(found).toEqual([
      { kind: 'exact', names: ['train/cat/a.png', 'test/cat/b.png'], leaks: true, conflicts: false },
      { kind: 'near', names: ['train/cat/c.png', 'train/dog/d.png'], leaks: false, conflicts: true },
    ]);
  });
});
