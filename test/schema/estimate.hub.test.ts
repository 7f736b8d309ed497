import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunAnswer } from '../support/answers.js';
import { registerColours } from '../support/colour-images.js';
import { SOME_SECONDS } from '../support/recipes.js';
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

// One story: every test begins where the one before it ended.
describe('an estimate', () => {
  let hub: TestHub;
  let datasetVersionId: string;
  let run: RunAnswer;

  beforeAll(async () => {
    hub = await TestHub.start();
    datasetVersionId = (await registerColours(hub)).id;
  });
  afterAll(() => hub.remove());

  const transfer = async (recipe: object): Promise<Estimate> => {
    const input = { datasetVersionId, backbone: 'tiny-imagenet', recipe };
    const answer = await hub.ask<{ estimateTransferRun: Estimate }>('estimate-transfer-run', { input });
    return answer.estimateTransferRun;
  };
  const fineTune = async (input: object): Promise<Estimate> =>
    (await hub.ask<{ estimateFineTuneRun: Estimate }>('estimate-fine-tune-run', { input })).estimateFineTuneRun;

  it('is measured where there are no runs, once for all runs of the same shape', async () => {
    const first = await transfer(SOME_SECONDS);
    expect(first).toMatchObject({ basis: 'CALIBRATION', runs: [], pictures: 84, cachedPictures: 0 });
    expect(first.calibrationSeconds).toBeGreaterThan(0);
    expect(first.calibrationSeconds).toBeLessThan(30);
    expect(first.featureSeconds).toBeGreaterThan(0);
    expect(first.memoryBytes).toBeGreaterThan(50e6);
    const twice = await transfer({ ...SOME_SECONDS, epochs: 2 * SOME_SECONDS.epochs, seed: 3 });
    expect(twice.calibrationSeconds).toBe(first.calibrationSeconds);
    expect(twice.trainingSeconds).toBeCloseTo(2 * first.trainingSeconds, 6);
    expect(twice.seconds).toBeCloseTo(twice.featureSeconds + twice.trainingSeconds + twice.evaluationSeconds, 6);
  });

  it('has started nothing', async () => {
    expect(await hub.client.request('{ runs { runs { id } } }')).toEqual({ runs: { runs: [] } });
  });

  it('comes from finished runs where there are some like it, and is within twice and half of what a run takes', async () => {
    const first = await hub.train({ datasetVersionId, recipe: SOME_SECONDS });
    const estimate = await transfer({ ...SOME_SECONDS, epochs: 90, seed: 3 });
    expect(estimate).toMatchObject({ basis: 'RUNS', runs: [first.id], calibrationSeconds: null });
    expect(estimate).toMatchObject({ pictures: 84, cachedPictures: 84, featureSeconds: 0 });
    run = await hub.train({ datasetVersionId, recipe: { ...SOME_SECONDS, epochs: 90, seed: 3 } });
    expect(estimate.trainingSeconds).toBeGreaterThan(run.seconds!.training / 2);
    expect(estimate.trainingSeconds).toBeLessThan(run.seconds!.training * 2);
    expect(estimate.memoryBytes).toBeGreaterThan(run.peakMemoryBytes! / 2);
    expect(estimate.memoryBytes).toBeLessThan(run.peakMemoryBytes! * 2);
  });

  it('grows with what is asked for', async () => {
    const [plain, mirrored, longer] = [
      await transfer(SOME_SECONDS),
      await transfer({ ...SOME_SECONDS, mirror: true }),
      await transfer({ ...SOME_SECONDS, epochs: 2 * SOME_SECONDS.epochs }),
    ];
    expect(mirrored).toMatchObject({ pictures: 84 + 60, cachedPictures: 0 });
    expect(mirrored.featureSeconds).toBeGreaterThan(plain.featureSeconds);
    expect(longer.trainingSeconds).toBeCloseTo(2 * plain.trainingSeconds, 6);
  });

  it('of a fine-tune run is measured first, and comes from runs when one has finished', async () => {
    const input = { parentRunId: run.id, epochs: 6, patience: null };
    const measured = await fineTune(input);
    expect(measured).toMatchObject({ basis: 'CALIBRATION', cachedPictures: 0 });
    const { startFineTuneRun } = await hub.ask<{ startFineTuneRun: { id: string } }>('start-fine-tune-run', { input });
    const tuned = await hub.ended(startFineTuneRun.id);
    const estimate = await fineTune(input);
    expect(estimate).toMatchObject({ basis: 'RUNS', runs: [tuned.id], cachedPictures: 84 });
    expect(estimate.trainingSeconds).toBeGreaterThan(tuned.seconds!.training / 2);
    expect(estimate.trainingSeconds).toBeLessThan(tuned.seconds!.training * 2);
  });

  it('says when features are too many for the cache, and that every epoch computes them', async () => {
    await hub.stop();
    await hub.start({ featureCache: 1e-9 });
    const { computedInEveryEpoch, featureSeconds, trainingSeconds } = await transfer(SOME_SECONDS);
    expect(computedInEveryEpoch).toBe(true);
    expect(featureSeconds).toBe(0);
    expect(trainingSeconds).toBeGreaterThan(run.seconds!.training);
  });

  it('does not come from what another device took', async () => {
    await hub.inDatabase(async (client) => {
      for (const { id, engine } of await client.run.findMany()) {
        await client.run.update({ where: { id }, data: { engine: { ...(engine as object), device: 'cuda' } } });
      }
    });
    expect(await transfer(SOME_SECONDS)).toMatchObject({ basis: 'CALIBRATION', runs: [] });
  });

  it('is refused as the run would be', async () => {
    await expect(transfer({ epochs: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(fineTune({ parentRunId: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const input = { datasetVersionId, backbone: 'imagenet' };
    await expect(hub.ask('estimate-transfer-run', { input })).rejects.toMatchObject({ code: 'BACKBONE_UNAVAILABLE' });
  });
});
