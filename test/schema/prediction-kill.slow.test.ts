import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import type { PredictionRow } from '../../src/training/prediction-rows.js';
import { COLOUR_NAMES, colourPhoto } from '../support/colour-images.js';
import { HubProcess } from '../support/hub-process.js';
import { PATIENTLY } from '../support/hub-user.js';
import { inDatabase } from '../support/in-database.js';

/** Photos of the folder: several chunks of answers. */
const PHOTOS = 4000;
/** Times that the hub is killed. */
const KILLS = 3;
/** Photos of the job that keeps them: one answer is written for each. */
const KEPT = 1500;

let folder: string;
const names = Array.from({ length: PHOTOS }, (_, i) => `${String(i).padStart(5, '0')}-${COLOUR_NAMES[i % 3]}.png`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-prediction-kill-'));
  await cp(inject('colours').data, join(folder, 'data'), { recursive: true });
  await mkdir(join(folder, 'photos'));
  const photos = await Promise.all(COLOUR_NAMES.map((colour) => colourPhoto(colour, 99, 32, 32)));
  for (const [i, name] of names.entries()) await writeFile(join(folder, 'photos', name), photos[i % 3]!);
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

interface Job {
  readonly state: string;
  readonly photos: number;
  readonly refused: number;
}

let hub: HubProcess | undefined;
const start = () => HubProcess.start(join(folder, 'data'), '--allow', folder);
afterEach(() => hub?.end('SIGKILL'));

const find = async (id: string): Promise<Job> =>
  (await hub!.ask<{ predictionJob: Job }>('prediction-job', { id })).predictionJob;

/** Starts a job, and kills the hub again and again as soon as there are more answers. */
async function surviveKills(input: object): Promise<string> {
  const asked = { input: { model: 'colours', topK: 1, ...input } };
  const { id } = (await hub!.ask<{ startPrediction: { id: string } }>('start-prediction', asked)).startPrediction;
  let answered = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    await expect.poll(async () => (await find(id)).photos, { ...PATIENTLY, interval: 20 }).toBeGreaterThan(answered);
    ({ photos: answered } = await find(id));
    await hub!.end('SIGKILL');
    await wait(kill * 10); // its worker may still be computing when the next hub starts
    hub = await start();
    expect((await find(id)).photos).toBeGreaterThanOrEqual(answered);
  }
  await expect.poll(async () => (await find(id)).state, PATIENTLY).toMatch(/SUCCEEDED|FAILED|CANCELLED/);
  return id;
}

it('a prediction job survives its hub being killed again and again, and answers each photo once', async () => {
  hub = await start();
  const id = await surviveKills({ path: join(folder, 'photos') });
  expect(await find(id)).toMatchObject({ state: 'SUCCEEDED', photos: PHOTOS, refused: 0 });
  const headers = { authorization: `Bearer ${hub.token}` };
  const text = await (await fetch(`${hub.url}/v1/predictions/${id}?format=jsonl`, { headers })).text();
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictionRow);
  expect(rows.map(({ photo }) => photo)).toEqual(names);
  expect(rows.filter(({ photo, top }) => !photo.includes(top[0]!.label))).toEqual([]);
}, 300_000);

it('a job that keeps its photos for review has each of them in the queue once after kills', async () => {
  const made = join(folder, 'others');
  await mkdir(made);
  const hashes: string[] = [];
  for (let i = 0; i < KEPT; i++) {
    const photo = await colourPhoto(COLOUR_NAMES[i % 3]!, 130_000 + i);
    hashes.push(createHash('sha256').update(photo).digest('hex'));
    await writeFile(join(made, `${i}.png`), photo);
  }
  hub = await start();
  await hub.ask('set-prediction-log', { model: 'colours', sample: 0, keepPhotos: true, reason: 'test' });
  const id = await surviveKills({ path: made, keepForReview: true });
  expect(await find(id)).toMatchObject({ state: 'SUCCEEDED', photos: KEPT, refused: 0, kept: KEPT });
  await hub.end('SIGKILL');
  await inDatabase(join(folder, 'data'), async (client) => {
    const rows = await client.loggedPrediction.findMany({ where: { jobId: id } });
    expect(rows.map(({ inputHash }) => inputHash).toSorted()).toEqual(hashes.toSorted());
    expect(rows.filter(({ reviewScore }) => reviewScore === null)).toEqual([]);
  });
}, 300_000);
