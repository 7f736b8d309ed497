import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { PredictionRow } from '../../src/training/prediction-rows.js';
import { COLOUR_NAMES, colourPhoto } from '../support/colour-images.js';
import { HubProcess } from '../support/hub-process.js';
import { PATIENTLY } from '../support/hub-user.js';

/** Photos of the folder: several chunks of answers. */
const PHOTOS = 4000;
/** Times that the hub is killed. */
const KILLS = 3;

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

it('a prediction job survives its hub being killed again and again, and answers each photo once', async () => {
  let hub: HubProcess | undefined;
  const start = () => HubProcess.start(join(folder, 'data'), '--allow', folder);
  const find = async (id: string): Promise<Job> =>
    (await hub!.ask<{ predictionJob: Job }>('prediction-job', { id })).predictionJob;
  try {
    hub = await start();
    const input = { model: 'colours', path: join(folder, 'photos'), topK: 1 };
    const { id } = (await hub.ask<{ startPrediction: { id: string } }>('start-prediction', { input })).startPrediction;
    let answered = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      await expect.poll(async () => (await find(id)).photos, { ...PATIENTLY, interval: 20 }).toBeGreaterThan(answered);
      ({ photos: answered } = await find(id));
      await hub.end('SIGKILL');
      await wait(kill * 10); // its worker may still be computing when the next hub starts
      hub = await start();
      expect((await find(id)).photos).toBeGreaterThanOrEqual(answered);
    }
    await expect.poll(async () => (await find(id)).state, PATIENTLY).toMatch(/SUCCEEDED|FAILED|CANCELLED/);
    expect(await find(id)).toMatchObject({ state: 'SUCCEEDED', photos: PHOTOS, refused: 0 });
    const headers = { authorization: `Bearer ${hub.token}` };
    const text = await (await fetch(`${hub.url}/v1/predictions/${id}?format=jsonl`, { headers })).text();
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as PredictionRow);
    expect(rows.map(({ photo }) => photo)).toEqual(names);
    expect(rows.filter(({ photo, top }) => !photo.includes(top[0]!.label))).toEqual([]);
  } finally {
    await hub?.end('SIGKILL');
  }
}, 300_000);
