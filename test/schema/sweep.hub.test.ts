import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SweepAnswer } from '../support/answers.js';
import { QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

const MISSING_ID = '00000000-0000-7000-8000-000000000000';
const RECIPE = { ...QUICK, epochs: 5, patience: null };

let hub: TestHub;
let datasetVersionId: string;

beforeAll(async () => {
  const colours = await TestHub.startWithColours();
  hub = colours;
  datasetVersionId = colours.datasetVersionId;
});
afterAll(() => hub.remove());

const inputOf = (given: object) => {
  const base = { datasetVersionId, backbone: 'tiny-imagenet-2', recipe: RECIPE };
  return { base, method: 'GRID', stopEarly: false, ...given };
};
const refusal = (given: object): Promise<unknown> =>
  hub.startSweep(inputOf(given)).then(
    () => 'not refused',
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );

/** Lines of the log about a sweep. */
const linesOf = (id: string): string[] => hub.log.flatMap(({ sweep, msg }) => (sweep === id ? (msg ?? []) : []));

describe('a grid', () => {
  let sweep: SweepAnswer;

  beforeAll(async () => {
    const parameters = [
      { name: 'learningRate', values: [1e-7, 0.003] },
      { name: 'hiddenUnits', values: [16, 256] },
    ];
    sweep = await hub.endedSweep(await hub.startSweep(inputOf({ parameters })));
  });

  it('has a trial for every combination, and the best one by its metric', () => {
    expect(sweep).toMatchObject({ state: 'SUCCEEDED', error: null, endedTrials: 4, method: 'GRID' });
    expect(sweep.trials.map(({ number, state, epochs }) => [number, state, epochs.length])).toEqual(
      [1, 2, 3, 4].map((number) => [number, 'SUCCEEDED', 5]),
    );
    const accuracies = sweep.trials.map(({ validationAccuracy }) => validationAccuracy!);
    expect(sweep.best!.validationAccuracy).toBe(Math.max(...accuracies));
    expect(sweep.best!.values).toMatchObject({ learningRate: 0.003 });
    for (const { epochs, keptEpoch, validationAccuracy } of sweep.trials) {
      expect(validationAccuracy).toBe(epochs[keptEpoch! - 1]!.validationAccuracy);
    }
  });

  it('says which hyperparameters matter, and that few trials say little', () => {
    const { trials, note, parameters, explained } = sweep.importance;
    expect(trials).toBe(4);
    expect(explained).toBeLessThanOrEqual(1);
    expect(note).toMatch(/^(Weak: |The hyperparameters do not predict)/);
    expect(parameters.length).toBe(explained! > 0 ? 2 : 0);
  });

  it('ends with a run of the best trial, which trains exactly what that trained', async () => {
    const run = await hub.ended(sweep.runId!);
    expect(run).toMatchObject({ state: 'SUCCEEDED', kind: 'TRANSFER' });
    expect(run.recipe).toMatchObject({ ...RECIPE, ...sweep.best!.values });
    const { epochs, keptEpoch } = sweep.trials.find(({ number }) => number === sweep.best!.number)!;
    expect(run.epochs.map(({ seconds: _, ...figures }) => figures)).toEqual(epochs);
    expect(run.keptEpoch).toBe(keptEpoch);
    expect(run.testAccuracy).not.toBeNull();
  });

  it('computes no features that are cached', () => {
    expect(linesOf(sweep.id)).toEqual(['Features: 84 of 84 cached, 0 to compute.']);
  });
});

describe('a sweep', () => {
  it('stops trials that cannot win, and says why', async () => {
    const base = { datasetVersionId, backbone: 'tiny-imagenet-2', recipe: { ...RECIPE, epochs: 10 } };
    const parameters = [{ name: 'learningRate', values: [0.003, 0.002, 0.004, 0.003, 0.005, 1e-7, 0.003] }];
    const given = { base, parameters, metric: 'VALIDATION_LOSS', stopEarly: true };
    const { trials, best, state, importance } = await hub.endedSweep(await hub.startSweep(inputOf(given)));
    expect(state).toBe('SUCCEEDED');
    const hopeless = trials[5]!;
    expect(hopeless.state).toBe('STOPPED');
    expect(importance.trials).toBe(7);
    expect(hopeless.reason).toMatch(new RegExp(`^After epoch ${hopeless.epochs.length} the best validation loss is `));
    expect(hopeless.epochs.length).toBeGreaterThanOrEqual(2);
    expect(hopeless.epochs.length).toBeLessThan(10);
    expect(trials.slice(0, 5).map((trial) => trial.state)).toEqual(new Array(5).fill('SUCCEEDED'));
    expect(best!.number).not.toBe(6);
  });

  it('draws at random, the same for the same seed, and computes its features once', { timeout: 180_000 }, async () => {
    const parameters = [
      { name: 'learningRate', min: 0.001, max: 0.01, scale: 'LOG' },
      { name: 'dropout', values: [0, 0.3] },
    ];
    const base = { datasetVersionId, backbone: 'tiny-imagenet-2', recipe: { ...RECIPE, imageSize: 80, epochs: 2 } };
    const given = { base, method: 'RANDOM', runs: 4, seed: 3, parameters, metric: 'VALIDATION_LOSS' };
    const [first, second] = [await hub.startSweep(inputOf(given)), await hub.startSweep(inputOf(given))];
    const [one, two] = [await hub.endedSweep(first), await hub.endedSweep(second)];
    expect(one.trials).toHaveLength(4);
    const figures = (of: SweepAnswer): unknown => of.trials.map(({ seconds: _, ...trial }) => trial);
    expect(figures(two)).toEqual(figures(one));
    const losses = one.trials.map(({ validationLoss }) => validationLoss!);
    expect(one.best!.validationLoss).toBe(Math.min(...losses));
    const computed = ['Features: 0 of 84 cached, 84 to compute.'];
    expect([linesOf(first), linesOf(second)]).toEqual([computed, ['Features: 84 of 84 cached, 0 to compute.']]);
  });

  it('is cancelled while it waits and while it is under way; trials that have ended stay', async () => {
    const base = { datasetVersionId, backbone: 'tiny-imagenet-2', recipe: { ...RECIPE, epochs: 1000 } };
    const parameters = [{ name: 'epochs', values: [1, ...new Array(20).fill(1000)] }];
    const working = await hub.startSweep(inputOf({ base, parameters }));
    const waiting = await hub.startSweep(inputOf({ parameters }));
    expect(await hub.ask('cancel-sweep', { id: waiting })).toMatchObject({ cancelSweep: { state: 'CANCELLED' } });
    await vi.waitUntil(async () => (await hub.sweep(working)).endedTrials > 0, { timeout: 60_000 });
    await hub.ask('cancel-sweep', { id: working });
    const { state, trials, endedTrials, runId, importance } = await hub.endedSweep(working);
    expect({ state, runId }).toEqual({ state: 'CANCELLED', runId: null });
    expect(importance).toEqual({
      trials: expect.any(Number),
      explained: null,
      parameters: [],
      note: expect.stringMatching(/^Importance needs at least 4 trials that have ended; there are [123]\.$/),
    });
    expect(trials[0]!.state).toBe('SUCCEEDED');
    expect(trials.at(-1)!.state).toBe('CANCELLED');
    expect(endedTrials).toBe(trials.filter(({ state }) => state !== 'CANCELLED').length);
    expect((await hub.sweep(waiting)).endedTrials).toBe(0);
    await expect(hub.ask('cancel-sweep', { id: working })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'The sweep is CANCELLED and cannot be cancelled.',
    });
    await expect(hub.ask('cancel-sweep', { id: MISSING_ID })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is listed, newest first', async () => {
    const given = {
      base: { datasetVersionId, backbone: await hub.failingBackbone() },
      parameters: [{ name: 'seed', values: [1] }],
    };
    const started: string[] = [];
    for (let i = 0; i < 4; i++) started.push(await hub.startSweep(inputOf(given)));
    const ids: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: { sweeps: { sweeps: { id: string }[]; next: string | null } } = await hub.ask('sweeps', {
        first: 3,
        after,
      });
      ids.push(...page.sweeps.sweeps.map(({ id }) => id));
      after = page.sweeps.next;
      if (after === null) break;
    }
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(ids.slice(0, 4)).toEqual(started.toReversed());
    for (const id of started) await hub.endedSweep(id);
  });

  it.each<[string, object, string]>([
    ['other features', { parameters: [{ name: 'imageSize', values: [75, 96] }] }, 'imageSize must be the same in all'],
    ['a grid with a number of runs', { parameters: [{ name: 'seed', values: [1] }], runs: 3 }, 'A RANDOM sweep needs'],
    ['a random one without', { method: 'RANDOM', parameters: [{ name: 'seed', values: [1] }] }, 'A RANDOM sweep needs'],
    [
      'a value out of range',
      { parameters: [{ name: 'epochs', values: [0] }] },
      'epochs: must be 1 or more (received 0)',
    ],
    ['no parameters', { parameters: [] }, 'parameters must have 1 to 10 items; it has 0.'],
  ])('is refused with %s', async (_, given, message) => {
    expect(await refusal(given)).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining(message) });
  });

  it('is refused without its data or its backbone, and fails with a backbone that is none', async () => {
    const parameters = [{ name: 'seed', values: [1] }];
    expect(
      await refusal({ base: { datasetVersionId: MISSING_ID, backbone: 'tiny-imagenet-2' }, parameters }),
    ).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refusal({ base: { datasetVersionId, backbone: 'resnet' }, parameters })).toMatchObject({
      code: 'BACKBONE_UNAVAILABLE',
      message: expect.stringMatching(/^There is no backbone named resnet\./),
    });
    const base = { datasetVersionId, backbone: await hub.failingBackbone() };
    const id = await hub.startSweep(inputOf({ base, parameters }));
    expect(await hub.endedSweep(id)).toMatchObject({ state: 'FAILED', error: { code: 'WEIGHTS_REFUSED' } });
  });

  it('fails where its features cannot be kept', async () => {
    const small = await TestHub.startWithColours({ settings: { featureCache: 1e-9 } });
    onTestFinished(() => small.remove());
    const base = { datasetVersionId: small.datasetVersionId, backbone: 'tiny-imagenet-2', recipe: RECIPE };
    const id = await small.startSweep(inputOf({ base, parameters: [{ name: 'seed', values: [1] }] }));
    expect(await small.endedSweep(id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'LIMIT_EXCEEDED', message: expect.stringMatching(/^The features of a sweep must be cached: /) },
    });
  });
});
