import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src/datasets/manifest.js';
import { slicesOf } from '../../../src/domain/run/evaluation-slices.js';
import type { Prediction } from '../../../src/training/predictions.js';

/** A test image, and what was predicted. */
interface Seen {
  readonly truth: number;
  readonly predicted: number;
  readonly side?: number;
  /** Null: facts are not stored. */
  readonly gray?: number | null;
  /** Value of the column "camera". */
  readonly camera?: string | null;
  /** Index into `sources`. */
  readonly source?: number;
}

/** A manifest of a training image and these test images, and their predictions. */
function seen(images: readonly Seen[]): [Prediction[], number[], Manifest] {
  const record = ({ truth, side = 32, gray = 100, camera = null, source }: Seen, i: number) => ({
    ...{
      sha256: String(i),
      name: `${i}.png`,
      label: truth,
      split: i === 0 ? 'train' : 'test',
      shard: 0,
      offset: 0,
      bytes: 1,
    },
    ...{ width: side + 10, height: side },
    facts: gray === null ? null : { mean: [gray, gray, gray], deviation: [0, 0, 0], fingerprint: null },
    ...{ values: [camera], source },
  });
  const all = [{ truth: 0, predicted: 0 }, ...images].map(record);
  const described = { columns: ['camera'], sources: ['pets version 1', 'judged photos'] };
  const manifest = {
    format: 1,
    contentHash: '',
    classes: ['ant', 'bee'],
    shards: [''],
    images: all,
    ...described,
  } as Manifest;
  const predictions = images.map(({ truth, predicted }, i) => ({ image: i + 1, truth, predicted, confidence: 0.75 }));
  return [predictions, predictions.map(() => 0.75), manifest];
}

const right = (count: number, more: Partial<Seen> = {}): Seen[] =>
  Array.from({ length: count }, (_, i) => ({ truth: i % 2, predicted: i % 2, ...more }));
const wrong = (count: number, more: Partial<Seen> = {}): Seen[] =>
  Array.from({ length: count }, () => ({ truth: 0, predicted: 1, ...more }));

describe('slices of test images', () => {
  it('begin with the one that deviates most, here the dark images, with its most frequent mistake', async () => {
    const images = [
      ...wrong(15, { gray: 10 }),
      ...right(5, { gray: 20 }),
      ...[60, 120, 250].flatMap((gray) => right(20, { gray })),
    ];
    const [worst] = await slicesOf(...seen(images), []);
    expect(worst).toMatchObject({
      ...{ kind: 'BRIGHTNESS', name: 'brightness 10 to 20 of 255', images: 20, correct: 5, accuracy: 0.25 },
      ...{ meanConfidence: 0.75, difference: -0.75 },
      mistake: { trueClass: 'ant', predictedClass: 'bee', images: 15 },
    });
    // the roots of (p - 5 / 20) ** 2 = 1.96 ** 2 * p * (1 - p) / 20, by bisection in Python
    expect(worst!.low).toBeCloseTo(0.11186, 6);
    expect(worst!.high).toBeCloseTo(0.468705, 6);
    // (6 / 22 - 61 / 62) / sqrt(6 * 16 / 22 ** 3 + 61 / 62 ** 3), in Python
    expect(worst!.deviation).toBeCloseTo(-7.385451, 6);
  });

  it('divide the images by their shorter side, equal ones together', async () => {
    const images = [
      ...right(10, { side: 32 }),
      ...right(10, { side: 32 }),
      ...right(9, { side: 40 }),
      ...wrong(1, { side: 41 }),
      ...wrong(10, { side: 99 }),
    ];
    const sizes = (await slicesOf(...seen(images), [])).filter(({ kind }) => kind === 'SIZE');
    expect(sizes.map(({ name, images: count, correct }) => [name, count, correct]).toSorted()).toEqual([
      ['shorter side 32 pixels', 20, 20],
      ['shorter side 40 to 41 pixels', 10, 9],
      ['shorter side 99 pixels', 10, 0],
    ]);
  });

  it('divide more images than a call takes arguments', async () => {
    const images = [...wrong(1, { side: 20 }), ...right(200_000, { side: 32 }), ...right(10, { side: 40 })];
    const sizes = (await slicesOf(...seen(images), [])).filter(({ kind }) => kind === 'SIZE');
    expect(sizes.map(({ name, images: count }) => [name, count]).toSorted()).toEqual([
      ['shorter side 20 to 32 pixels', 200_001],
      ['shorter side 40 pixels', 10],
    ]);
  });

  it('have the images that look like a training image', async () => {
    const [predictions, , manifest] = seen([...right(4), ...wrong(4)]);
    const groups = [
      { kind: 'near' as const, images: [0, 2] },
      { kind: 'near' as const, images: [3, 4] },
    ];
    const found = await slicesOf(predictions, null, manifest, groups);
    expect(found.filter(({ kind }) => kind === 'DUPLICATE')).toMatchObject([
      { name: 'look like another test image', images: 2, calibrationError: null },
      { name: 'look like a training image', images: 1, correct: 1, meanConfidence: null, mistake: null },
    ]);
  });

  it('divide the images by each value of a column, by their source, and give the calibration error of each', async () => {
    const images = [
      ...right(10, { camera: 'north', source: 0 }),
      ...wrong(5, { camera: 'south', source: 0 }),
      ...right(1, { source: 1 }),
    ];
    const found = (await slicesOf(...seen(images), [])).filter(({ kind }) => kind === 'COLUMN' || kind === 'SOURCE');
    expect(found.map(({ name, images: count, correct }) => [name, count, correct]).toSorted()).toEqual([
      ['camera = north', 10, 10],
      ['camera = south', 5, 0],
      ['camera has no value', 1, 1],
      ['from judged photos', 1, 1],
      ['from pets version 1', 15, 10],
    ]);
    // all with a confidence of 0.75, so that the error is the distance of the accuracy to it
    const errors = Object.fromEntries(found.map(({ name, calibrationError }) => [name, calibrationError]));
    expect(errors).toMatchObject({ 'camera = north': 0.25, 'camera = south': 0.75 });
  });

  it('divide the images into quarters by a column of many numbers, and not by one of names that are all different', async () => {
    const cameras = Array.from({ length: 40 }, (_, i) => right(1, { camera: String(i / 2) })[0]!);
    const byColumn = async (images: Seen[]) =>
      (await slicesOf(...seen(images), [])).filter(({ kind }) => kind === 'COLUMN');
    expect((await byColumn(cameras)).map(({ name, images: count }) => [name, count]).toSorted()).toEqual([
      ['camera 0 to 4.5', 10],
      ['camera 10 to 14.5', 10],
      ['camera 15 to 19.5', 10],
      ['camera 5 to 9.5', 10],
    ]);
    expect(await byColumn(cameras.map((image) => ({ ...image, camera: `no. ${image.camera}` })))).toEqual([]);
    const many = cameras.map((image, i) => ({ ...image, camera: i < 19 ? 'north' : `no. ${i}` }));
    expect(await byColumn(many)).toHaveLength(20); // the most frequent values
  });

  it('are none where all images are alike, and leave out images whose facts are not stored', async () => {
    const kinds = async (images: Seen[]): Promise<string[]> =>
      (await slicesOf(...seen(images), [])).map(({ kind }) => kind);
    expect(await kinds(right(8))).toEqual(['CLASS', 'CLASS']);
    expect(await kinds(wrong(8))).toEqual([]);
    const half = [...right(4, { gray: null }), ...right(4)];
    expect((await slicesOf(...seen(half), [])).filter(({ kind }) => kind === 'BRIGHTNESS')).toMatchObject([
      { images: 4 },
    ]);
    expect(await slicesOf([], [], seen([])[2], [])).toEqual([]);
  });
});
