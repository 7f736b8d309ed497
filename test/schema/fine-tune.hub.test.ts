import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ClassificationAnswer, figuresOf, type RunAnswer } from '../support/answers.js';
import { colourPhoto } from '../support/colour-images.js';
import { HOPELESS, QUICK } from '../support/recipes.js';
import { refused } from '../support/refused.js';
import { TestHub } from '../support/test-hub.js';

const MISSING_ID = '00000000-0000-7000-8000-000000000000';

/** What the answer to the mutation holds. */
interface Started {
  readonly startFineTuneRun: {
    readonly id: string;
    readonly kind: string;
    readonly parentRunId: string;
    readonly recipe: Readonly<Record<string, unknown>>;
  };
}

/** Enough to learn the colors from a parent that knows nothing. */
const LEARNING = { learningRate: 0.001, epochs: 8 } as const;

async function start(hub: TestHub, input: Readonly<Record<string, unknown>>): Promise<Started['startFineTuneRun']> {
  return (await hub.ask<Started>('start-fine-tune-run', { input })).startFineTuneRun;
}

describe('a fine-tune run', () => {
  let hub: TestHub;
  let parent: RunAnswer;
  let started: Started['startFineTuneRun'];
  let tuned: RunAnswer;
  let datasetVersionId: string;

  beforeAll(async () => {
    const colours = await TestHub.startWithColours();
    hub = colours;
    datasetVersionId = colours.datasetVersionId;
    parent = await hub.train({ datasetVersionId, recipe: HOPELESS });
    started = await start(hub, { parentRunId: parent.id, ...LEARNING });
    tuned = await hub.ended(started.id);
  });
  afterAll(() => hub.remove());

  const refusal = (input: Readonly<Record<string, unknown>>): Promise<unknown> => refused(start(hub, input));

  it('continues a transfer run with everything after mixed5, and takes what is not given from its parent', () => {
    expect(started).toMatchObject({
      kind: 'FINE_TUNE',
      parentRunId: parent.id,
      recipe: { splitLayer: 'mixed5', ...LEARNING, batchSize: QUICK.batchSize },
    });
    expect(tuned.error).toBeNull();
    expect(tuned).toMatchObject({ kind: 'FINE_TUNE', state: 'SUCCEEDED' });
    expect(tuned.testAccuracy!).toBeGreaterThan(parent.testAccuracy!);
  });

  it('has the learning rate of the seed experiment where none is given', async () => {
    const { id, recipe } = await start(hub, { parentRunId: parent.id, epochs: 1 });
    expect(recipe).toMatchObject({ learningRate: 1e-5, epochs: 1 });
    await hub.ended(id);
  });

  it('takes the other fields of a recipe, and records them', async () => {
    const averaging = { averageEpochs: 2, restoreBest: false, patience: null };
    const options = {
      imageSize: 96,
      liveStatistics: true,
      mixup: 0.2,
      cutmix: 0.5,
      cutout: 0.25,
      layerDecay: 0.8,
      crops: 1,
      colorJitters: 1,
      mirror: true,
      ...averaging,
    };
    const { id } = await start(hub, { parentRunId: parent.id, epochs: 3, ...options });
    expect(await hub.ended(id)).toMatchObject({ state: 'SUCCEEDED', recipe: options, keptEpoch: 3 });
  });

  it('has the same numbers when it is started again', async () => {
    const { id } = await start(hub, { parentRunId: parent.id, ...LEARNING });
    expect(figuresOf(await hub.ended(id))).toEqual(figuresOf(tuned));
  });

  it('makes a version that can be promoted and serves what it learned', async () => {
    const model = 'tuned';
    await hub.registerModel(parent.id, model);
    await hub.registerModel(tuned.id, model);
    await hub.ask('promote', { now: true, model, version: 1, reason: 'the first' });
    await hub.ask('promote', { now: true, model, version: 2, reason: 'tuned' });
    const labels: string[] = [];
    for (const colour of ['red', 'green', 'blue'] as const) {
      const photo = await colourPhoto(colour, 7, 64, 48);
      const { classify } = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, { model });
      expect(classify.modelVersion).toBe(2);
      labels.push(classify.label);
    }
    expect(labels).toEqual(['red', 'green', 'blue']);
  });

  it('continues another fine-tune run, and may unfreeze more but not less', async () => {
    const { id } = await start(hub, { parentRunId: tuned.id, fineTuneFrom: 'mixed4', learningRate: 0.0001, epochs: 1 });
    expect(await hub.ended(id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await refusal({ parentRunId: tuned.id, fineTuneFrom: 'mixed8' })).toEqual({
      code: 'BAD_INPUT',
      message:
        'The parent run trained everything after mixed5; a fine-tune run cannot freeze part of that again (received "mixed8").',
    });
  });

  it('is refused on images that are too small for the network', async () => {
    expect(await refusal({ parentRunId: parent.id, imageSize: 64 })).toEqual({
      code: 'BAD_INPUT',
      message: 'The recipe cannot be used: imageSize: must be 75 or more for InceptionV3 (received 64).',
    });
  });

  it('is refused after avg_pool, where only the head is', async () => {
    expect(await refusal({ parentRunId: parent.id, fineTuneFrom: 'avg_pool' })).toEqual({
      code: 'BAD_INPUT',
      message:
        'Fine-tuning InceptionV3 x 0.0625 starts after one of its blocks, mixed0 to mixed10 (received "avg_pool").',
    });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ learningRate: 2 }, 'learningRate: must be 1 or less (received 2)'],
    [{ epochs: 0 }, 'epochs: must be 1 or more (received 0)'],
    [{ batchSize: 5000 }, 'batchSize: must be 4096 or less (received 5000)'],
    [{ crops: 9 }, 'crops: must be 8 or less (received 9)'],
    [
      { averageEpochs: 1, patience: null },
      'averageEpochs: requires restoreBest false: either the best epoch is kept or the mean of the last ones (received 1)',
    ],
  ])('is refused with %j, with field, range and what was received', async (given, problem) => {
    expect(await refusal({ parentRunId: parent.id, ...given })).toEqual({
      code: 'BAD_INPUT',
      message: `The recipe cannot be used: ${problem}.`,
    });
  });

  it('is refused unless its parent succeeded', async () => {
    expect(await refusal({ parentRunId: MISSING_ID })).toEqual({
      code: 'NOT_FOUND',
      message: 'There is no run with this id.',
    });
    const failing = await hub.train({ datasetVersionId, recipe: HOPELESS, backbone: await hub.failingBackbone() });
    expect(await refusal({ parentRunId: failing.id })).toEqual({
      code: 'CONFLICT',
      message: `The parent run ${failing.id} is FAILED. Fine-tune a run that has succeeded.`,
    });
  });

  it('computes its features in every epoch where they do not fit into the cache, with the same numbers', {
    timeout: 180_000,
  }, async () => {
    const small = await TestHub.startWithColours({ settings: { featureCache: 1e-6 } });
    onTestFinished(() => small.remove());
    const same = await small.train({ datasetVersionId, recipe: HOPELESS });
    const { id } = await start(small, { parentRunId: same.id, ...LEARNING });
    expect(figuresOf(await small.ended(id))).toEqual(figuresOf(tuned));
    const message =
      /^Features are recomputed in every epoch: they take .*; the cache is limited to 1 kB \(--feature-cache\)\. Expect about \d+m?s per epoch\.$/;
    expect(small.log.some(({ msg }) => message.test(msg ?? ''))).toBe(true);
  });

  it('drops the features of another run when there is no room for its own', async () => {
    // One set of pooled features or of mixed10's.
    const small = await TestHub.startWithColours({ settings: { featureCache: 6e-5 } });
    onTestFinished(() => small.remove());
    const blobs = async (): Promise<number> => {
      const files = await readdir(join(small.data, 'blobs'), { recursive: true, withFileTypes: true });
      return files.filter((file) => file.isFile()).length;
    };
    const before = await blobs();
    const { id } = await start(small, { parentRunId: small.runId, fineTuneFrom: 'mixed10', epochs: 1 });
    expect(await small.ended(id)).toMatchObject({ state: 'SUCCEEDED' });
    // Those of avg_pool are gone; the run's weights, predictions, probabilities and features have come.
    expect(await blobs()).toBe(before - 1 + 4);
  });
});
