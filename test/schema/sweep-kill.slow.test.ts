import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { bundleOf } from '../../src/package.js';
import type { SweepAnswer } from '../support/answers.js';
import { registerColours } from '../support/colour-images.js';
import { HubProcess } from '../support/hub-process.js';
import type { HubUser } from '../support/hub-user.js';
import { QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

let folder: string;
let hub: TestHub;
let input: Readonly<Record<string, unknown>>;
/** What an undisturbed sweep comes to. */
let undisturbed: SweepAnswer;
/** A copy of the hub's data from before it. */
let data: string;

const TRIALS = 12;
const pidFile = (): string => join(folder, 'worker.pid');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-sweep-kill-'));
  data = join(folder, 'data');
  // The worker as it is, but one that tells its process id.
  const workerEntry = join(folder, 'worker.mjs');
  await writeFile(
    workerEntry,
    `import { writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(pidFile())}, String(process.pid));
    await import(${JSON.stringify(pathToFileURL(bundleOf('worker')))});`,
  );
  hub = await TestHub.start({ workerEntry });
  const { id: datasetVersionId } = await registerColours(hub);
  await hub.ask('add-backbone', { name: 'tiny-imagenet' });
  await hub.stop();
  await cp(hub.data, data, { recursive: true });
  await hub.start();
  const base = { datasetVersionId, backbone: 'tiny-imagenet', recipe: { ...QUICK, epochs: 20, patience: null } };
  const parameters = [{ name: 'learningRate', min: 1e-5, max: 0.01, scale: 'LOG' }];
  input = { base, method: 'RANDOM', runs: TRIALS, parameters };
  undisturbed = await hub.endedSweep(await hub.startSweep(input));
  expect(undisturbed.trials.some(({ state }) => state === 'STOPPED')).toBe(true);
});
afterAll(async () => {
  await hub.remove();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Starts the sweep, and disturbs it as soon as two trials have ended. @returns its id. */
async function disturb(user: HubUser, how: () => Promise<unknown>): Promise<string> {
  const id = await user.startSweep(input);
  await vi.waitUntil(async () => (await user.sweep(id)).endedTrials >= 2, { timeout: 20_000, interval: 10 });
  await how();
  return id;
}

const figuresOf = ({ trials, best, state }: SweepAnswer): unknown => ({
  state,
  best,
  trials: trials.map(({ seconds: _, ...trial }) => trial),
});

it('a sweep goes on when its hub was killed and starts again, and comes to the same', async () => {
  const killed = await HubProcess.start(data);
  const id = await disturb(killed, () => killed.end('SIGKILL'));
  const again = await HubProcess.start(data);
  onTestFinished(async () => void (await again.end('SIGKILL')));
  const sweep = await again.endedSweep(id);
  expect(figuresOf(sweep)).toEqual(figuresOf(undisturbed));
  expect((await again.ended(sweep.runId!)).state).toBe('SUCCEEDED');
});

it('a sweep goes on when its worker was killed, and comes to the same', async () => {
  await hub.ended(undisturbed.runId!);
  const id = await disturb(hub, async () => process.kill(Number(await readFile(pidFile(), 'utf8')), 'SIGKILL'));
  expect(figuresOf(await hub.endedSweep(id))).toEqual(figuresOf(undisturbed));
  expect(hub.log).toContainEqual(expect.objectContaining({ sweep: id, deaths: 1, msg: 'worker process died' }));
});
