import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodePixels } from '../../src/datasets/decode.js';
import type { Classifier } from '../../src/serving/classifier.js';
import type { ServedVersion } from '../../src/serving/served-version.js';
import type { ServingBounds } from '../../src/serving/serving-bounds.js';
import { noise, png } from '../datasets/fixtures.js';
import { LABELS, ServingRoom } from '../support/serving-room.js';

const PRODUCTION = { model: 'pets', target: { alias: 'production' } } as const;
/** Bytes of a picture. */
const PICTURE = 8 * 8 * 3;
const LEANING = [3, 1, 4, 2];

let room: ServingRoom;
/** Different photos, and what the version that sees answers to each of them alone. */
let photos: Buffer[];
let seeing: ServedVersion;
let alone: (readonly number[])[];
/** Asks a version whose answers lean to one class. */
let leaning: Classifier;

beforeAll(async () => {
  room = await ServingRoom.open();
  photos = await Promise.all(Array.from({ length: 10 }, (_, i) => noise(i, 40, 30).jpeg().toBuffer()));
  seeing = await room.seeing(1);
  leaning = await asking(await room.version(2, { leaning: LEANING }));
  alone = [];
  const classifier = await asking(seeing);
  for (const photo of photos) alone.push(await answerOf(classifier, photo));
});
afterAll(() => room.remove());

/** A classifier whose production is the last of these versions. */
async function asking(version: ServedVersion, bounds: Partial<ServingBounds> = {}): Promise<Classifier> {
  return room.classifier(await room.serving(version), bounds);
}

/** Probabilities by class. */
async function answerOf(classifier: Classifier, photo: Uint8Array): Promise<readonly number[]> {
  const { top } = await classifier.classify(photo, { ...PRODUCTION, topK: LABELS.length });
  return LABELS.map((label) => top.find((entry) => entry.label === label)!.probability);
}

/** How many pictures its batches have, from now on. */
function batchesOf({ events }: Classifier): number[] {
  const batches: number[] = [];
  events.on('batch', (batch) => batches.push(batch.photos));
  return batches;
}

/** Keeps the network busy with one picture until what this returns is called. */
function busy(classifier: Classifier): () => Promise<unknown> {
  const release = room.holdUp();
  const underWay = Promise.allSettled([classifier.infer(PRODUCTION, new Uint8Array(PICTURE), 1)]);
  return () => {
    release();
    return underWay;
  };
}

/** What a softmax makes of these values. */
function softmax(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + Math.exp(value), 0);
  return values.map((value) => Math.exp(value) / sum);
}

describe('classify', () => {
  it('ranks the labels, the most probable first, with the probabilities of their classes', async () => {
    const answer = await leaning.classify(await png(1), { ...PRODUCTION, topK: LABELS.length });
    expect(answer.top.map(({ label }) => label)).toEqual(['cat', 'ant', 'dog', 'bee']);
    expect(answer.label).toBe('cat');
    expect(answer.version).toMatchObject({ model: 'pets', number: 2 });
    const expected = softmax(LEANING).toSorted((a, b) => b - a);
    for (const [i, { probability }] of answer.top.entries()) expect(probability).toBeCloseTo(expected[i]!, 6);
  });

  it.each([
    [1, ['cat']],
    [2, ['cat', 'ant']],
    [9, ['cat', 'ant', 'dog', 'bee']],
  ])('lists the first %i, or as many as there are', async (topK, expected) => {
    const answer = await leaning.classify(await png(1), { ...PRODUCTION, topK });
    expect(answer.top.map(({ label }) => label)).toEqual(expected);
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['a large photo that is no square', () => noise(1, 120, 50).jpeg().toBuffer()],
    ['a photo that EXIF turns', () => noise(1, 12, 30).withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['a grey photo', () => noise(1, 30, 20).toColourspace('b-w').jpeg().toBuffer()],
    ['a photo in CMYK', () => noise(1, 30, 20).toColourspace('cmyk').jpeg().toBuffer()],
    ['a transparent picture', () => noise(1, 30, 20, 4).png().toBuffer()],
    ['a picture of one pixel', () => png(1, 1, 1)],
  ])('takes %s', async (_, photo) => {
    const answer = await leaning.classify(await photo(), { ...PRODUCTION, topK: 1 });
    expect(answer.label).toBe('cat');
  });

  it('sees a photo upright: turned by EXIF it gives what the same pixels give when they lie that way', async () => {
    const classifier = await asking(await room.seeing(1));
    const lying = await noise(3).png().toBuffer();
    const turned = await sharp(lying).withMetadata({ orientation: 6 }).png().toBuffer();
    const upright = await sharp(lying).rotate(90).png().toBuffer();
    const answers = [lying, turned, upright].map((photo) => classifier.classify(photo, { ...PRODUCTION, topK: 4 }));
    const [fromLying, fromTurned, fromUpright] = (await Promise.all(answers)).map(({ top }) => top);
    expect(fromTurned).toEqual(fromUpright);
    expect(fromTurned).not.toEqual(fromLying);
  });

  it('refuses what is no photo, and goes on serving', async () => {
    const refused = leaning.classify(Buffer.from('GIF'), { ...PRODUCTION, topK: 1 });
    await expect(refused).rejects.toMatchObject({ code: 'IMAGE_REFUSED' });
    expect((await leaning.classify(await png(1), { ...PRODUCTION, topK: 1 })).label).toBe('cat');
    expect(leaning.waiting).toBe(0);
  });
});

describe('photos that come at the same time', () => {
  it('are computed together, at most so many as a batch may have', async () => {
    const classifier = await asking(seeing, { servingBatch: 4 });
    const batches = batchesOf(classifier);
    await Promise.all(photos.map((photo) => answerOf(classifier, photo)));
    expect(batches).toEqual([4, 4, 2]);
  });

  it('are each answered as they are alone', async () => {
    const classifier = await asking(seeing, { servingBatch: 8 });
    const answers = await Promise.all(photos.map((photo) => answerOf(classifier, photo)));
    for (const [i, answer] of answers.entries()) {
      for (const [c, probability] of answer.entries()) expect(probability).toBeCloseTo(alone[i]![c]!, 6);
    }
    expect(new Set(alone.map(String)).size, 'the photos differ').toBe(photos.length);
  });

  it('are answered though one of them is no photo', async () => {
    const classifier = await asking(seeing);
    const answers = await Promise.allSettled([Buffer.from('GIF'), ...photos].map((p) => answerOf(classifier, p)));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', ...photos.map(() => 'fulfilled')]);
  });

  it('of two versions are not mixed', async () => {
    const deployments = await room.serving(await room.version(1, { leaning: [9, 0, 0, 0] }));
    await (await deployments.prepare(await room.version(2, { leaning: [0, 9, 0, 0] }))).switchTo('candidate');
    const classifier = room.classifier(deployments);
    const targets = photos.map((_, i) => ({ alias: i % 2 ? 'candidate' : 'production' }));
    const answers = targets.map((target, i) => classifier.classify(photos[i]!, { ...PRODUCTION, target, topK: 1 }));
    expect((await Promise.all(answers)).map(({ label }) => label)).toEqual(photos.map((_, i) => LABELS[i % 2]));
  });

  it('say where their time went', async () => {
    const classifier = await asking(seeing);
    const timings = (
      await Promise.all(photos.slice(0, 3).map((photo) => classifier.classify(photo, { ...PRODUCTION, topK: 1 })))
    ).map(({ timing }) => timing);
    for (const { total, queue, decode, predict, batchSize } of timings) {
      expect(batchSize).toBe(3);
      expect(Math.min(decode, predict)).toBeGreaterThan(0);
      expect(queue + decode + predict).toBeCloseTo(total, 3);
    }
  });

  it('tell who measures: batches, answers, refusals', async () => {
    const classifier = await asking(seeing, { servingQueue: 1 });
    const told: string[] = [];
    for (const name of ['batch', 'answered', 'refused'] as const) classifier.events.on(name, () => told.push(name));
    await Promise.allSettled([answerOf(classifier, photos[0]!), answerOf(classifier, photos[1]!)]);
    expect(told).toEqual(['refused', 'batch', 'answered']);
  });
});

describe('an alias that moves', () => {
  it('keeps the version for who asked before, and is followed by who asks later', async () => {
    const before = room.loaded;
    const deployments = await room.serving(await room.version(1, { leaning: [9, 0, 0, 0] }));
    const classifier = room.classifier(deployments);
    const ask = (): Promise<string> =>
      classifier.classify(photos[0]!, { ...PRODUCTION, topK: 1 }).then(({ label }) => label);
    const next = await deployments.prepare(await room.version(2, { leaning: [0, 9, 0, 0] }));
    const release = room.holdUp();
    const early = ask();
    await next.switchTo('production');
    const late = ask();
    release();
    expect(await Promise.all([early, late])).toEqual(['ant', 'bee']);
    await vi.waitFor(() => expect(room.loaded - before, 'the old one is unloaded').toBe(1));
  });
});

describe('a photo that would wait too long', () => {
  it('is refused at once and unread when the queue is full, and says when to ask again', async () => {
    const classifier = await asking(seeing, { servingQueue: 2 });
    const done = busy(classifier);
    const second = answerOf(classifier, photos[0]!);
    let read = false;
    const unread = async (): Promise<Uint8Array> => {
      read = true;
      return photos[1]!;
    };
    await expect(classifier.classify(unread, { ...PRODUCTION, topK: 1 })).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { limit: 'servingQueue', value: 2, received: 2, retryAfter: 1 },
    });
    expect(read).toBe(false);
    await done();
    expect(await second).toEqual(alone[0]);
    expect(await answerOf(classifier, photos[1]!), 'there is room again').toEqual(alone[1]);
    expect(classifier.waiting).toBe(0);
  });

  it('is refused at once when what waits before it takes longer than it may wait', async () => {
    const classifier = await asking(seeing);
    await answerOf(classifier, photos[0]!); // now it knows how long a photo takes
    const done = busy(classifier);
    const impatient = { ...PRODUCTION, deadline: 0.01, topK: 1 };
    await expect(classifier.classify(photos[1]!, impatient)).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { limit: 'servingDeadline', value: 0.01 },
    });
    await done();
  });

  it('is told so at its deadline, and is not computed any more', async () => {
    const classifier = await asking(seeing);
    const batches = batchesOf(classifier);
    const done = busy(classifier);
    await expect(classifier.classify(photos[0]!, { ...PRODUCTION, deadline: 50, topK: 1 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      details: { limit: 'servingDeadline', value: 50 },
    });
    const third = answerOf(classifier, photos[1]!);
    await done();
    expect(await third).toEqual(alone[1]);
    expect(batches).toEqual([1, 1]);
  });

  it('is told so too when its bytes do not come', async () => {
    const classifier = await asking(seeing);
    const never = (): Promise<Uint8Array> => new Promise(() => undefined);
    const answer = classifier.classify(never, { ...PRODUCTION, deadline: 20, topK: 1 });
    await expect(answer).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(classifier.waiting).toBe(0);
  });

  it('may not ask for more time than the hub gives', async () => {
    const classifier = await asking(seeing, { servingDeadline: 30 });
    const done = busy(classifier);
    await expect(classifier.classify(photos[0]!, { ...PRODUCTION, deadline: 1e6, topK: 1 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      details: { value: 30 },
    });
    await done();
  });
});

describe('infer', () => {
  it('answers about decoded pictures as classify does about the photos, however many they are', async () => {
    const classifier = await asking(seeing, { servingBatch: 4 });
    const batches = batchesOf(classifier);
    const size = { width: 8, height: 8, fit: 'cover' } as const;
    const pixels = await Promise.all(photos.map((photo) => decodePixels(photo, size)));
    const { version, probabilities } = await classifier.infer(PRODUCTION, Buffer.concat(pixels), photos.length);
    expect(version).toBe(seeing);
    for (const [i, value] of probabilities.entries()) expect(value).toBeCloseTo(alone.flat()[i]!, 6);
    expect(batches).toEqual([4, 4, 2]);
  });

  it.each([
    ['no picture', 0, 0, 'LIMIT_EXCEEDED', { limit: 'servingQueue', value: 64, received: 0 }],
    ['more than the queue takes', 65 * PICTURE, 65, 'LIMIT_EXCEEDED', { value: 64, received: 65 }],
    ['too few bytes', PICTURE - 1, 1, 'BAD_INPUT', { expected: PICTURE, received: PICTURE - 1 }],
    ['too many bytes', 3 * PICTURE, 2, 'BAD_INPUT', { expected: 2 * PICTURE, received: 3 * PICTURE }],
  ])('refuses %s', async (_, bytes, n, code, details) => {
    const classifier = await asking(seeing);
    const refused = classifier.infer(PRODUCTION, new Uint8Array(bytes), n);
    await expect(refused).rejects.toMatchObject({ code, details });
    expect(classifier.waiting).toBe(0);
  });
});

describe('a target', () => {
  it('may be a version by its number', async () => {
    const classifier = room.classifier(await room.serving(await room.version(1)));
    await room.version(2, { leaning: [0, 9, 0, 0] });
    const answer = await classifier.classify(photos[0]!, { model: 'pets', target: { version: 2 }, topK: 1 });
    expect([answer.label, answer.version.number]).toEqual(['bee', 2]);
  });

  it('that nothing serves is refused before the photo is read', async () => {
    const classifier = room.classifier(await room.serving());
    const never = (): Promise<Uint8Array> => new Promise(() => undefined);
    await expect(classifier.classify(never, { ...PRODUCTION, topK: 1 })).rejects.toMatchObject({
      code: 'NOT_DEPLOYED',
    });
  });
});
