import { afterAll, beforeAll, expect, it } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import type { DatasetVersionAnswer } from '../support/answers.js';
import { colourImages } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import { HOPELESS } from '../support/recipes.js';
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

/** The images with a table that has one further column. */
async function tabled(column: string) {
  const files = await colourImages({ train: 10 });
  const rows = Object.keys(files).map((file) => {
    const [split, label, name = ''] = file.split('/');
    return [file, label, split, Number.parseInt(name, 10) % 2 === 0 ? 'north' : 'south'].join(',');
  });
  return { ...files, 'labels.csv': Buffer.from([`file,label,split,${column}`, ...rows].join('\n')) };
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
    const archive = await zipOf(column === null ? files : { ...files, 'labels.csv': table });
    const asked = { dataset: 'yard' };
    type Answer = { registerDatasetVersion: DatasetVersionAnswer };
    return (await hub.send<Answer>('register-upload', 'upload', archive, asked)).registerDatasetVersion;
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
