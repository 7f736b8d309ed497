import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Files, zipOf } from '../datasets/archives.js';
import type { DatasetVersionAnswer } from '../support/answers.js';
import { colourImages } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import { HOPELESS, QUICK } from '../support/recipes.js';
import { refused } from '../support/refused.js';
import { TestHub } from '../support/test-hub.js';

let hub: TestHub;
/** Three colors, each with eight test images: half of a camera in the north, half in the south. */
let version: DatasetVersionAnswer;
/** A run that learned nothing. */
let run: string;

beforeAll(async () => {
  hub = await TestHub.start();
  version = await hub.register('yard', await zipOf(await tabled('camera')));
  run = (await hub.train({ datasetVersionId: version.id, recipe: HOPELESS })).id;
});
afterAll(() => hub.remove());

/** The images with a table that has one further column. @param isNorth by path; every second image by default. */
async function tabled(column: string, isNorth = (path: string) => /[02468]\.png$/.test(path)) {
  const files = await colourImages({ train: 10 });
  const rows = Object.keys(files).map((file) => {
    const [split, label] = file.split('/');
    return [file, label, split, isNorth(file) ? 'north' : 'south'].join(',');
  });
  return { ...files, 'labels.csv': Buffer.from([`file,label,split,${column}`, ...rows].join('\n')) };
}

/** Registers files in the dataset that is there. */
async function registerAgain(files: Files): Promise<DatasetVersionAnswer> {
  type Answer = { registerDatasetVersion: DatasetVersionAnswer };
  const asked = { dataset: 'yard' };
  return (await hub.send<Answer>('register-upload', 'upload', await zipOf(files), asked)).registerDatasetVersion;
}

it('a dataset version has the further columns of its table', async () => {
  const found = await hub.ask<{ datasetVersion: { images: { edges: unknown[] } } }>('dataset-columns', {
    id: version.id,
  });
  expect(found.datasetVersion).toMatchObject({
    statistics: {
      columns: [
        {
          ...{ name: 'camera', images: 54, valueCount: 2 },
          values: [
            { value: 'north', images: 27 },
            { value: 'south', images: 27 },
          ],
        },
      ],
    },
  });
  expect(found.datasetVersion.images.edges).toContainEqual({
    node: { name: 'train/blue/0.png', origin: null, values: [{ column: 'camera', value: 'north' }] },
  });
  const { stdout } = await runHub('dataset', 'show', 'yard', '--url', hub.url, '--token', hub.token);
  expect(stdout).toMatch(/camera +54 +2 +north \(27\), south \(27\)/);
});

it('the same images with other columns are another version, and with the same columns the same one', async () => {
  const register = async (column: string | null): Promise<DatasetVersionAnswer> => {
    const { 'labels.csv': table, ...files } = await tabled(column ?? '');
    return registerAgain(column === null ? files : { ...files, 'labels.csv': table });
  };
  expect((await register('camera')).id).toBe(version.id);
  const other = await register('place');
  expect(other).toMatchObject({ number: 2, contentHash: version.contentHash });
  expect((await register(null)).id).toBe(other.id); // the newest with these images
});

it('a run has the accuracy by each value of a column, and by the version that images come from', async () => {
  const { runEvaluation } = await hub.ask<{ runEvaluation: { slices: unknown[] } }>('run-evaluation', { id: run });
  expect(runEvaluation.slices).toContainEqual(
    expect.objectContaining({
      kind: 'COLUMN',
      name: 'camera = north',
      images: 12,
      calibrationError: expect.any(Number),
    }),
  );
  const { stdout } = await runHub('run', 'slices', run, '--url', hub.url, '--token', hub.token);
  expect(stdout).toMatch(/camera = south +12 /);

  const more = await hub.register('street', await zipOf(await colourImages({ train: 3, test: 3, seed: 5 })));
  const input = { from: [version.id, more.id], dataset: 'street' };
  const merged = await hub.ask<{ deriveDatasetVersion: DatasetVersionAnswer }>('derive-dataset-version', { input });
  const second = await hub.train({ datasetVersionId: merged.deriveDatasetVersion.id, recipe: HOPELESS });
  const found = await hub.ask<{ runEvaluation: { slices: unknown[] } }>('run-evaluation', { id: second.id });
  for (const [name, images] of [
    ['from yard version 1', 24],
    ['from street version 1', 9],
    ['camera has no value', 9],
  ]) {
    expect(found.runEvaluation.slices).toContainEqual(expect.objectContaining({ name, images }));
  }
});

describe('a saved slice', () => {
  const save = (name: string, ...conditions: object[]): Promise<unknown> =>
    hub.ask('save-slice', { input: { dataset: 'yard', name, conditions } });
  const setGate = (...rules: object[]): Promise<unknown> =>
    hub.ask('set-gate', { model: 'yard', rules, reason: 'test' });
  const at = () => ['--url', hub.url, '--token', hub.token];
  const checks = async (number: number): Promise<unknown> =>
    (await hub.ask<{ checkPromotion: { checks: unknown } }>('check-promotion', { model: 'yard', version: number }))
      .checkPromotion.checks;

  it('has the figures of a run, or why they are not known, in the API and the terminal', async () => {
    const { code, stdout } = await runHub(
      ...['slice', 'save', 'yard', 'north', '--column', 'camera=north', '--size', '..32', ...at()],
    );
    expect([code, stdout]).toEqual([0, 'Slice yard/north: camera = north, and shorter side up to 32 pixels\n']);
    await save('none', { kind: 'SIZE', from: 33 });
    await save('few', { kind: 'CLASS', values: ['red'] }, { kind: 'COLUMN', column: 'camera', values: ['north', 'x'] });
    await save('lost', { kind: 'COLUMN', column: 'place', from: 3 });
    const { runEvaluation } = await hub.ask<{ runEvaluation: { savedSlices: unknown } }>('run-evaluation', { id: run });
    expect(runEvaluation.savedSlices).toMatchObject([
      { name: 'few', result: { kind: 'SAVED', images: 4 } },
      { name: 'lost', result: null, missing: 'The dataset version has no column "place": it has "camera".' },
      { name: 'none', result: null, missing: null },
      { name: 'north', result: { images: 12, calibrationError: expect.any(Number) } },
    ]);
    const shown = await runHub('run', 'slices', run, ...at());
    expect(shown.stdout).toMatch(/^north +12 .*$/m);
    expect(shown.stdout).toMatch(/^lost +0 .*The dataset version has no column "place"/m);
    expect((await runHub('slice', 'list', 'yard', ...at())).stdout).toMatch(
      /yard\/few +class red, and camera = north or x/,
    );
  });

  it('binds the gate of a model, which says why where it cannot be measured', async () => {
    const good = await hub.train({ datasetVersionId: version.id, recipe: QUICK });
    await hub.registerModel(good.id, 'yard');
    await hub.registerModel(run, 'yard');
    await hub.ask('promote', { model: 'yard', version: 1, reason: 'test', now: true });
    await setGate(
      { kind: 'SLICE_NOT_WORSE', slice: 'yard/north' },
      { kind: 'SLICE_THRESHOLD', slice: 'yard/north', limit: 0.9 },
    );
    expect(await checks(1)).toMatchObject([
      { rule: 'slice yard/north good enough', passed: true, measured: 1, limit: 0.9 },
    ]);
    expect(await checks(2)).toMatchObject([
      {
        passed: false,
        detail: expect.stringMatching(/^Version 2 is right about \d.+ of 12 images, production \(version 1/),
      },
      {
        passed: false,
        detail: expect.stringMatching(/of 12 images; the minimum is 90\.00%\. The data of yard version 1 says/),
      },
    ]);
    // The same images, but of the north is only what a network that always answers red knows.
    const biased = await registerAgain(await tabled('camera', (path) => path.includes('red')));
    expect(biased.contentHash).toBe(version.contentHash);
    await hub.registerModel((await hub.train({ datasetVersionId: biased.id, recipe: HOPELESS })).id, 'yard');
    expect(await checks(3)).toMatchObject([
      {
        passed: false,
        detail: expect.stringMatching(/^Version 3 .* of 12 images, .* of 12 images\. The data of yard version 1/),
      },
      { passed: false, detail: expect.stringMatching(/of 12 images; .* The data of yard version 1/) },
    ]);
    const given = ['few', 'none', 'lost'].flatMap((name) => ['--rule', `SLICE_THRESHOLD yard/${name} 0.5`]);
    const set = await runHub('model', 'gate', 'yard', ...given, '--reason', 'test', ...at());
    expect(set.stdout).toMatch(/^SLICE_THRESHOLD +yard\/lost +0\.5$/m);
    expect((await runHub('model', 'gate', 'yard', ...at())).stdout).toBe(set.stdout);
    expect(await checks(1)).toMatchObject([
      {
        passed: false,
        detail: expect.stringContaining('4 of its test images are in the slice; 10 or more are needed.'),
      },
      { passed: false, detail: expect.stringContaining('none of its test images is in the slice.') },
      { passed: false, detail: expect.stringContaining('The dataset version has no column "place"') },
    ]);
  });

  it('belongs to the token that saved it', async () => {
    const ann = hub.as((await hub.createToken({ name: 'ann', role: 'TRAINER' })).secret);
    const asAnn = (name: string) =>
      ann.ask('save-slice', { input: { dataset: 'yard', name, conditions: [{ kind: 'CLASS', values: ['red'] }] } });
    const refusal = { code: 'FORBIDDEN', message: expect.stringContaining('or by a MAINTAINER') };
    expect(await refused(asAnn('north'))).toEqual(refusal);
    expect(await refused(ann.ask('delete-slice', { dataset: 'yard', name: 'north' }))).toEqual(refusal);
    await asAnn('reds');
    await save('reds', { kind: 'CLASS', values: ['blue'] });
    const { savedSlices } = await hub.ask<{ savedSlices: unknown[] }>('saved-slices', { dataset: 'yard' });
    expect(savedSlices).toContainEqual(
      expect.objectContaining({ name: 'reds', text: 'class blue', owner: expect.objectContaining({ name: 'ann' }) }),
    );
    await ann.ask('delete-slice', { dataset: 'yard', name: 'reds' });
  });

  it('stays as it is while a gate uses it', async () => {
    const message = 'The slice yard/few cannot be deleted: the gate of yard has a rule on it. Change its gate first.';
    const remove = (name: string) => hub.ask('delete-slice', { dataset: 'yard', name });
    expect(await refused(remove('few'))).toEqual({ code: 'CONFLICT', message });
    expect(await refused(save('few', { kind: 'DUPLICATE' }))).toMatchObject({ code: 'CONFLICT' });
    const { savedSlices } = await hub.ask<{ savedSlices: unknown[] }>('saved-slices', { dataset: 'yard' });
    expect(savedSlices).toContainEqual(expect.objectContaining({ name: 'few', usedBy: ['yard'] }));
    expect(await refused(setGate({ kind: 'SLICE_THRESHOLD', slice: 'yard/noon' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refused(setGate({ kind: 'SLICE_THRESHOLD' }))).toMatchObject({ code: 'BAD_INPUT' });
    expect(await refused(setGate({ kind: 'NOT_WORSE', slice: 'yard/few' }))).toMatchObject({ code: 'BAD_INPUT' });
    await setGate({ kind: 'MEASURED' });
    expect((await runHub('slice', 'delete', 'yard', 'few', ...at())).stdout).toBe('Slice yard/few is deleted\n');
    expect(await refused(remove('few'))).toMatchObject({ code: 'NOT_FOUND' });
    const { auditEvents } = await hub.ask<{ auditEvents: { events: { action: string; subject: string }[] } }>(
      'audit-events',
      { filter: { actions: ['SLICE_DELETED', 'SLICE_SAVED'] } },
    );
    expect(auditEvents.events[0]).toMatchObject({ action: 'SLICE_DELETED', subject: 'yard/few' });
    expect(auditEvents.events).toHaveLength(8);
  });

  it.each([
    ['without values', { kind: 'CLASS' }, 'A condition of kind CLASS is wrong: it needs values.'],
    ['without a column', { kind: 'COLUMN', values: ['x'] }, 'wrong: column is for COLUMN, which needs it.'],
    [
      'with a range of classes',
      { kind: 'CLASS', values: ['red'], from: 1 },
      'wrong: from and to are for SIZE, BRIGHTNESS',
    ],
    [
      'with values of a size',
      { kind: 'SIZE', values: ['1'], from: 1 },
      'wrong: values are for CLASS, COLUMN and SOURCE.',
    ],
    ['with an empty range', { kind: 'SIZE', from: 2, to: 1 }, 'wrong: from must be at most to; received 2 and 1.'],
    ['with both', { kind: 'COLUMN', column: 'a', values: ['1'], to: 1 }, 'wrong: it needs values, or from or to.'],
    [
      'of a class that no version has',
      { kind: 'CLASS', values: ['read'] },
      'No version of the dataset yard has the class "read". Did you mean "red"?',
    ],
    ['of another slice', { kind: 'SAVED' }, 'A slice has no conditions of the kind SAVED.'],
  ])('is refused %s', async (_, condition, message) => {
    expect(await refused(save('wrong', condition))).toEqual({
      ...{ code: 'BAD_INPUT', message: expect.stringContaining(message) },
    });
  });
});
