import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { PrismaClient } from '../../src/storage/database.js';
import type { RunPageAnswer } from '../support/answers.js';
import { QUICK, SOME_SECONDS } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

interface Estimate {
  readonly seconds: number;
  readonly featureSeconds: number;
  readonly trainingSeconds: number;
  readonly evaluationSeconds: number;
  readonly memoryBytes: number;
  readonly pictures: number;
  readonly cachedPictures: number;
  readonly computedInEveryEpoch: boolean;
  readonly basis: 'RUNS' | 'CALIBRATION';
  readonly runs: readonly string[];
  readonly calibrationSeconds: number | null;
}

const transferInput = (recipe: object) => {
  const { datasetVersionId } = inject('colours');
  return { datasetVersionId, backbone: 'tiny-imagenet-2', recipe };
};

async function transfer(hub: TestHub, recipe: object): Promise<Estimate> {
  const input = transferInput(recipe);
  const answer = await hub.ask<{ estimateTransferRun: Estimate }>('estimate-transfer-run', { input });
  return answer.estimateTransferRun;
}

async function fineTune(hub: TestHub, input: object): Promise<Estimate> {
  return (await hub.ask<{ estimateFineTuneRun: Estimate }>('estimate-fine-tune-run', { input })).estimateFineTuneRun;
}

describe('an estimate where no run has finished on the device', () => {
  let hub: TestHub;
  beforeAll(async () => {
    const rows = async (client: PrismaClient): Promise<void> => {
      for (const { id, engine } of await client.run.findMany()) {
        await client.run.update({ where: { id }, data: { engine: { ...(engine as object), device: 'cuda' } } });
      }
    };
    hub = await TestHub.startWithColours({ rows });
  });
  afterAll(() => hub.remove());

  it('is measured once for all runs of the same shape, and starts no run', async () => {
    const runs = await hub.ask<RunPageAnswer>('runs');
    const recipe = { ...SOME_SECONDS, imageSize: 80 };
    const first = await transfer(hub, recipe);
    expect(first).toMatchObject({ basis: 'CALIBRATION', runs: [], pictures: 84, cachedPictures: 0 });
    expect(first.calibrationSeconds).toBeGreaterThan(0);
    expect(first.calibrationSeconds).toBeLessThan(30);
    expect(first.featureSeconds).toBeGreaterThan(0);
    expect(first.memoryBytes).toBeGreaterThan(50e6);
    const twice = await transfer(hub, { ...recipe, epochs: 2 * recipe.epochs, seed: 3 });
    expect(twice.calibrationSeconds).toBe(first.calibrationSeconds);
    // Building the graph takes its time once.
    expect(twice.trainingSeconds).toBeGreaterThan(1.2 * first.trainingSeconds);
    expect(twice.trainingSeconds).toBeLessThanOrEqual(2 * first.trainingSeconds);
    expect(twice.seconds).toBeCloseTo(twice.featureSeconds + twice.trainingSeconds + twice.evaluationSeconds, 6);
    expect(await hub.ask('runs')).toEqual(runs);
  });

  it('does not come from the runs of another device', async () => {
    const { runId } = inject('colours');
    expect(await hub.run(runId)).toMatchObject({ state: 'SUCCEEDED', engine: { device: 'cuda' } });
    expect(await transfer(hub, SOME_SECONDS)).toMatchObject({ basis: 'CALIBRATION', runs: [], cachedPictures: 84 });
  });
});

describe('an estimate where a run has finished', () => {
  let hub: TestHub;
  let runId: string;
  let datasetVersionId: string;
  beforeAll(async () => {
    const colours = await TestHub.startWithColours();
    hub = colours;
    ({ runId, datasetVersionId } = colours);
  });
  afterAll(() => hub.remove());

  it('is measured where runs computed the features that this one finds cached, then comes from a run like it', async () => {
    const cached = { pictures: 84, cachedPictures: 84, featureSeconds: 0 };
    expect(await transfer(hub, { ...QUICK, seed: 3 })).toMatchObject({ ...cached, basis: 'CALIBRATION', runs: [] });
    const { id } = await hub.train({ datasetVersionId, recipe: { ...QUICK, seed: 3 } });
    expect(await transfer(hub, { ...QUICK, epochs: 90, seed: 4 })).toMatchObject({
      ...{ ...cached, basis: 'RUNS', runs: [id], calibrationSeconds: null },
    });
  });

  // Times are compared, which differ when something else takes the processor during one of the runs.
  it('is within half and twice the cost of the run', { retry: 3, timeout: 180_000 }, async () => {
    const first = await hub.train({ datasetVersionId, recipe: { ...SOME_SECONDS, epochs: 60 } });
    const recipe = { ...SOME_SECONDS, epochs: 30, seed: 3 };
    const estimate = await transfer(hub, recipe);
    expect(estimate).toMatchObject({ basis: 'RUNS', runs: [first.id], calibrationSeconds: null });
    expect(estimate).toMatchObject({ pictures: 84, cachedPictures: 84, featureSeconds: 0 });
    const run = await hub.train({ datasetVersionId, recipe });
    expect(estimate.trainingSeconds).toBeGreaterThan(run.seconds!.training / 2);
    expect(estimate.trainingSeconds).toBeLessThan(run.seconds!.training * 2);
    expect(estimate.memoryBytes).toBeGreaterThan(run.peakMemoryBytes! / 2);
    expect(estimate.memoryBytes).toBeLessThan(run.peakMemoryBytes! * 2);
  });

  it('grows with the epochs and with the pictures', async () => {
    const [plain, mirrored, longer] = [
      await transfer(hub, SOME_SECONDS),
      await transfer(hub, { ...SOME_SECONDS, mirror: true }),
      await transfer(hub, { ...SOME_SECONDS, epochs: 2 * SOME_SECONDS.epochs }),
    ];
    expect(mirrored).toMatchObject({ pictures: 84 + 60, cachedPictures: 0 });
    expect(mirrored.featureSeconds).toBeGreaterThan(plain.featureSeconds);
    expect(longer.trainingSeconds).toBeCloseTo(2 * plain.trainingSeconds, 6);
  });

  it('of a fine-tune run is measured first, and comes from runs when one has finished', async () => {
    const input = { parentRunId: runId, epochs: 6, patience: null };
    expect(await fineTune(hub, input)).toMatchObject({ basis: 'CALIBRATION', cachedPictures: 0 });
    const { startFineTuneRun } = await hub.ask<{ startFineTuneRun: { id: string } }>('start-fine-tune-run', { input });
    await hub.ended(startFineTuneRun.id);
    expect(await fineTune(hub, input)).toMatchObject({ basis: 'CALIBRATION', cachedPictures: 84, featureSeconds: 0 });
    const tuned = await hub.ended(
      (await hub.ask<{ startFineTuneRun: { id: string } }>('start-fine-tune-run', { input })).startFineTuneRun.id,
    );
    const estimate = await fineTune(hub, input);
    expect(estimate).toMatchObject({ basis: 'RUNS', runs: [tuned.id], cachedPictures: 84 });
    expect(estimate.trainingSeconds).toBeGreaterThan(tuned.seconds!.training / 2);
    expect(estimate.trainingSeconds).toBeLessThan(tuned.seconds!.training * 2);
  });

  it('says when features exceed the cache, so that every epoch computes them', async () => {
    const small = await TestHub.startWithColours({ settings: { featureCache: 1e-9 } });
    onTestFinished(() => small.remove());
    const { computedInEveryEpoch, featureSeconds, trainingSeconds, runs } = await transfer(small, SOME_SECONDS);
    expect(computedInEveryEpoch).toBe(true);
    expect(featureSeconds).toBe(0);
    expect(new Set(runs)).toEqual(new Set([small.runId]));
    const { seconds, epochs } = await small.run(small.runId);
    expect(trainingSeconds / SOME_SECONDS.epochs).toBeGreaterThan(seconds!.training / epochs.length);
  });

  it('is refused as the run would be', async () => {
    await expect(transfer(hub, { epochs: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(fineTune(hub, { parentRunId: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const input = { datasetVersionId, backbone: 'imagenet' };
    await expect(hub.ask('estimate-transfer-run', { input })).rejects.toMatchObject({ code: 'BACKBONE_UNAVAILABLE' });
  });
});
