import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { bundleOf } from '../../src/package.js';
import type { SweepAnswer } from '../support/answers.js';
import { copyColoursWithoutModel } from '../support/colours-data.js';
import { HubProcess } from '../support/hub-process.js';
import type { HubUser } from '../support/hub-user.js';
import { QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

let folder: string;
let hub: TestHub;
let input: Readonly<Record<string, unknown>>;
/** A sweep that nothing disturbed. */
let undisturbed: SweepAnswer;
/** A copy of the prepared data, for a hub that runs as a process. */
let data: string;

const TRIALS = 12;
const pidFile = (): string => join(folder, 'worker.pid');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-sweep-kill-'));
  data = join(folder, 'data');
  await copyColoursWithoutModel(data);
  // The worker, which also writes its process id.
  const workerEntry = join(folder, 'worker.mjs');
  await writeFile(
    workerEntry,
    `import { writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(pidFile())}, String(process.pid));
    await import(${JSON.stringify(pathToFileURL(bundleOf('worker')))});`,
  );
  const colours = await TestHub.startWithColours({ workerEntry });
  hub = colours;
  const { datasetVersionId } = colours;
  const base = { datasetVersionId, backbone: 'tiny-imagenet-2', recipe: { ...QUICK, epochs: 20, patience: null } };
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
  await vi.waitUntil(async () => (await user.sweep(id)).endedTrials >= 2, { timeout: 60_000, interval: 10 });
  await how();
  return id;
}

const figuresOf = ({ trials, best, state }: SweepAnswer): unknown => ({
  state,
  best,
  trials: trials.map(({ seconds: _, ...trial }) => trial),
});

it('a sweep resumes when its hub was killed and starts again, with the same figures', {
  timeout: 240_000,
}, async () => {
  const killed = await HubProcess.start(data);
  const id = await disturb(killed, () => killed.end('SIGKILL'));
  const again = await HubProcess.start(data);
  onTestFinished(async () => void (await again.end('SIGKILL')));
  const sweep = await again.endedSweep(id);
  expect(figuresOf(sweep)).toEqual(figuresOf(undisturbed));
  expect((await again.ended(sweep.runId!)).state).toBe('SUCCEEDED');
});

it('a sweep resumes when its worker was killed, with the same figures', { timeout: 240_000 }, async () => {
  await hub.ended(undisturbed.runId!);
  const id = await disturb(hub, async () => process.kill(Number(await readFile(pidFile(), 'utf8')), 'SIGKILL'));
  expect(figuresOf(await hub.endedSweep(id))).toEqual(figuresOf(undisturbed));
  expect(hub.log).toContainEqual(expect.objectContaining({ sweep: id, deaths: 1, msg: 'worker process died' }));
});
