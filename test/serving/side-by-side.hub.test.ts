import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer, Answerer } from '../../src/serving/answer.js';
import { lanesOn, NetworkLanes } from '../../src/serving/network-lanes.js';
import type { ServedVersion } from '../../src/serving/served-version.js';
import { noise } from '../datasets/archives.js';
import { classify, PRODUCTION, pixelsOf, ServingRoom } from '../support/serving-room.js';

const LANES = 2;

let room: ServingRoom;
let photos: Buffer[];
let seeing: ServedVersion;

// A room for each test: lanes that one test causes are loaded while the next one runs.
beforeEach(async () => {
  room = await ServingRoom.open({ count: LANES, threads: 1 });
  photos = await Promise.all(Array.from({ length: 6 }, (_, i) => noise(i, 40, 30).jpeg().toBuffer()));
  seeing = await room.seeing(1);
});
afterEach(() => room.remove());

const ask = (answerer: Answerer, some: readonly Buffer[]): Promise<Answer[]> =>
  Promise.all(some.map((photo) => classify(answerer, photo)));

/** An answerer of the version that sees, and which of its networks were asked from now on: 0 is the one on every core. */
async function asking(): Promise<{ answerer: Answerer; asked: () => number[] }> {
  const first = room.loads;
  const answerer = room.answerer(await room.serving(seeing));
  room.asked = [];
  return { answerer, asked: () => room.asked.splice(0).map((before) => before - first) };
}

/** The same, with all networks loaded. */
async function askingAll(): Promise<Awaited<ReturnType<typeof asking>>> {
  const before = room.loaded;
  const made = await asking();
  await ask(made.answerer, photos);
  await vi.waitUntil(() => room.loaded === before + 1 + LANES, { timeout: 60_000 });
  made.asked();
  return made;
}

describe('photos', () => {
  it('that come at the same time are shared out among parts of the cores, and answered as alone', async () => {
    const { answerer, asked } = await askingAll();
    const alone = [];
    for (const photo of photos) alone.push((await classify(answerer, photo)).top);
    expect(asked(), 'one that comes alone has every core').toEqual(photos.map(() => 0));
    const answers = await ask(answerer, photos);
    for (const [i, { top }] of answers.entries()) {
      for (const [rank, { label, probability }] of top.entries()) {
        expect(label).toBe(alone[i]![rank]!.label);
        expect(probability).toBeCloseTo(alone[i]![rank]!.probability, 6);
      }
    }
    expect(asked(), 'both lanes').toEqual(expect.arrayContaining([1, 2])); // and the last one perhaps every core
  });

  it('of which many go fast are computed together in each lane, in even shares', async () => {
    const { answerer } = await askingAll();
    await ask(answerer, photos); // now it is known how long one takes
    const batches: number[] = [];
    answerer.events.on('batch', (batch) => batches.push(batch.photos));
    const pixels = new Uint8Array(photos.length * 8 * 8 * 3); // there at the same time
    await answerer.answer(pixelsOf(pixels, photos.length), PRODUCTION);
    expect(batches).toEqual([photos.length / LANES, photos.length / LANES]);
  });

  it('are computed as many at a time as there are lanes', async () => {
    const { answerer } = await askingAll();
    room.mostComputing = 0;
    const release = room.holdUp();
    const answers = ask(answerer, photos);
    await vi.waitUntil(() => room.computing === LANES, { timeout: 60_000 });
    release();
    expect(await answers).toHaveLength(photos.length);
    expect(room.mostComputing).toBe(LANES);
  });

  it('of a token that sends few do not wait for those of a token that sends many in the same batch', async () => {
    const { answerer } = await askingAll();
    await ask(answerer, photos); // now it is known how long one takes
    const send = (count: number, caller: string = PRODUCTION.caller) =>
      answerer.answer(pixelsOf(new Uint8Array(count * 8 * 8 * 3), count), { ...PRODUCTION, caller });
    const release = room.holdUp();
    const [first, more] = [send(LANES), send(6)];
    await vi.waitUntil(() => room.computing === LANES, { timeout: 60_000 });
    const few = send(1, 'few');
    await vi.waitUntil(() => answerer.waiting === LANES + 6 + 1);
    await setImmediate(); // it waits for a lane by now
    release();
    expect((await few).answers[0].timing.batchSize).toBe(1);
    await Promise.all([first, more]);
  });

  it('are computed together while the lanes are loaded, which is when they are needed first', async () => {
    const before = room.loaded;
    const { answerer, asked } = await asking();
    await ask(answerer, photos.slice(0, 1));
    expect(room.loaded - before).toBe(1);
    await ask(answerer, photos);
    expect(asked()).toContain(0);
    await vi.waitUntil(() => room.loaded === before + 1 + LANES, { timeout: 60_000 });
  });

  it('of a version that takes every core wait for those that are computed side by side', async () => {
    const deployments = await room.serving(seeing);
    await (await deployments.prepare(await room.version(2))).switchTo('candidate');
    const answerer = room.answerer(deployments);
    const before = room.loaded;
    await ask(answerer, photos);
    await vi.waitUntil(() => room.loaded === before + LANES, { timeout: 60_000 });
    const release = room.holdUp();
    const first = ask(answerer, photos.slice(0, LANES));
    await vi.waitUntil(() => room.computing === LANES, { timeout: 60_000 });
    room.asked = [];
    const pixels = pixelsOf(new Uint8Array(8 * 8 * 3), 1); // which need no decoding
    const other = answerer.answer(pixels, { ...PRODUCTION, target: { alias: 'candidate' } });
    await vi.waitUntil(() => answerer.waiting === LANES + 1);
    await setImmediate(); // it would have begun by now
    expect(room.asked).toEqual([]);
    release();
    await first;
    expect((await other).answers[0].version.number).toBe(2);
  });
});

describe('lanes', () => {
  it('that cannot be loaded are told, and photos are answered without them', async () => {
    const { answerer } = await asking();
    room.refusal = new Error('no memory');
    try {
      expect(await ask(answerer, photos)).toHaveLength(photos.length);
      await vi.waitUntil(() => room.alone.length > 0, { timeout: 60_000 });
      expect(await ask(answerer, photos)).toHaveLength(photos.length);
    } finally {
      room.refusal = null;
    }
    expect(room.alone).toEqual([[1, expect.objectContaining({ message: 'no memory' })]]);
  });

  it('are there at once where they are needed, and unloaded with their version', async () => {
    const before = room.loaded;
    const deployments = await room.serving(seeing);
    const answerer = room.answerer(deployments);
    await ask(answerer, photos);
    await vi.waitUntil(() => room.loaded === before + 1 + LANES, { timeout: 60_000 });
    const next = await deployments.prepare(await room.version(2));
    expect(room.loaded - before, 'both versions, with their lanes').toBe(2 * (1 + LANES));
    await next.switchTo('production');
    await vi.waitUntil(() => room.loaded === before + 1 + LANES, { timeout: 60_000 });
  });

  it('take as many at once as are done in a tenth of a second, and one of those that take longer', () => {
    const lanes = new NetworkLanes(LANES, () => Promise.reject(new Error('unused')), vi.fn());
    expect(lanes.mostInOne, 'not known yet').toBe(1);
    lanes.computed(1, 9);
    expect(lanes.mostInOne).toBe(11);
    lanes.computed(2, 80);
    expect(lanes.mostInOne).toBe(2);
    lanes.computed(1, 150);
    expect(lanes.mostInOne).toBe(1);
  });

  it.each([
    [1, { count: 0, threads: 0 }],
    [2, { count: 2, threads: 1 }],
    [6, { count: 6, threads: 1 }],
    [20, { count: 8, threads: 2 }],
  ])('share %i cores evenly', (cores, plan) => {
    expect(lanesOn(cores)).toEqual(plan);
  });
});
