import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Weights } from '../../src/network/tensor.js';
import { loadCheckpoint } from '../../src/training/checkpoint.js';
import type { Job, TrainingEvent } from '../../src/training/job.js';
import { type Recipe, recipeSchema } from '../../src/training/recipe.js';
import {
  ALWAYS,
  epochEnds,
  epochsOf,
  InProcessTraining,
  midEpochs,
  of,
  outcome,
} from '../support/in-process-training.js';
import { relativeError } from '../support/reference.js';

const EPOCHS = 3;
/** Of the 84 images of colours, held-out ones included. */
const TRAIN = 60;
let training: InProcessTraining;
let fineTune: Job;
let plain: TrainingEvent[];

beforeAll(async () => {
  training = await InProcessTraining.start();
  const parent = await training.run();
  fineTune = {
    ...training.job,
    parentBlob: of(parent, 'finished')[0]!.weightsBlob,
    checkpointSeconds: ALWAYS,
    recipe: recipeSchema.parse({
      ...training.job.recipe,
      splitLayer: 'mixed8',
      epochs: EPOCHS,
      learningRate: 1e-4,
      restoreBest: false,
    }),
  };
  plain = await training.run(fineTune);
});
afterAll(() => training.remove());

const runWith = (changes: Partial<Recipe>, job: Partial<Job> = {}): Promise<TrainingEvent[]> =>
  training.run({ ...fineTune, ...job, recipe: { ...fineTune.recipe, ...changes } });

describe('a run', () => {
  it.each<[string, Partial<Recipe>, number]>([
    ['with mirrored pictures', { mirror: true }, 84 + TRAIN],
    ['with cropped pictures', { crops: 2 }, 84 + 2 * TRAIN],
    ['with cropped and mirrored pictures', { crops: 1, mirror: true }, 84 + 2 * TRAIN],
    ['with copies of other colors', { colorJitters: 1, mirror: true }, 84 + 2 * TRAIN],
    ['with mixed examples', { mixup: 0.4 }, 84],
    ['with cut maps', { splitLayer: 'mixed7', cutmix: 1, cutout: 0.5 }, 84],
    ['whose deeper layers learn slower', { layerDecay: 0.7 }, 84],
    ['with the statistics of its batches', { liveStatistics: true }, 84],
    ['that averages its last epochs', { averageEpochs: 2 }, 84],
  ])(
    '%s comes to the same weights bit by bit: cached or computed anew, interrupted or not',
    async (_, changes, rows) => {
      const whole = await runWith(changes);
      expect(of(whole, 'log')[0]!.message).toBe(`Features: 0 of ${rows} cached, ${rows} to compute.`);
      expect(outcome(whole)).not.toEqual(outcome(plain));
      expect(outcome(await runWith(changes, { uncached: 'there is no room.' }))).toEqual(outcome(whole));
      for (const checkpointBlob of [midEpochs(whole).at(-1)!, epochEnds(whole)[1]!.checkpointBlob]) {
        const resumed = await runWith(changes, { checkpointBlob });
        expect(epochsOf(resumed)).toEqual(epochsOf(whole).slice(-1));
        expect(outcome(resumed)).toEqual(outcome(whole));
      }
    },
  );

  it('counts a spread target as an error of its own: the loss of perfect answers is not zero', async () => {
    const labelSmoothing = 0.2;
    const spread = labelSmoothing / 3; // over three colours
    const entropy = -(1 - 2 * spread) * Math.log(1 - 2 * spread) - 2 * spread * Math.log(spread);
    for (const { metrics } of epochEnds(await runWith({ labelSmoothing }))) {
      expect(metrics.trainLoss).toBeGreaterThan(entropy);
      expect(metrics.trainAccuracy).toBeGreaterThan(1 / 3); // the most probable class counts, not the target
    }
  });

  it('that averages keeps the mean of the weights behind its last epochs, and none of an earlier one', async () => {
    const recipe = recipeSchema.parse({ ...training.job.recipe, restoreBest: false, averageEpochs: 3 });
    const averaged = await training.run({ recipe, checkpointSeconds: ALWAYS });
    const last = epochEnds(averaged).slice(-3);
    const states = await Promise.all(
      last.map(async ({ checkpointBlob }) => (await loadCheckpoint(training.blobs, checkpointBlob)).state.weights),
    );
    const kept: Weights = await training.weightsOf(averaged);
    for (const [name, { data }] of kept) {
      const mean = Array.from(
        data,
        (_, i) => states.reduce((sum, weights) => sum + weights.get(name)!.data[i]!, 0) / 3,
      );
      expect(relativeError(data, mean), name).toBeLessThan(1e-6);
      expect(data).not.toEqual(states[2]!.get(name)!.data);
    }
  });
});
