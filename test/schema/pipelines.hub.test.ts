import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENDLESS, QUICK } from '../support/recipes.js';
import { refused } from '../support/refused.js';
import { TestHub } from '../support/test-hub.js';

interface StageAnswer {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly parentRunId: string | null;
  readonly stage: {
    readonly pipelineId: string;
    readonly pipeline: string;
    readonly number: number;
    readonly of: number;
  };
  readonly recipe: Readonly<Record<string, unknown>>;
}

let hub: TestHub;
let datasetVersionId: string;
beforeAll(async () => {
  const colours = await TestHub.startWithColours();
  hub = colours;
  datasetVersionId = colours.datasetVersionId;
});
afterAll(() => hub.remove());

async function start(pipeline: string, recipe: object): Promise<StageAnswer[]> {
  const input = { datasetVersionId, backbone: 'tiny-imagenet-2', pipeline, recipe };
  return (await hub.ask<{ startPipeline: StageAnswer[] }>('start-pipeline', { input })).startPipeline;
}

const statesOf = (runs: readonly { readonly id: string }[]): Promise<string[]> =>
  Promise.all(runs.map(async ({ id }) => (await hub.run(id)).state));

it('a pipeline queues all its runs at once; each continues from the one before', async () => {
  const runs = await start('seed', { ...QUICK, imageSize: 75 });
  const [first, second, third] = runs as [StageAnswer, StageAnswer, StageAnswer];
  const { pipelineId } = first.stage;
  const stage = (number: number) => ({ pipelineId, pipeline: 'seed', number, of: 3 });
  const inherited = { imageSize: 75, batchSize: 10, seed: 7 };
  expect(runs).toMatchObject([
    { kind: 'TRANSFER', parentRunId: null, stage: stage(1), recipe: { ...inherited, epochs: 40 } },
    { kind: 'FINE_TUNE', parentRunId: first.id, stage: stage(2), recipe: { ...inherited, epochs: 4 } },
    { kind: 'FINE_TUNE', parentRunId: second.id, stage: stage(3), recipe: { ...inherited, epochs: 10 } },
  ]);
  expect(runs.slice(1).map(({ state }) => state)).toEqual(['QUEUED', 'QUEUED']);

  expect((await hub.ended(third.id)).error).toBeNull();
  expect(await statesOf(runs)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  const { data } = await hub.post(
    'query ($filter: RunFilter!) { runs(filter: $filter) { runs { id startedAt endedAt } } }',
    { filter: { pipelineId } },
  );
  const listed = (data as { runs: { runs: { id: string; startedAt: string; endedAt: string }[] } }).runs.runs;
  expect(listed.map(({ id }) => id)).toEqual([third.id, second.id, first.id]);
  const times = listed.toReversed().flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]);
  expect(times).toEqual(times.toSorted());
});

it('settings that only fine-tune runs have are those of every run but the first', async () => {
  const later = { liveStatistics: true, cutmix: 0.5, cutout: 0.25 };
  const none = { liveStatistics: false, cutmix: 0, cutout: 0 };
  const runs = await start('best', { ...ENDLESS, ...later, colorJitters: 1, imageSize: 96 });
  await hub.ask('cancel-run', { id: runs[0]?.id });
  expect(await Promise.all(runs.map(({ id }) => hub.run(id)))).toMatchObject([
    { kind: 'TRANSFER', recipe: { ...none, colorJitters: 1 } },
    { kind: 'FINE_TUNE', recipe: { ...later, colorJitters: 1 } },
  ]);
  expect(await refused(start('transfer', { cutmix: 0.5, cutout: undefined }))).toEqual({
    code: 'BAD_INPUT',
    message: 'Only fine-tune runs have cutmix, and the pipeline transfer has none: choose seed or quick or best.',
  });
});

it('a cancelled run takes the later ones along, and resuming it brings them back', async () => {
  const runs = await start('best', ENDLESS);
  const [first, second] = runs as [StageAnswer, StageAnswer];
  await hub.ask('cancel-run', { id: first.id });
  await hub.ended(first.id);
  expect(await hub.run(second.id)).toMatchObject({ state: 'CANCELLED', error: { code: 'STAGE_SKIPPED' } });

  const refusal = {
    code: 'CONFLICT',
    message: `The parent run ${first.id} is CANCELLED. Resume that run; this one then follows.`,
  };
  expect(await refused(hub.ask('resume-run', { id: second.id }))).toEqual(refusal);
  await hub.ask('resume-run', { id: first.id });
  expect(await hub.run(second.id)).toMatchObject({ state: 'QUEUED', error: null });
  await hub.ask('cancel-run', { id: first.id });
  await hub.ended(first.id);
  expect(await statesOf(runs)).toEqual(['CANCELLED', 'CANCELLED']);
});

it('a run whose parent has no weights yet cannot be cloned', async () => {
  const [first, second] = (await start('best', ENDLESS)) as [StageAnswer, StageAnswer];
  expect(await refused(hub.ask('clone-run', { input: { id: second.id } }))).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/^The parent run .+ is (QUEUED|RUNNING)\. Fine-tune a run that has succeeded\.$/),
  });
  await hub.ask('cancel-run', { id: first.id });
});

it('an unknown pipeline is refused with the names of all, and a recipe is checked for every stage', async () => {
  expect(await refused(start('fast', {}))).toEqual({
    code: 'BAD_INPUT',
    message: 'There is no pipeline "fast". Choose transfer, seed, quick, best.',
  });
  expect(await refused(start('best', { epochs: 0 }))).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('epochs'),
  });
});
