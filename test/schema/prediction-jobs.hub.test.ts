import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PredictionRow } from '../../src/training/prediction-rows.js';
import type { ClassificationAnswer } from '../support/answers.js';
import { COLOUR_NAMES, type Colour, colourPhoto } from '../support/colour-images.js';
import { PATIENTLY } from '../support/hub-user.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

/** Photos of the folder that takes long enough to be interrupted. */
const MANY = 4000;

let hub: HubWithColours;
const photos = new Map<Colour, Buffer>();
beforeAll(async () => {
  for (const colour of COLOUR_NAMES) photos.set(colour, await colourPhoto(colour, 99, 32, 32));
  hub = await TestHub.startWithColours();
});
afterAll(() => hub.remove());

interface Job {
  readonly id: string;
  readonly state: string;
  readonly photos: number;
  readonly refused: number;
  readonly error: { readonly message: string } | null;
  readonly downloads: readonly { readonly format: string; readonly link: string }[];
}

async function start(input: object): Promise<string> {
  const answer = await hub.ask<{ startPrediction: { id: string } }>('start-prediction', {
    input: { model: 'colours', ...input },
  });
  return answer.startPrediction.id;
}

async function find(id: string): Promise<Job> {
  return (await hub.ask<{ predictionJob: Job }>('prediction-job', { id })).predictionJob;
}

async function ended(id: string): Promise<Job> {
  await expect.poll(async () => (await find(id)).state, PATIENTLY).toMatch(/SUCCEEDED|FAILED|CANCELLED/);
  return find(id);
}

async function download(id: string, format: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${hub.token}` };
  const response = await hub.fetch(`/v1/predictions/${id}?format=${format}`, { headers });
  expect([response.status, response.headers.get('content-disposition')]).toEqual([
    200,
    expect.stringContaining(format),
  ]);
  return Buffer.from(await response.arrayBuffer());
}

async function rowsOf(id: string): Promise<PredictionRow[]> {
  const text = (await download(id, 'jsonl')).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictionRow);
}

/** A folder that the hub may read, with photos by their paths in it. */
async function folderWith(name: string, files: Readonly<Record<string, Buffer | string>>): Promise<string> {
  const folder = join(hub.allowed, name);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

describe('a prediction job', () => {
  it('answers about every photo of a folder as classify does, and says what is none', async () => {
    const files = Object.fromEntries(COLOUR_NAMES.map((colour) => [`a/${colour}.png`, photos.get(colour)!]));
    const path = await folderWith('few', { ...files, 'notes.txt': 'text', '.hidden.png': files['a/red.png']! });
    const job = await ended(await start({ path }));
    expect(job).toMatchObject({ state: 'SUCCEEDED', photos: 4, refused: 1, error: null });
    const rows = await rowsOf(job.id);
    expect(rows.map(({ photo }) => photo)).toEqual([...COLOUR_NAMES.map((colour) => `a/${colour}.png`), 'notes.txt']);
    for (const { photo, top, error, truth } of rows.slice(0, 3)) {
      const colour = photo.slice(2, -4) as Colour;
      const variables = { model: 'colours' };
      const { classify } = await hub.send<{ classify: ClassificationAnswer }>(
        'classify',
        'image',
        photos.get(colour)!,
        variables,
      );
      expect([top[0]!.label, error, truth]).toEqual([colour, null, null]);
      for (const { label, probability } of classify.top) {
        expect(top.find((each) => each.label === label)!.probability).toBeCloseTo(probability, 4);
      }
    }
    expect(rows[3]).toMatchObject({ top: [], error: expect.stringMatching(/not a JPEG/) });
  });

  it('answers about one split of a dataset version, with the truth, in every format', async () => {
    const { datasetVersionId } = hub;
    const job = await ended(await start({ datasetVersionId, split: 'TEST', topK: 2 }));
    const rows = await rowsOf(job.id);
    expect(rows).toHaveLength(job.photos);
    expect(rows.every(({ split, truth, top }) => split === 'test' && top[0]!.label === truth)).toBe(true);
    expect(job.downloads.map(({ format }) => format)).toEqual(['csv', 'jsonl', 'parquet']);
    const csv = parse(await download(job.id, 'csv'), { columns: true }) as Record<string, string>[];
    const bytes = new Uint8Array(await download(job.id, 'parquet'));
    const parquet = (await parquetReadObjects({ file: bytes.buffer })) as Record<string, unknown>[];
    expect(Object.keys(csv[0]!)).toEqual([
      'photo',
      'split',
      'truth',
      'label',
      'probability',
      'label_2',
      'probability_2',
      'outlier_score',
      'error',
    ]);
    for (const [i, { photo, truth, top, outlierScore }] of rows.entries()) {
      const [first, second] = top as [PredictionRow['top'][0], PredictionRow['top'][0]];
      expect(csv[i]).toMatchObject({ photo, truth, label: first.label, probability_2: String(second.probability) });
      const probabilities = { probability: first.probability, probability_2: second.probability };
      expect(parquet[i]).toEqual({
        ...{ photo, split: 'test', truth, label: first.label, label_2: second.label },
        ...probabilities,
        ...{ outlier_score: outlierScore, error: null },
      });
    }
  });

  it('continues after the hub was killed, and answers no photo twice', async () => {
    const files = Object.fromEntries(
      Array.from({ length: MANY }, (_, i) => {
        const colour = COLOUR_NAMES[i % 3]!;
        return [`${String(i).padStart(5, '0')}-${colour}.png`, photos.get(colour)!];
      }),
    );
    const id = await start({ path: await folderWith('many', files), topK: 1 });
    await expect.poll(async () => (await find(id)).photos, { timeout: 180_000, interval: 20 }).toBeGreaterThan(0);
    // As a killed hub leaves it: its worker is dead, and the row says that it runs.
    await hub.inDatabase((client) => client.predictionJob.updateMany({ where: { id }, data: { state: 'RUNNING' } }));
    const job = await ended(id);
    expect(job).toMatchObject({ state: 'SUCCEEDED', photos: MANY, refused: 0 });
    const rows = await rowsOf(id);
    expect(rows.map(({ photo }) => photo)).toEqual(Object.keys(files));
    expect(rows.every(({ photo, top }) => photo.includes(top[0]!.label))).toBe(true);
  });

  it('is computed by ONNX Runtime where it was to be by OpenVINO, and this process has none', async () => {
    const id = await start({ path: join(hub.allowed, 'many'), topK: 1 });
    await hub.inDatabase(async (client) => {
      const form = { runtime: 'OPENVINO', precision: 'FP32' };
      const { version } = await client.predictionJob.findUniqueOrThrow({ where: { id } });
      const data = { state: 'QUEUED' as const, version: { ...(version as object), form, wantedForm: form } };
      await client.predictionJob.update({ where: { id }, data });
    });
    expect(await ended(id)).toMatchObject({ state: 'SUCCEEDED', photos: MANY, refused: 0, error: null });
  });

  it('tells its progress, and keeps the answers so far when it is cancelled', async () => {
    const id = await start({ path: join(hub.allowed, 'many'), topK: 1 });
    const seen: string[] = [];
    const query = 'subscription ($id: ID!) { predictionProgress(id: $id) { state photos } }';
    for await (const { predictionProgress } of hub.client.subscribe<{ predictionProgress: Job }>(query, { id })) {
      seen.push(predictionProgress.state);
      if (predictionProgress.photos > 0 && predictionProgress.state === 'RUNNING')
        await hub.ask('cancel-prediction', { id }).catch(() => undefined); // it may have just ended
    }
    expect(seen.at(-1)).toMatch(/CANCELLED|SUCCEEDED/);
    const job = await find(id);
    expect(await rowsOf(id)).toHaveLength(job.photos);
    await hub.ask('delete-prediction', { id });
    expect(await find(id)).toBeNull();
  });

  it('offers no downloads without answers, and says why there are none', async () => {
    const empty = join(hub.allowed, 'empty');
    await mkdir(empty);
    const broken = join(await folderWith('broken', { 'photos.zip': 'no archive' }), 'photos.zip');
    const jobs = [await ended(await start({ path: empty })), await ended(await start({ path: broken }))];
    expect(jobs.map(({ state, photos, downloads }) => ({ state, photos, downloads }))).toEqual([
      { state: 'SUCCEEDED', photos: 0, downloads: [] },
      { state: 'FAILED', photos: 0, downloads: [] },
    ]);
    const headers = { authorization: `Bearer ${hub.token}` };
    const messages = jobs.map(async ({ id }) => {
      const response = await hub.fetch(`/v1/predictions/${id}?format=csv`, { headers });
      return [response.status, await response.text()];
    });
    expect(await Promise.all(messages)).toEqual([
      [404, expect.stringContaining('no answers: it is SUCCEEDED and has classified no photos.')],
      [404, expect.stringContaining(`no answers: ${jobs[1]!.error!.message}`)],
    ]);
  });

  it.each<[string, object, RegExp]>([
    ['no source', {}, /exactly one of datasetVersionId, upload, path and url/],
    ['two sources', { path: '/a', url: 'https://a.example/b' }, /exactly one of/],
    ['a split of a folder', { path: '/a', split: 'TEST' }, /Only a dataset version has splits/],
    ['a path outside', { path: '/nowhere' }, /not in a folder that this hub may read/],
    ['an address of this machine', { url: 'https://127.0.0.1/a.zip' }, /private|not allowed/i],
    ['a version that is not there', { version: 7, path: '/a' }, /no version 7/],
    ['a model that is not there', { model: 'none', path: '/a' }, /no model named none/],
  ])('refuses %s', async (_, input, message) => {
    await expect(start(input)).rejects.toThrow(message);
  });

  it('can be downloaded only when it has ended, and lists newest first', async () => {
    const path = join(hub.allowed, 'few');
    const [first, second] = [await start({ path }), await start({ path })];
    const response = await hub.fetch(`/v1/predictions/${second}?format=csv`, {
      headers: { authorization: `Bearer ${hub.token}` },
    });
    expect([200, 409]).toContain(response.status);
    await ended(second);
    const list = await hub.ask<{ predictionJobs: { edges: { node: Job }[] } }>('prediction-jobs', { first: 2 });
    expect(list.predictionJobs.edges.map(({ node }) => node.id)).toEqual([second, first]);
  });
});
