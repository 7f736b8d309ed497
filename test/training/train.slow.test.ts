import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePixels } from '../../src/datasets/decode.js';
import { readManifest, ShardReader } from '../../src/datasets/read-manifest.js';
import { NetworkThread } from '../../src/engines/network-thread.js';
import { writeSafetensors } from '../../src/network/safetensors.js';
import { f32 } from '../../src/network/tensor.js';
import type { Job, TrainingEvent } from '../../src/training/job.js';
import { recipeSchema } from '../../src/training/recipe.js';
import {
  ALWAYS,
  epochEnds,
  epochsOf,
  InProcessTraining,
  midEpochs,
  of,
  outcome,
  STEPS_PER_CALL,
} from '../support/in-process-training.js';
import { narrowBackbone } from '../support/narrow-backbone.js';

const EPOCHS = 5;
let training: InProcessTraining;
let undisturbed: TrainingEvent[];

beforeAll(async () => {
  training = await InProcessTraining.start();
  undisturbed = await training.run();
});
afterAll(() => training.remove());

describe('a training run', () => {
  it('tells its engine, features, epochs and end, in this order', () => {
    const types = undisturbed.map(({ type }) => type).filter((type) => type !== 'progress' && type !== 'log');
    expect(types).toEqual(['started', 'features', ...new Array(EPOCHS).fill('checkpoint'), 'finished']);
    for (const { checkpointBlob } of epochEnds(undisturbed)) expect(checkpointBlob).toMatch(/^[0-9a-f]{64}$/);
    for (const { done, total } of of(undisturbed, 'progress')) expect(done).toBeLessThanOrEqual(total);
  });

  it('comes to the same weights, bit by bit, with the same seed', async () => {
    const again = await training.run();
    expect(outcome(again)).toEqual(outcome(undisturbed));
    expect(epochsOf(again)).toEqual(epochsOf(undisturbed));
  });

  it('comes to other weights with another seed', async () => {
    const other = await training.run({ recipe: { ...training.job.recipe, seed: training.job.recipe.seed + 1 } });
    expect(of(other, 'finished')[0]!.weightsBlob).not.toBe(of(undisturbed, 'finished')[0]!.weightsBlob);
  });

  it.each(Array.from({ length: EPOCHS }, (_, i) => i + 1))(
    'that goes on from its checkpoint behind epoch %i comes to the same weights, bit by bit',
    async (epoch) => {
      const { checkpointBlob } = epochEnds(undisturbed)[epoch - 1]!;
      const featureChunks = of(undisturbed, 'features').map(({ chunk }) => chunk);
      const resumed = await training.run({ checkpointBlob, featureChunks });
      expect(of(resumed, 'features')).toEqual([]);
      expect(epochsOf(resumed)).toEqual(epochsOf(undisturbed).slice(epoch));
      expect(outcome(resumed)).toEqual(outcome(undisturbed));
    },
  );

  it('that is cancelled ends at the next batch, behind what it had saved', async () => {
    const events = await training.run({}, ({ type }) => type === 'checkpoint');
    expect(of(events, 'finished')).toEqual([]);
    const saved = epochEnds(events);
    expect(saved.length).toBeGreaterThan(0);
    expect(saved.length).toBeLessThan(EPOCHS);
    const resumed = await training.run({ checkpointBlob: saved.at(-1)!.checkpointBlob });
    expect(outcome(resumed)).toEqual(outcome(undisturbed));
  });

  it('computes again what of its features is gone', async () => {
    const [chunk] = of(undisturbed, 'features').map((event) => event.chunk);
    const gone = { ...chunk!, blob: 'f'.repeat(64) };
    const events = await training.run({ featureChunks: [gone] });
    expect(of(events, 'log')[0]!.message).toBe('Features: 0 of 84 cached, 84 to compute.');
    expect(of(events, 'features').map((event) => event.chunk)).toEqual([chunk]);
    expect(outcome(events)).toEqual(outcome(undisturbed));
  });
});

describe('a fine-tune run', () => {
  const STEPS = 6; // of 10 images each, in an epoch of 54
  let fineTune: Partial<Job>;
  let whole: TrainingEvent[];

  beforeAll(async () => {
    fineTune = {
      parentBlob: of(undisturbed, 'finished')[0]!.weightsBlob,
      recipe: recipeSchema.parse({ ...training.job.recipe, splitLayer: 'mixed5', epochs: 2, learningRate: 1e-4 }),
    };
    whole = await training.run({ ...fineTune, checkpointSeconds: ALWAYS });
  });

  it('begins where its parent ended: a step too small to count changes nothing', async () => {
    const still = await training.run({ ...fineTune, recipe: { ...fineTune.recipe!, epochs: 1, learningRate: 1e-12 } });
    const [{ test }, parent] = [of(still, 'finished')[0]!, of(undisturbed, 'finished')[0]!];
    expect(test.accuracy).toBe(parent.test.accuracy);
    expect(test.loss).toBeCloseTo(parent.test.loss, 2); // 16-bit features against 32-bit ones
  });

  it('keeps all that is behind the split layer, as Keras names it, and learned it', async () => {
    const weights = await training.weightsOf(whole);
    const backbone = narrowBackbone();
    const convolutions = [...weights.keys()].filter((name) => name.startsWith('conv2d'));
    expect(convolutions).toHaveLength(44); // of 94; the first 50 are up to mixed5
    expect(convolutions).toContain('conv2d_50/kernel');
    expect(weights.has('dense/kernel') && weights.has('batch_normalization_93/beta')).toBe(true);
    for (const name of convolutions) {
      expect(weights.get(name)!.shape).toEqual(backbone.get(name)!.shape);
      expect(weights.get(name)!.data, name).not.toEqual(backbone.get(name)!.data);
    }
  });

  it('makes a network that serves with the accuracy it was tested with', async () => {
    const { weightsBlob, test } = of(whole, 'finished')[0]!;
    const { blobs, folder, job } = training;
    const thread = new NetworkThread({ blobPlace: { folder }, threads: 1 });
    const network = await thread.load({ ...job, weightsBlob, quantizedBlob: null });
    const manifest = await readManifest(blobs, job.manifestBlob);
    const shards = new ShardReader(blobs, manifest);
    const images = manifest.images.filter(({ split }) => split === 'test');
    let right = 0;
    for (const image of images) {
      const pixels = await decodePixels(await shards.read(image), { width: 32, height: 32, fit: 'cover' });
      const probabilities = [...(await network.run(pixels, 1))];
      if (probabilities.indexOf(Math.max(...probabilities)) === image.label) right += 1;
    }
    expect(right / images.length).toBe(test.accuracy);
    await shards.close();
    await thread.close();
  });

  it('that goes on from a checkpoint within an epoch comes to the same weights, bit by bit', async () => {
    const checkpoints = midEpochs(whole);
    expect(checkpoints).toHaveLength(2 * (STEPS / STEPS_PER_CALL - 1));
    for (const checkpointBlob of [checkpoints[0]!, checkpoints[3]!]) {
      const resumed = await training.run({ ...fineTune, checkpointBlob });
      expect(outcome(resumed)).toEqual(outcome(whole));
      expect(epochsOf(resumed)).toEqual(epochsOf(whole).slice(-epochsOf(resumed).length));
    }
  });

  it('comes to the same weights, bit by bit, when its features are computed anew in every epoch', async () => {
    const live = await training.run({ ...fineTune, uncached: 'there is no room.' });
    expect(of(live, 'features')).toEqual([]);
    expect(of(live, 'log')[0]!.message).toMatch(
      /^Features are recomputed in every epoch: there is no room\. Expect about \d+m?s per epoch\.$/,
    );
    expect(outcome(live)).toEqual(outcome(whole));
  });

  it('goes on from a fine-tune run, with less of the network frozen', async () => {
    const parentBlob = of(whole, 'finished')[0]!.weightsBlob;
    const next = await training.run({ parentBlob, recipe: { ...fineTune.recipe!, splitLayer: 'mixed3', epochs: 1 } });
    const [before, after] = [await training.weightsOf(whole), await training.weightsOf(next)];
    expect(after.size).toBeGreaterThan(before.size);
    const changes = (name: string): number[] =>
      [...after.get(name)!.data].map((v, i) => v - before.get(name)!.data[i]!);
    // One epoch of Adam moves a weight by the learning rate in each of its six steps at most.
    expect(Math.max(...changes('conv2d_60/kernel').map(Math.abs))).toBeLessThan(STEPS * 1e-4 * 1.01);
  });

  it('that diverges says so, and saves nothing that is no number', async () => {
    const weights = new Map(await training.weightsOf(undisturbed));
    weights.set('dense/kernel', f32(weights.get('dense/kernel')!.shape, new Float32Array(128 * 256).fill(3e38)));
    const { sha256: parentBlob } = await training.blobs.put(writeSafetensors(weights));
    const told: TrainingEvent[] = [];
    const wild = training.run({ ...fineTune, parentBlob, checkpointSeconds: ALWAYS }, undefined, told);
    await expect(wild).rejects.toThrow('diverged in epoch 1: the loss is');
    expect(of(told, 'checkpoint')).toEqual([]);
  });
});
