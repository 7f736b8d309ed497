import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClassificationAnswer, figuresOf, type RunAnswer } from '../support/answers.js';
import { colourPhoto, registerColours } from '../support/colour-images.js';
import { HOPELESS, QUICK } from '../support/recipes.js';
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

describe('a fine-tune run', () => {
  let hub: TestHub;
  let parent: RunAnswer;
  let tuned: RunAnswer;
  let datasetVersionId: string;

  beforeAll(async () => {
    hub = await TestHub.start();
    datasetVersionId = (await registerColours(hub)).id;
    parent = await hub.train({ datasetVersionId, recipe: HOPELESS });
  });
  afterAll(() => hub.remove());

  const start = async (input: Readonly<Record<string, unknown>>): Promise<Started['startFineTuneRun']> =>
    (await hub.ask<Started>('start-fine-tune-run', { input })).startFineTuneRun;
  const refused = (input: Readonly<Record<string, unknown>>): Promise<unknown> =>
    start(input).then(
      () => 'not refused',
      ({ code, message }: { code: string; message: string }) => ({ code, message }),
    );

  it('goes on from a transfer run with all behind mixed5, and what is not given as in its parent', async () => {
    const started = await start({ parentRunId: parent.id, learningRate: 0.001, epochs: 8 });
    expect(started).toMatchObject({
      kind: 'FINE_TUNE',
      parentRunId: parent.id,
      recipe: { splitLayer: 'mixed5', learningRate: 0.001, epochs: 8, batchSize: QUICK.batchSize },
    });
    tuned = await hub.ended(started.id);
    expect(tuned.error).toBeNull();
    expect(tuned).toMatchObject({ kind: 'FINE_TUNE', state: 'SUCCEEDED' });
    expect(tuned.testAccuracy!).toBeGreaterThan(parent.testAccuracy!);
  });

  it('has the learning rate of the seed experiment where none is given', async () => {
    const { id, recipe } = await start({ parentRunId: parent.id, epochs: 1 });
    expect(recipe).toMatchObject({ learningRate: 1e-5, epochs: 1 });
    await hub.ended(id);
  });

  it('takes what a recipe has besides, and has it on record', async () => {
    const averaging = { averageEpochs: 2, restoreBest: false, patience: null };
    const options = { mixup: 0.2, layerDecay: 0.8, crops: 1, mirror: true, ...averaging };
    const { id } = await start({ parentRunId: parent.id, epochs: 3, ...options });
    expect(await hub.ended(id)).toMatchObject({ state: 'SUCCEEDED', recipe: options, keptEpoch: 3 });
  });

  it('comes to the same numbers when it is asked for again', async () => {
    const { id } = await start({ parentRunId: parent.id, learningRate: 0.001, epochs: 8 });
    expect(figuresOf(await hub.ended(id))).toEqual(figuresOf(tuned));
  });

  it('makes a version that is promoted and serves what it has learned', async () => {
    await hub.registerModel(parent.id, 'colours');
    await hub.registerModel(tuned.id, 'colours');
    await hub.ask('promote', { model: 'colours', version: 1, reason: 'the first' });
    await hub.ask('promote', { model: 'colours', version: 2, reason: 'tuned' });
    const labels: string[] = [];
    for (const colour of ['red', 'green', 'blue'] as const) {
      const photo = await colourPhoto(colour, 7, 64, 48);
      const { classify } = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, {
        model: 'colours',
      });
      expect(classify.modelVersion).toBe(2);
      labels.push(classify.label);
    }
    expect(labels).toEqual(['red', 'green', 'blue']);
  });

  it('goes on from another fine-tune run, and may unfreeze more but not less', async () => {
    const { id } = await start({ parentRunId: tuned.id, fineTuneFrom: 'mixed4', learningRate: 0.0001, epochs: 1 });
    expect(await hub.ended(id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await refused({ parentRunId: tuned.id, fineTuneFrom: 'mixed8' })).toEqual({
      code: 'BAD_INPUT',
      message:
        'The parent run trained everything after mixed5; a fine-tune run cannot freeze part of that again (received "mixed8").',
    });
  });

  it('is refused behind avg_pool, where only the head is', async () => {
    expect(await refused({ parentRunId: parent.id, fineTuneFrom: 'avg_pool' })).toEqual({
      code: 'BAD_INPUT',
      message: 'Fine-tuning starts after one of mixed0 to mixed10 (received "avg_pool").',
    });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ learningRate: 2 }, 'learningRate: Too big: expected number to be <=1 (received 2)'],
    [{ epochs: 0 }, 'epochs: Too small: expected number to be >=1 (received 0)'],
    [{ batchSize: 5000 }, 'batchSize: Too big: expected number to be <=4096 (received 5000)'],
    [{ crops: 9 }, 'crops: Too big: expected number to be <=8 (received 9)'],
    [
      { averageEpochs: 1, patience: null },
      'averageEpochs: requires restoreBest false: either the best epoch is kept or the mean of the last ones (received 1)',
    ],
  ])('is refused with %j, with field, range and what was received', async (given, problem) => {
    expect(await refused({ parentRunId: parent.id, ...given })).toEqual({
      code: 'BAD_INPUT',
      message: `The recipe cannot be used: ${problem}.`,
    });
  });

  it('is refused without a parent that succeeded', async () => {
    expect(await refused({ parentRunId: MISSING_ID })).toEqual({
      code: 'NOT_FOUND',
      message: 'There is no run with this id.',
    });
    const failing = await hub.train({ datasetVersionId, recipe: HOPELESS, backbone: 'resnet' });
    expect(await refused({ parentRunId: failing.id })).toEqual({
      code: 'CONFLICT',
      message: 'The parent run is FAILED. Fine-tune a run that has succeeded.',
    });
  });

  it('computes its features anew in every epoch where they do not fit into the cache, with the same numbers', async () => {
    await hub.stop();
    await hub.start({ featureCache: 1e-6 });
    const { id } = await start({ parentRunId: parent.id, learningRate: 0.001, epochs: 8 });
    expect(figuresOf(await hub.ended(id))).toEqual(figuresOf(tuned));
    const message =
      /^Features are recomputed in every epoch: they take .*; the cache is limited to 1 kB \(--feature-cache\)\. Expect about \d+m?s per epoch\.$/;
    expect(hub.log.some(({ msg }) => message.test(msg ?? ''))).toBe(true);
  });

  it('drops features that were not used for longest when there is no room for new ones', async () => {
    const blobs = async (): Promise<number> => {
      const files = await readdir(join(hub.data, 'blobs'), { recursive: true, withFileTypes: true });
      return files.filter((file) => file.isFile()).length;
    };
    await hub.stop();
    await hub.start({ featureCache: 6e-5 }); // one set of pooled features or of mixed10's, not both and more
    const before = await blobs();
    const { id } = await start({ parentRunId: parent.id, fineTuneFrom: 'mixed10', epochs: 1 });
    expect(await hub.ended(id)).toMatchObject({ state: 'SUCCEEDED' });
    // Those of avg_pool, mixed5, its variants and mixed4 are gone; the run's weights, predictions and features have come.
    expect(await blobs()).toBe(before - 4 + 3);
  });
});
