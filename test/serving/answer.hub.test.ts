import { once } from 'node:events';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodePixels } from '../../src/datasets/decode.js';
import type { Answerer } from '../../src/serving/answer.js';
import type { AnsweredPhoto, Unlogged } from '../../src/serving/answer-log.js';
import { encodedPhoto, type PhotoSource } from '../../src/serving/photo-source.js';
import type { ServedVersion } from '../../src/serving/served-version.js';
import type { ServingBounds } from '../../src/serving/serving-bounds.js';
import { noise, png } from '../datasets/archives.js';
import { classify, LABELS, PRODUCTION, pixelsOf, ServingRoom } from '../support/serving-room.js';

/** Bytes of a picture. */
const PICTURE = 8 * 8 * 3;
const LEANING = [3, 1, 4, 2];

let room: ServingRoom;
/** Different photos, and what the version that sees answers to each of them alone. */
let photos: Buffer[];
let seeing: ServedVersion;
let alone: (readonly number[])[];
/** Asks a version whose answers lean to one class. */
let leaning: Answerer;

beforeAll(async () => {
  room = await ServingRoom.open();
  photos = await Promise.all(Array.from({ length: 10 }, (_, i) => noise(i, 40, 30).jpeg().toBuffer()));
  seeing = await room.seeing(1);
  leaning = await asking(await room.version(2, { leaning: LEANING }));
  alone = [];
  const answerer = await asking(seeing);
  for (const photo of photos) alone.push(await answerOf(answerer, photo));
});
afterAll(() => room.remove());

/** A answerer whose production is the last of these versions. */
async function asking(version: ServedVersion, bounds: Partial<ServingBounds> = {}): Promise<Answerer> {
  return room.answerer(await room.serving(version), bounds);
}

/** Probabilities by class. */
async function answerOf(answerer: Answerer, photo: Uint8Array): Promise<readonly number[]> {
  const { top } = await classify(answerer, photo);
  return LABELS.map((label) => top.find((entry) => entry.label === label)!.probability);
}

/** Bytes that do not come. */
const never = (): Promise<Uint8Array> => new Promise(() => undefined);

/** A photo whose request says how long it waits. */
const within = (deadline: number, bytes: Uint8Array): PhotoSource => ({
  form: 'encoded',
  read: async () => ({ bytes, count: 1, deadline }),
});

/** How many pictures its batches have, from now on. */
function batchesOf({ events }: Answerer): number[] {
  const batches: number[] = [];
  events.on('batch', (batch) => batches.push(batch.photos));
  return batches;
}

/** Keeps the network busy with one picture until what this returns is called. */
function busy(answerer: Answerer): () => Promise<unknown> {
  const release = room.holdUp();
  const underWay = Promise.allSettled([answerer.answer(pixelsOf(new Uint8Array(PICTURE), 1), PRODUCTION)]);
  return () => {
    release();
    return underWay;
  };
}

/** Waits until the network is busy. */
const computing = (): Promise<unknown> => vi.waitUntil(() => room.computing === 1, { timeout: 60_000 });

/** What a softmax makes of these values. */
function softmax(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + Math.exp(value), 0);
  return values.map((value) => Math.exp(value) / sum);
}

describe('classify', () => {
  it('ranks the labels, the most probable first, with the probabilities of their classes', async () => {
    const answer = await classify(leaning, await png(1));
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
    const answer = await classify(leaning, await png(1), { topK });
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
    const answer = await classify(leaning, await photo(), { topK: 1 });
    expect(answer.label).toBe('cat');
  });

  it('sees a photo upright: turned by EXIF it gives what the same pixels give when they lie that way', async () => {
    const answerer = await asking(await room.seeing(1));
    const lying = await noise(3).png().toBuffer();
    const turned = await sharp(lying).withMetadata({ orientation: 6 }).png().toBuffer();
    const upright = await sharp(lying).rotate(90).png().toBuffer();
    const answers = [lying, turned, upright].map((photo) => classify(answerer, photo));
    const [fromLying, fromTurned, fromUpright] = (await Promise.all(answers)).map(({ top }) => top);
    expect(fromTurned).toEqual(fromUpright);
    expect(fromTurned).not.toEqual(fromLying);
  });

  it('refuses what is no photo, and goes on serving', async () => {
    const refused = classify(leaning, Buffer.from('GIF'), { topK: 1 });
    await expect(refused).rejects.toMatchObject({ code: 'IMAGE_REFUSED' });
    expect((await classify(leaning, await png(1), { topK: 1 })).label).toBe('cat');
    expect(leaning.waiting).toBe(0);
  });
});

describe('photos that come at the same time', () => {
  it('are computed together, at most so many as a batch may have', async () => {
    const answerer = await asking(seeing, { servingBatch: 4 });
    const batches = batchesOf(answerer);
    await Promise.all(photos.map((photo) => answerOf(answerer, photo)));
    expect(batches).toEqual([4, 4, 2]);
  });

  it('are each answered as they are alone', async () => {
    const answerer = await asking(seeing, { servingBatch: 8 });
    const answers = await Promise.all(photos.map((photo) => answerOf(answerer, photo)));
    for (const [i, answer] of answers.entries()) {
      for (const [c, probability] of answer.entries()) expect(probability).toBeCloseTo(alone[i]![c]!, 6);
    }
    expect(new Set(alone.map(String)).size, 'the photos differ').toBe(photos.length);
  });

  it('are answered though one of them is no photo', async () => {
    const answerer = await asking(seeing);
    const answers = await Promise.allSettled([Buffer.from('GIF'), ...photos].map((p) => answerOf(answerer, p)));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', ...photos.map(() => 'fulfilled')]);
  });

  it('of two versions are not mixed', async () => {
    const deployments = await room.serving(await room.version(1, { leaning: [9, 0, 0, 0] }));
    await (await deployments.prepare(await room.version(2, { leaning: [0, 9, 0, 0] }))).switchTo('candidate');
    const answerer = room.answerer(deployments);
    const targets = photos.map((_, i) => ({ alias: i % 2 ? 'candidate' : 'production' }));
    const answers = targets.map((target, i) => classify(answerer, photos[i]!, { target }));
    expect((await Promise.all(answers)).map(({ label }) => label)).toEqual(photos.map((_, i) => LABELS[i % 2]));
  });

  it('say where their time went', async () => {
    const answerer = await asking(seeing);
    const timings = (await Promise.all(photos.slice(0, 3).map((photo) => classify(answerer, photo, { topK: 1 })))).map(
      ({ timing }) => timing,
    );
    for (const { total, queue, decode, predict, batchSize } of timings) {
      expect(batchSize).toBe(3);
      expect(Math.min(decode, predict)).toBeGreaterThan(0);
      expect(queue + decode + predict).toBeCloseTo(total, 3);
    }
  });

  it('tell who measures: batches, answers, refusals', async () => {
    const answerer = await asking(seeing, { servingQueue: 1 });
    const told: string[] = [];
    for (const name of ['batch', 'answered', 'refused'] as const) answerer.events.on(name, () => told.push(name));
    await Promise.allSettled([answerOf(answerer, photos[0]!), answerOf(answerer, photos[1]!)]);
    expect(told).toEqual(['refused', 'batch', 'answered']);
  });
});

describe('an alias that moves', () => {
  it('keeps the version for who asked before, and is followed by who asks later', async () => {
    const before = room.loaded;
    const deployments = await room.serving(await room.version(1, { leaning: [9, 0, 0, 0] }));
    const answerer = room.answerer(deployments);
    const ask = (): Promise<string> => classify(answerer, photos[0]!, { topK: 1 }).then(({ label }) => label);
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

/** Photos count in the queue once they have arrived. */
const arrived = (): Promise<unknown> => new Promise(setImmediate);

describe('a photo that would wait too long', () => {
  it.each(['encoded', 'pixels'] as const)('is refused at once and unread when the queue is full: %s', async (form) => {
    const answerer = await asking(seeing, { servingQueue: 2 });
    const done = busy(answerer);
    const second = answerOf(answerer, photos[0]!);
    await arrived();
    const read = vi.fn(() => Promise.reject(new Error('it was read')));
    await expect(answerer.answer({ form, read }, PRODUCTION)).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { limit: 'servingQueue', value: 2, received: 2, retryAfter: 1 },
    });
    expect(read).not.toHaveBeenCalled();
    await done();
    expect(await second).toEqual(alone[0]);
    expect(await answerOf(answerer, photos[1]!), 'there is room again').toEqual(alone[1]);
    expect(answerer.waiting).toBe(0);
  });

  it('is refused at once when what waits before it takes longer than it may wait', async () => {
    const answerer = await asking(seeing);
    await answerOf(answerer, photos[0]!); // now it knows how long a photo takes
    const done = busy(answerer);
    await expect(answerer.answer(within(0.01, photos[1]!), PRODUCTION)).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { limit: 'servingDeadline', value: 0.01, received: 1 },
    });
    await done();
  });

  it('is refused unread when that is longer than the hub gives', async () => {
    const answerer = await asking(seeing, { servingDeadline: 30 });
    const done = busy(answerer);
    await computing();
    await expect(answerOf(answerer, photos[0]!)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const batch = once(answerer.events, 'batch');
    await done();
    await batch; // now the hub knows that a photo takes more than 30 ms
    const again = busy(answerer);
    await arrived();
    const read = vi.fn(() => Promise.reject(new Error('it was read')));
    await expect(answerer.answer({ form: 'encoded', read }, PRODUCTION)).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { limit: 'servingDeadline', value: 30, received: 1 },
    });
    expect(read).not.toHaveBeenCalled();
    await again();
  });

  it('is refused with all of its request when the queue has no room for the rest of it', async () => {
    const answerer = await asking(seeing, { servingQueue: 3 });
    const done = busy(answerer);
    await expect(answerer.answer(pixelsOf(new Uint8Array(3 * PICTURE), 3), PRODUCTION)).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { limit: 'servingQueue', value: 3, received: 1 },
    });
    expect(answerer.waiting).toBe(1);
    await done();
    const { answers } = await answerer.answer(pixelsOf(new Uint8Array(3 * PICTURE), 3), PRODUCTION);
    expect(answers).toHaveLength(3);
  });

  it('is told so at its deadline, and is not computed any more', async () => {
    const answerer = await asking(seeing);
    const batches = batchesOf(answerer);
    const done = busy(answerer);
    await computing();
    await expect(answerer.answer(within(50, photos[0]!), PRODUCTION)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      details: { limit: 'servingDeadline', value: 50 },
    });
    const third = answerOf(answerer, photos[1]!);
    await done();
    expect(await third).toEqual(alone[1]);
    expect(batches).toEqual([1, 1]);
  });

  it('is told so too when its bytes do not come', async () => {
    const answerer = await asking(seeing, { servingDeadline: 20 });
    await expect(answerer.answer(encodedPhoto(never), PRODUCTION)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(answerer.waiting).toBe(0);
  });

  it('may not ask for more time than the hub gives', async () => {
    const answerer = await asking(seeing, { servingDeadline: 30 });
    const done = busy(answerer);
    await expect(answerer.answer(within(1e6, photos[0]!), PRODUCTION)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      details: { value: 30 },
    });
    await done();
  });
});

describe('pixels', () => {
  it('are answered as the photos that they are decoded from, however many they are', async () => {
    const answerer = await asking(seeing, { servingBatch: 4 });
    const batches = batchesOf(answerer);
    const size = { width: 8, height: 8, fit: 'cover' } as const;
    const pixels = await Promise.all(photos.map((photo) => decodePixels(photo, size)));
    const { answers } = await answerer.answer(pixelsOf(Buffer.concat(pixels), photos.length), PRODUCTION);
    expect(answers).toHaveLength(photos.length);
    for (const [i, { version, probabilities, label }] of answers.entries()) {
      expect(version).toBe(seeing);
      for (const [c, value] of probabilities.entries()) expect(value).toBeCloseTo(alone[i]![c]!, 6);
      expect(label).toBe(LABELS[alone[i]!.indexOf(Math.max(...alone[i]!))]);
    }
    expect(batches).toEqual([4, 4, 2]);
  });

  it.each([
    ['no photo', 0, 0, 'LIMIT_EXCEEDED', { limit: 'servingQueue', value: 64, received: 0 }],
    ['more photos than the queue takes', 65 * PICTURE, 65, 'LIMIT_EXCEEDED', { value: 64, received: 65 }],
    ['too few bytes', PICTURE - 1, 1, 'BAD_INPUT', { expected: PICTURE, received: PICTURE - 1 }],
    ['too many bytes', 3 * PICTURE, 2, 'BAD_INPUT', { expected: 2 * PICTURE, received: 3 * PICTURE }],
  ])('of %s are refused', async (_, bytes, n, code, details) => {
    const answerer = await asking(seeing);
    const refused = answerer.answer(pixelsOf(new Uint8Array(bytes), n), PRODUCTION);
    await expect(refused).rejects.toMatchObject({ code, details });
    expect(answerer.waiting).toBe(0);
  });
});

describe('a target', () => {
  it('may be a version by its number', async () => {
    const answerer = room.answerer(await room.serving(await room.version(1)));
    await room.version(2, { leaning: [0, 9, 0, 0] });
    const answer = await classify(answerer, photos[0]!, { target: { version: 2 } });
    expect([answer.label, answer.version.number]).toEqual(['bee', 2]);
  });

  it('that nothing serves is refused before the photo is read', async () => {
    const answerer = room.answerer(await room.serving());
    await expect(answerer.answer(encodedPhoto(never), PRODUCTION)).rejects.toMatchObject({
      code: 'NOT_DEPLOYED',
    });
  });
});

describe('the log of answers', () => {
  interface Kept extends AnsweredPhoto {
    readonly label: string;
  }

  /** An answerer with a log that keeps every second answer. */
  async function logged(): Promise<{ answerer: Answerer; kept: Kept[] }> {
    const kept: Kept[] = [];
    const keep = (photo: AnsweredPhoto, { label }: Unlogged): string | null => {
      kept.push({ ...photo, label });
      return kept.length % 2 ? `kept-${kept.length}` : null;
    };
    return { answerer: room.answerer(await room.serving(seeing), {}, { log: { keep } }), kept };
  }

  it('has the bytes of an encoded photo, not a copy, and names the answer', async () => {
    const { answerer, kept } = await logged();
    const { label, predictionId } = await classify(answerer, photos[0]!);
    expect(kept).toEqual([
      { form: 'encoded', bytes: photos[0], pixels: expect.any(Uint8Array), rollout: null, requestId: null, label },
    ]);
    expect(kept[0]!.bytes).toBe(photos[0]);
    expect(kept[0]!.pixels).toHaveLength(PICTURE); // decoded, as the network takes it
    expect(predictionId).toBe('kept-1');
    expect((await classify(answerer, photos[1]!)).predictionId).toBeNull();
  });

  it('has each photo of a request by its pixels', async () => {
    const { answerer, kept } = await logged();
    const bytes = Uint8Array.from({ length: 3 * PICTURE }, (_, i) => (i * 7) % 251);
    const { answers } = await answerer.answer(pixelsOf(bytes, 3), PRODUCTION);
    expect(kept).toEqual(
      answers.map(({ label }, i) => {
        const photo = bytes.slice(i * PICTURE, (i + 1) * PICTURE);
        return { form: 'pixels', label, bytes: photo, pixels: photo, rollout: null, requestId: null };
      }),
    );
    expect(answers.map(({ predictionId }) => predictionId)).toEqual(['kept-1', null, 'kept-3']);
  });

  it('has nothing of a request that failed, even if its batch ends later', async () => {
    const { answerer, kept } = await logged();
    const answered = vi.fn();
    answerer.events.on('answered', answered);
    const release = room.holdUp();
    await expect(answerer.answer(within(50, photos[0]!), PRODUCTION)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    release();
    const { label } = await classify(answerer, photos[1]!);
    expect(kept.map(({ label: one }) => one)).toEqual([label]);
    expect(answered).toHaveBeenCalledOnce();
  });
});
