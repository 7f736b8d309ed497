import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEWEST_FIRST, RunList } from '../../../src/domain/run/run-list.js';
import { recipeOf, toRun, toRuns, withRunRelations } from '../../../src/domain/run/run-row.js';
import { toSweep, withSweepRelations } from '../../../src/domain/sweep/sweep-row.js';
import { recipeSchema } from '../../../src/training/recipe.js';
import { datasetVersionRow, journalOf, RowDatabase, runRow } from '../../support/run-rows.js';

let database: RowDatabase;
let versionId: string;

beforeAll(async () => {
  database = await RowDatabase.open();
  versionId = await datasetVersionRow(database.client, 'pets');
});
afterAll(() => database.remove());

const find = (id: string) => database.client.run.findUniqueOrThrow({ where: { id }, include: withRunRelations });

const engine = { name: 'onnx', version: '1.30.0', device: 'cpu', threads: 2 };
const host = { name: 'desk', os: 'linux', cpu: 'any', cores: 2, memoryBytes: 1e10 };
const environment = {
  code: { version: '0.1.0', commit: null, dirty: null },
  node: 'v20.19.0',
  libraries: [{ name: 'sharp', version: '0.35.5' }],
  host,
};
const timings = { features: 1, training: 2, evaluation: 0.5 };
const confusion = [
  [1, 2],
  [0, 3],
];

describe('the row of a run', () => {
  it.each([
    ['a column', { testLoss: Number.NaN }, /^Run\.testLoss would be stored as NaN/],
    [
      'JSON',
      { timings: { ...timings, training: Number.POSITIVE_INFINITY } },
      /^Run\.timings\.training would .* Infinity/,
    ],
  ])('is not written with a figure in %s that is not a number', async (_, figures, message) => {
    await expect(runRow(database.client, versionId, figures)).rejects.toThrow(message);
    const update = database.client.$transaction((tx) => tx.run.updateMany({ data: figures }));
    await expect(update).rejects.toThrow(message);
  });

  it('becomes a run with what its JSON columns hold, and with no column besides', async () => {
    const reproduction = { agrees: false, differences: [{ what: 'engine.threads', original: 1, now: null }] };
    const id = await runRow(database.client, versionId, { engine, environment, timings, confusion, reproduction });
    const run = toRun(await find(id));
    expect(run).toMatchObject({ id, recipe: recipeSchema.parse({}), engine, environment, reproduction });
    expect(run).toMatchObject({ seconds: timings, confusion: { labels: ['cat', 'dog'], counts: confusion } });
    expect(Object.keys(run)).not.toContain('weightsBlob');
  });

  it('has the defaults of fields of the recipe that are newer', async () => {
    const { mirror: _, ...older } = recipeSchema.parse({ mirror: false });
    const id = await runRow(database.client, versionId, { recipe: older });
    expect(toRun(await find(id)).recipe).toEqual(recipeSchema.parse({ mirror: false }));
  });

  it.each([
    ['recipe', { epochs: 0 }],
    ['engine', { ...engine, threads: 'all' }],
    ['environment', { ...environment, host: { ...host, cores: null } }],
    ['reproduction', { agrees: 'yes', differences: [] }],
    ['timings', { features: 1 }],
    ['confusion', [[1, 'two']]],
  ])('is refused by its id and the column when %s does not fit', async (column, value) => {
    const id = await runRow(database.client, versionId, { [column]: value });
    const message = new RegExp(`^The database row of run ${id} is damaged: ${column}[.:]`);
    const row = await find(id);
    expect(() => toRun(row)).toThrow(message);
    await expect(
      new RunList(database.client).page({ first: 50, after: null }, { text: id }, NEWEST_FIRST),
    ).rejects.toThrow(message);
    await database.client.run.delete({ where: { id } });
  });

  it('is refused where its recipe alone is read', () => {
    expect(() => recipeOf({ id: 'a', recipe: null })).toThrow(/^The database row of run a is damaged: recipe: /);
  });

  it('shares its dataset version with the other runs of a list', async () => {
    const otherId = await datasetVersionRow(database.client, 'plants');
    const ids = [];
    for (const of of [versionId, versionId, otherId]) ids.push(await runRow(database.client, of));
    const [first, second, third] = toRuns(await Promise.all(ids.map(find)));
    expect(first?.datasetVersion).toMatchObject({ id: versionId, dataset: 'pets' });
    expect(second?.datasetVersion).toBe(first?.datasetVersion);
    expect(third?.datasetVersion).toMatchObject({ id: otherId, dataset: 'plants' });
  });
});

it('an event that its kind does not fit ends its reader, and names the run', async () => {
  const id = await runRow(database.client, versionId, { state: 'RUNNING', eventCount: 1 });
  const details = { progress: { phase: 'sleeping', done: 1, total: 2, secondsLeft: null } };
  await database.client.runEvent.create({ data: { runId: id, number: 1, kind: 'PROGRESS', details } });
  const journal = journalOf(database.client, database.queue);
  const message = `The database row of event 1 of run ${id} is damaged: details.progress.phase: `;
  await expect(journal.follow(id, 0).next()).rejects.toThrow(message);
});

describe('the row of a sweep', () => {
  const epoch = { epoch: 1, trainLoss: 1, trainAccuracy: 0.5, validationLoss: 1, validationAccuracy: 0.5, seconds: 2 };
  const sweepRow = async (parameters: object[], trials: { values: object; epochs?: object[] }[]) => {
    const recipe = recipeSchema.parse({});
    const { id } = await database.client.sweep.create({
      data: {
        ...{ datasetVersionId: versionId, backboneName: 'any', recipe, method: 'GRID', parameters, seed: 1 },
        ...{ metric: 'VALIDATION_LOSS', stopEarly: false },
        trials: {
          create: trials.map(({ values, epochs = [] }, i) => ({
            ...{ number: i + 1, values, epochs, state: 'SUCCEEDED' as const, keptEpoch: 1 },
            ...{ validationLoss: [3, 1, 1][i] ?? null, validationAccuracy: [0.9, 0.1, 0.2][i] ?? null },
          })),
        },
      },
    });
    return database.client.sweep.findUniqueOrThrow({ where: { id }, include: withSweepRelations });
  };

  it('becomes a sweep whose trials have recipes of their own, with the best one by its metric', async () => {
    const parameters = [{ name: 'learningRate', values: [0.1, 0.2, 0.3] }];
    const trials = [0.1, 0.2, 0.3].map((learningRate) => ({ values: { learningRate }, epochs: [epoch] }));
    const sweep = toSweep(await sweepRow(parameters, trials));
    expect(sweep.parameters).toMatchObject(parameters);
    expect(sweep.trials.map(({ recipe }) => recipe.learningRate)).toEqual([0.1, 0.2, 0.3]);
    expect(sweep.trials[0]?.epochs).toEqual([epoch]);
    expect(sweep.best?.number).toBe(2); // the first of equal ones
  });

  it('is refused by its id and the column when it does not fit', async () => {
    const parameters = await sweepRow([{ name: 5 }], []);
    expect(() => toSweep(parameters)).toThrow(`sweep ${parameters.id} is damaged: parameters.0.name: `);
    const values = await sweepRow([], [{ values: { learningRate: 'fast' } }]);
    expect(() => toSweep(values)).toThrow(`trial 1 of sweep ${values.id} is damaged: recipe.learningRate: `);
    const epochs = await sweepRow([], [{ values: {}, epochs: [{ ...epoch, seconds: null }] }]);
    expect(() => toSweep(epochs)).toThrow(`trial 1 of sweep ${epochs.id} is damaged: epochs.0.seconds: `);
  });
});
