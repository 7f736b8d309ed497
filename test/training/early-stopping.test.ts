import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/datasets/manifest.js';
import type { Engine, Trainer, TrainerSpec } from '../../src/engines/engine.js';
import { readSafetensors } from '../../src/network/safetensors.js';
import { f32 } from '../../src/network/tensor.js';
import { type Checkpoint, NO_IMAGES_YET, saveCheckpoint } from '../../src/training/checkpoint.js';
import type { EpochMetrics } from '../../src/training/epoch-metrics.js';
import type { TrainingEvent } from '../../src/training/job.js';
import { type RecipeInput, recipeSchema } from '../../src/training/recipe.js';
import { train } from '../../src/training/train.js';
import { temporaryStore } from '../datasets/fixtures.js';

/**
 * An engine whose validation loss after each epoch is given. Its only weight is the number of the epoch, and its
 * feature of an image is the image's class, so that it can be as wrong as it should be.
 */
function scriptedEngine(losses: readonly number[]): Engine {
  const trainer = async ({ start, batchSize }: TrainerSpec): Promise<Trainer> => {
    let epoch = start.weights.get('epoch')?.data[0] ?? 0;
    return {
      passSize: batchSize,
      stepsPerCall: 1,
      async take(steps) {
        expect(steps, 'one step is one epoch here').toMatchObject([{ count: batchSize }]);
        epoch += 1;
        return [{ loss: Number.isNaN(losses[epoch - 1]) ? Number.NaN : 1, correct: 0 }];
      },
      async predict(features, n) {
        const right = Math.exp(-losses[epoch - 1]!);
        return Float32Array.from({ length: 2 * n }, (_, i) => (features[i >> 1] === i % 2 ? right : 1 - right));
      },
      state: () => ({
        step: epoch,
        weights: new Map([['epoch', f32([1], Float32Array.of(epoch))]]),
        firstMoments: new Map(),
        secondMoments: new Map(),
      }),
      dispose: async () => undefined,
    };
  };
  const unused = (): never => {
    throw new Error('features are cached here');
  };
  return {
    info: { name: 'onnx', version: '0', device: 'cpu', threads: 1 },
    frozen: unused,
    classifier: unused,
    trainer,
  };
}

interface Outcome {
  readonly epochs: readonly EpochMetrics[];
  readonly finished: Extract<TrainingEvent, { type: 'finished' }>;
  /** The epoch whose weights are in the blob. */
  readonly stored: number | undefined;
}

async function trainWith(
  losses: readonly number[],
  recipe: RecipeInput,
  events: TrainingEvent[] = [],
  checkpoint?: Checkpoint,
): Promise<Outcome> {
  const { blobs } = await temporaryStore();
  const sha256 = 'a'.repeat(64);
  const splits = ['train', 'train', 'validation', 'validation', 'test', 'test'] as const;
  const manifest: Manifest = {
    format: 1,
    contentHash: sha256,
    classes: ['cat', 'dog'],
    shards: [sha256],
    images: splits.map((split, i) => ({
      ...{ sha256, name: `${i}`, split, label: i % 2 },
      ...{ shard: 0, offset: 0, bytes: 1, width: 8, height: 8, facts: null },
    })),
  };
  const features = Float32Array.from(manifest.images, ({ label }) => label);
  const chunk = { index: 0, blob: (await blobs.put(new Uint8Array(features.buffer))).sha256, rows: 6 };
  await train(
    {
      manifestBlob: (await blobs.put(Buffer.from(JSON.stringify(manifest)))).sha256,
      backboneBlob: sha256,
      recipe: recipeSchema.parse({ epochs: losses.length, ...recipe }),
      size: { input: 8, image: 75 },
      featureChunks: [chunk],
      parentBlob: null,
      uncached: null,
      checkpointBlob: checkpoint ? await saveCheckpoint(blobs, checkpoint) : null,
      blobPlace: { folder: '' },
    },
    {
      blobs,
      engine: scriptedEngine(losses),
      networkHosts: () => [],
      emit: (event) => void events.push(event),
      signal: new AbortController().signal,
    },
  );
  const finished = events.at(-1) as Outcome['finished'];
  const stored = readSafetensors(await blobs.get(finished.weightsBlob)).weights.get('epoch')?.data[0];
  return { epochs: events.flatMap((event) => (event.type === 'checkpoint' ? event.epochs : [])), finished, stored };
}

/** The epochs of each checkpoint. */
const sharedBy = (events: readonly TrainingEvent[]): number[][] =>
  events.flatMap((event) => (event.type === 'checkpoint' ? [event.epochs.map(({ epoch }) => epoch)] : []));

describe('training', () => {
  it.each<[string, number[], RecipeInput, { epochs: number; kept: number }]>([
    [
      'ends when the loss was not better for `patience` epochs',
      [9, 7, 8, 8, 1],
      { patience: 2 },
      { epochs: 4, kept: 2 },
    ],
    ['counts anew after a better epoch', [9, 7, 8, 6, 7, 7, 1], { patience: 2 }, { epochs: 6, kept: 4 }],
    ['takes an equal loss for no better one', [5, 5, 5, 1], { patience: 2 }, { epochs: 3, kept: 1 }],
    [
      'ends at the first loss that is not better with a patience of 1',
      [9, 8, 9, 1],
      { patience: 1 },
      { epochs: 3, kept: 2 },
    ],
    ['does the same with a patience of 0, as Keras does', [9, 8, 9, 1], { patience: 0 }, { epochs: 3, kept: 2 }],
    ['goes on to the end without patience', [1, 2, 3, 4], { patience: null }, { epochs: 4, kept: 1 }],
    ['goes on to the end while it gets better', [4, 3, 2, 1], { patience: 0 }, { epochs: 4, kept: 4 }],
    ['of one epoch ends with that', [3], { patience: 0 }, { epochs: 1, kept: 1 }],
    [
      'keeps the last epoch when it need not restore the best',
      [1, 2, 3],
      { patience: null, restoreBest: false },
      { epochs: 3, kept: 3 },
    ],
    [
      'keeps the last one also when it ends early',
      [2, 1, 3, 9],
      { patience: 0, restoreBest: false },
      { epochs: 3, kept: 3 },
    ],
  ])('%s', async (_, losses, recipe, expected) => {
    const { epochs, finished, stored } = await trainWith(losses, recipe);
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: expected.epochs }, (_, i) => i + 1));
    for (const [i, { validationLoss }] of epochs.entries()) expect(validationLoss).toBeCloseTo(losses[i]!, 5);
    expect(finished.keptEpoch).toBe(expected.kept);
    expect(stored).toBe(expected.kept);
    expect(finished.test.loss, 'tested with the weights that are kept').toBeCloseTo(losses[expected.kept - 1]!, 5);
  });

  it('keeps and tests the mean of the last epochs when it averages', async () => {
    const averaging = { averageEpochs: 3, patience: null, restoreBest: false } as const;
    const { finished, stored } = await trainWith([5, 4, 3, 2, 1], averaging);
    expect(stored).toBe(4); // weights here are the number of the epoch
    expect(finished.test.loss).toBeCloseTo(2, 5);
    expect(finished.keptEpoch).toBe(5);
  });

  it('that is resumed counts the time and work of its earlier attempts', async () => {
    const weights = new Map([['epoch', f32([1], Float32Array.of(1))]]);
    const accuracy = { trainAccuracy: 1, validationAccuracy: 1 };
    const { epochs, finished } = await trainWith([3, 2, 1], {}, [], {
      state: { step: 1, weights, firstMoments: new Map(), secondMoments: new Map() },
      history: [{ epoch: 1, trainLoss: 1, validationLoss: 3, seconds: 150, ...accuracy }],
      ...{ partial: NO_IMAGES_YET, kept: new Map() },
      spent: { features: 100, training: 200, epoch: 50, computed: 6 },
    });
    expect(epochs.map(({ epoch, seconds }) => [epoch, Math.floor(seconds)])).toEqual([
      [2, 50],
      [3, 0],
    ]);
    expect(finished.seconds).toMatchObject({ features: expect.closeTo(100, 0), training: expect.closeTo(200, 0) });
    expect(finished.computedPictures).toBe(6);
  });

  it('lets epochs that take no time share a checkpoint', async () => {
    const events: TrainingEvent[] = [];
    await trainWith([3, 2, 1], {}, events);
    expect(sharedBy(events)).toEqual([[1, 2, 3]]);
  });

  it('that diverges ends with the learning rate to change, and tells the epochs before', async () => {
    const events: TrainingEvent[] = [];
    await expect(trainWith([3, 2, Number.NaN, 1], { learningRate: 0.5 }, events)).rejects.toMatchObject({
      code: 'DIVERGED',
      message: 'Training diverged in epoch 3: the loss is NaN. Lower the learning rate (it is 0.5).',
    });
    expect(sharedBy(events)).toEqual([[1, 2]]);
  });
});
