import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePixels } from '../../src/datasets/decode.js';
import type { Forward } from '../../src/engines/engine.js';
import { NetworkThread } from '../../src/engines/network-thread.js';
import { head } from '../../src/network/head.js';
import { writeSafetensors } from '../../src/network/safetensors.js';
import { f32, type Tensor } from '../../src/network/tensor.js';
import { classify } from '../../src/serving/classify.js';
import { Deployments } from '../../src/serving/deployments.js';
import type { ServedVersion } from '../../src/serving/served-version.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { initialWeights } from '../../src/training/initial-weights.js';
import { noise, png } from '../datasets/fixtures.js';
import { narrowBackboneFile } from '../support/narrow-backbone.js';

const NETWORK_THREAD_ENTRY = new URL('../../dist/engines/network-thread-entry.js', import.meta.url);
/** Values that the narrow backbone gives: a sixteenth of 2048. */
const FEATURES = 128;
const LABELS = ['ant', 'bee', 'cat', 'dog'];
const SIZE = { input: 8, image: 75 };
const MISSING = 'f'.repeat(64);

/** The real thread, which also tells how many networks it holds, and what it was asked to load. */
class CountingThread extends NetworkThread {
  loaded = 0;
  loads = 0;

  override async load(...spec: Parameters<NetworkThread['load']>): Promise<Forward> {
    this.loads += 1;
    const network = await super.load(...spec);
    this.loaded += 1;
    const dispose = async (): Promise<void> => {
      await network.dispose();
      this.loaded -= 1;
    };
    return { ...network, dispose };
  }
}

let folder: string;
let blobs: FileBlobStore;
let thread: CountingThread;
let backboneBlob: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-serving-'));
  blobs = new FileBlobStore(folder);
  thread = new CountingThread({ blobFolder: folder, threads: 1 }, NETWORK_THREAD_ENTRY);
  backboneBlob = (await blobs.put(narrowBackboneFile())).sha256;
});
afterAll(async () => {
  await thread.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A version whose answer is nearly the same for every photo: its head adds these values, one a class. */
async function version(
  number: number,
  { leaning = [3, 1, 4, 2], features = FEATURES, ...changes }: Changes = {},
): Promise<ServedVersion> {
  const layers = head(features, { classes: LABELS.length, hidden: 5, dropout: 0.3 });
  const weights = new Map<string, Tensor>(initialWeights(layers, number));
  weights.set('predictions/kernel', f32([5, LABELS.length]));
  weights.set('predictions/bias', f32([LABELS.length], Float32Array.from(leaning)));
  const weightsBlob = (await blobs.put(writeSafetensors(weights))).sha256;
  const place = { versionId: `version-${number}`, model: 'pets', number };
  return { ...place, backboneBlob, weightsBlob, labels: LABELS, size: SIZE, ...changes };
}

type Changes = Partial<ServedVersion> & { readonly leaning?: readonly number[]; readonly features?: number };

/** Deployments with these versions, one after the other, as production. */
async function serving(...versions: ServedVersion[]): Promise<Deployments> {
  const deployments = new Deployments(thread);
  for (const served of versions) await (await deployments.prepare(served)).switchTo('production');
  return deployments;
}

const pixels = async (): Promise<Uint8Array> => decodePixels(await png(1), { width: 8, height: 8, fit: 'cover' });

/** The number of the version that answers. */
async function answering(deployments: Deployments, alias = 'production'): Promise<number> {
  return (await deployments.predict('pets', alias, pixels)).version.number;
}

/** What a softmax makes of these values. */
function softmax(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + Math.exp(value), 0);
  return values.map((value) => Math.exp(value) / sum);
}

describe('a deployment', () => {
  it('answers with the version that its alias points to, and unloads the one before', async () => {
    const before = thread.loaded;
    const deployments = await serving(await version(1));
    expect(await answering(deployments)).toBe(1);
    await (await deployments.prepare(await version(2))).switchTo('production');
    expect(await answering(deployments)).toBe(2);
    expect(deployments.list().map(({ alias, version: { number } }) => [alias, number])).toEqual([['production', 2]]);
    expect(thread.loaded - before).toBe(1);
  });

  it('serves the old version until the new one, which is loaded, is switched to', async () => {
    const before = thread.loaded;
    const deployments = await serving(await version(1));
    const { switchTo } = await deployments.prepare(await version(2));
    expect(thread.loaded - before).toBe(2);
    expect(await answering(deployments)).toBe(1);
    await switchTo('production');
    expect(await answering(deployments)).toBe(2);
  });

  it('ends a request under way over a switch on the version that it began with', async () => {
    const before = thread.loaded;
    const [old, next] = [await version(1, { leaning: [9, 0, 0, 0] }), await version(2, { leaning: [0, 0, 0, 9] })];
    const deployments = await serving(old);
    let send: (picture: Uint8Array) => void = () => undefined;
    const decoded = new Promise<Uint8Array>((resolve) => {
      send = resolve;
    });
    const underWay = deployments.predict('pets', 'production', () => decoded);
    await (await deployments.prepare(next)).switchTo('production');
    expect(await answering(deployments)).toBe(2);
    expect(thread.loaded - before, 'the old one is still needed').toBe(2);
    send(await pixels());
    const { version: answered, probabilities } = await underWay;
    expect(answered).toBe(old);
    expect(probabilities[0]).toBeGreaterThan(0.99);
    expect(thread.loaded - before, 'nobody needs the old one any more').toBe(1);
  });

  it('of one version under two aliases loads it once, and keeps it until both have left it', async () => {
    const [loads, loaded] = [thread.loads, thread.loaded];
    const [shared, next] = [await version(1), await version(2)];
    const deployments = await serving(shared);
    await (await deployments.prepare(shared)).switchTo('candidate');
    expect(thread.loads - loads).toBe(1);
    await (await deployments.prepare(next)).switchTo('production');
    expect(await answering(deployments, 'candidate')).toBe(1);
    await (await deployments.prepare(next)).switchTo('candidate');
    expect(await answering(deployments, 'candidate')).toBe(2);
    expect(thread.loaded - loaded).toBe(1);
  });

  it('switched to the version that it has goes on serving it', async () => {
    const same = await version(1);
    const deployments = await serving(same, same);
    expect(await answering(deployments)).toBe(1);
  });

  it('lets go of its version when the picture of a request cannot be read', async () => {
    const before = thread.loaded;
    const deployments = await serving(await version(1));
    const unreadable = async (): Promise<Uint8Array> => {
      throw new Error('unreadable');
    };
    await expect(deployments.predict('pets', 'production', unreadable)).rejects.toThrow('unreadable');
    await (await deployments.prepare(await version(2))).switchTo('production');
    expect(thread.loaded - before).toBe(1);
  });
});

describe('a version that was prepared and given up', () => {
  it('is unloaded, and what served goes on serving', async () => {
    const before = thread.loaded;
    const deployments = await serving(await version(1));
    const { abandon } = await deployments.prepare(await version(2));
    expect(thread.loaded - before).toBe(2);
    await abandon();
    expect(thread.loaded - before).toBe(1);
    expect(await answering(deployments)).toBe(1);
  });

  it('stays loaded when it serves', async () => {
    const same = await version(1);
    const deployments = await serving(same);
    await (await deployments.prepare(same)).abandon();
    expect(await answering(deployments)).toBe(1);
  });
});

describe('a version that cannot serve', () => {
  it.each<[string, () => Promise<ServedVersion>, object]>([
    ['whose head is gone', () => version(2, { weightsBlob: MISSING }), { code: 'NOT_FOUND' }],
    ['whose backbone is gone', () => version(2, { backboneBlob: MISSING }), { code: 'NOT_FOUND' }],
    ['whose head is a backbone', () => version(2, { weightsBlob: backboneBlob }), { code: 'WEIGHTS_REFUSED' }],
    ['whose head takes other features', () => version(2, { features: FEATURES + 1 }), { name: 'Error' }],
  ])('%s is refused, holds no memory, and the old one goes on serving', async (_, unfit, error) => {
    const before = thread.loaded;
    const deployments = await serving(await version(1));
    await expect(deployments.prepare(await unfit())).rejects.toMatchObject(error);
    expect(await answering(deployments)).toBe(1);
    expect(thread.loaded - before).toBe(1);
  });

  it('is tried anew the next time, and serves when it is whole by then', async () => {
    const deployments = await serving();
    await expect(deployments.prepare(await version(1, { weightsBlob: MISSING }))).rejects.toThrow(MISSING);
    await (await deployments.prepare(await version(1))).switchTo('production');
    expect(await answering(deployments)).toBe(1);
  });

  it('is refused to all who wait for it at the same time', async () => {
    const unfit = await version(1, { weightsBlob: MISSING });
    const deployments = await serving();
    const outcomes = await Promise.allSettled([deployments.prepare(unfit), deployments.prepare(unfit)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

describe('an alias that nothing serves', () => {
  it.each([
    ['pets', 'canary'],
    ['plants', 'production'],
  ])('%s@%s is answered with NOT_DEPLOYED and what to do', async (model, alias) => {
    const deployments = await serving(await version(1));
    const refusal = {
      code: 'NOT_DEPLOYED',
      message: `Nothing serves ${model}@${alias}: promote a version of this model first.`,
      details: { model, alias },
    };
    await expect(deployments.predict(model, alias, pixels)).rejects.toMatchObject(refusal);
    await expect(classify(deployments, await png(1), { model, alias, topK: 1 })).rejects.toMatchObject(refusal);
  });
});

describe('classify', () => {
  const production = { model: 'pets', alias: 'production' };

  it('ranks the labels, the most probable first, with the probabilities of their classes', async () => {
    const leaning = [3, 1, 4, 2];
    const served = await version(1, { leaning });
    const answer = await classify(await serving(served), await png(1), { ...production, topK: LABELS.length });
    expect(answer.top.map(({ label }) => label)).toEqual(['cat', 'ant', 'dog', 'bee']);
    expect(answer.label).toBe('cat');
    expect(answer.version).toBe(served);
    const expected = softmax(leaning).toSorted((a, b) => b - a);
    for (const [i, { probability }] of answer.top.entries()) expect(probability).toBeCloseTo(expected[i]!, 6);
  });

  it.each([
    [1, ['cat']],
    [2, ['cat', 'ant']],
    [9, ['cat', 'ant', 'dog', 'bee']],
  ])('lists the first %i, or as many as there are', async (topK, expected) => {
    const answer = await classify(await serving(await version(1)), await png(1), { ...production, topK });
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
    const answer = await classify(await serving(await version(1)), await photo(), { ...production, topK: 1 });
    expect(answer.label).toBe('cat');
  });

  it('sees a photo upright: turned by EXIF it gives what the same pixels give when they lie that way', async () => {
    // A head that looks at the picture: other than the leaning ones, its answer depends on the pixels.
    const layers = head(FEATURES, { classes: LABELS.length, hidden: 5, dropout: 0 });
    const weightsBlob = (await blobs.put(writeSafetensors(initialWeights(layers, 1)))).sha256;
    const deployments = await serving(await version(1, { weightsBlob }));
    const lying = await noise(3).png().toBuffer();
    const turned = await sharp(lying).withMetadata({ orientation: 6 }).png().toBuffer();
    const upright = await sharp(lying).rotate(90).png().toBuffer();
    const answers = [lying, turned, upright].map((photo) => classify(deployments, photo, { ...production, topK: 4 }));
    const [fromLying, fromTurned, fromUpright] = (await Promise.all(answers)).map(({ top }) => top);
    expect(fromTurned).toEqual(fromUpright);
    expect(fromTurned).not.toEqual(fromLying);
  });

  it('refuses what is no photo, and goes on serving', async () => {
    const deployments = await serving(await version(1));
    await expect(classify(deployments, Buffer.from('GIF'), { ...production, topK: 1 })).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
    });
    expect(await answering(deployments)).toBe(1);
  });
});

it('a thread that has ended fails whatever is asked of it, so that nobody waits for ever', {
  timeout: 10_000,
}, async () => {
  const ended = new NetworkThread({ blobFolder: folder, threads: 1 }, NETWORK_THREAD_ENTRY);
  const deployments = new Deployments(ended);
  await (await deployments.prepare(await version(1))).switchTo('production');
  await ended.close();
  await expect(answering(deployments)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  await expect(deployments.prepare(await version(2))).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
});
