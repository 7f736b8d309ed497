import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engines/engine.js';
import type { Job, TrainingEvent } from '../../src/training/job.js';
import { recipeSchema } from '../../src/training/recipe.js';
import { TESTED_ENGINES } from '../support/engines.js';
import {
  ALWAYS,
  epochEnds,
  epochsOf,
  InProcessTraining,
  midEpochs,
  of,
  outcome,
} from '../support/in-process-training.js';

/** Losses of engines, which compute in other orders, may be this far apart. */
const LOSS_ERROR = 1e-3;
/** Half a point. */
const ACCURACY_ERROR = 0.005;

let training: InProcessTraining;
let jobs: Readonly<Record<'a head' | 'part of the backbone' | 'with the statistics of batches', Job>>;
const byOnnx = new Map<string, TrainingEvent[]>();

beforeAll(async () => {
  training = await InProcessTraining.start();
  const transfer = await training.run();
  const fineTune: Job = {
    ...training.job,
    parentBlob: of(transfer, 'finished')[0]!.weightsBlob,
    checkpointSeconds: ALWAYS,
    recipe: recipeSchema.parse({
      ...training.job.recipe,
      ...{ splitLayer: 'mixed8', epochs: 3, learningRate: 1e-4, weightDecay: 0.05, layerDecay: 0.7, mixup: 0.2 },
    }),
  };
  const byBatch: Job = { ...fineTune, recipe: { ...fineTune.recipe, liveStatistics: true } };
  jobs = { 'a head': training.job, 'part of the backbone': fineTune, 'with the statistics of batches': byBatch };
  byOnnx.set('a head', transfer);
  byOnnx.set('part of the backbone', await training.run(fineTune));
  byOnnx.set('with the statistics of batches', await training.run(byBatch));
});
afterAll(() => training.remove());

const losses = (events: readonly TrainingEvent[]): number[] =>
  epochEnds(events).flatMap(({ metrics }) => [metrics.trainLoss, metrics.validationLoss]);

// A file without a test would fail.
if (TESTED_ENGINES.length === 1) it.skip('a run on tensorflow, where `npm run engine:tensorflow` has put it');

describe.each(TESTED_ENGINES.slice(1))('a run on $name', ({ open }) => {
  let engine: Engine;
  beforeAll(async () => {
    ({ engine } = await open());
  });
  const runOn = (job: Job, changes: Partial<Job> = {}): Promise<TrainingEvent[]> =>
    training.run({ ...job, ...changes }, undefined, [], engine);

  it.each(['a head', 'part of the backbone', 'with the statistics of batches'] as const)(
    'that trains %s has the losses and the accuracy of ONNX Runtime, and says who computed',
    async (what) => {
      const [expected, events] = [byOnnx.get(what)!, await runOn(jobs[what])];
      expect(of(events, 'started')[0]!.engine).toEqual(engine.info);
      for (const [i, loss] of losses(expected).entries()) {
        expect(Math.abs(losses(events)[i]! / loss - 1), `loss ${i}`).toBeLessThan(LOSS_ERROR);
      }
      const accuracy = (of(events, 'finished')[0] as { test: { accuracy: number } }).test.accuracy;
      expect(Math.abs(accuracy - of(expected, 'finished')[0]!.test.accuracy)).toBeLessThan(ACCURACY_ERROR);
    },
  );

  it('goes on from its own checkpoint within an epoch, and comes to the same bit by bit', async () => {
    const job = jobs['part of the backbone'];
    const featureChunks = of(byOnnx.get('part of the backbone')!, 'features').map(({ chunk }) => chunk);
    const whole = await runOn(job, { featureChunks });
    const checkpointBlob = midEpochs(whole).at(-1)!;
    const resumed = await runOn(job, { featureChunks, checkpointBlob });
    expect(epochsOf(resumed)).toEqual(epochsOf(whole).slice(-1));
    expect(outcome(resumed)).toEqual(outcome(whole));
  });

  it('goes on from a checkpoint of ONNX Runtime', async () => {
    const expected = byOnnx.get('part of the backbone')!;
    const { checkpointBlob } = epochEnds(expected)[0]!;
    const resumed = await runOn(jobs['part of the backbone'], { checkpointBlob });
    const left = losses(expected).slice(2);
    expect(losses(resumed)).toHaveLength(left.length);
    for (const [i, loss] of left.entries()) expect(Math.abs(losses(resumed)[i]! / loss - 1)).toBeLessThan(LOSS_ERROR);
  });
});
