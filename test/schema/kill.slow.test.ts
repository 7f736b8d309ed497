import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../../src/package.js';
import { figuresOf, type RunAnswer } from '../support/answers.js';
import { copyColoursWithoutModel } from '../support/colours-data.js';
import { HubProcess } from '../support/hub-process.js';
import type { HubUser } from '../support/hub-user.js';
import { SOME_SECONDS } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

/** Begins to send the ImageNet weights, and never ends. */
const stall: RequestListener = (_, response) => void response.writeHead(206).write(Buffer.alloc(100));

let folder: string;
/** Stands for the place that publishes the ImageNet weights. */
let publish: RequestListener = stall;
const publisher = createServer((request, response) => publish(request, response));
let hub: TestHub;
let datasetVersionId: string;
/** A run that nothing disturbed. */
let undisturbed: RunAnswer;
/** A copy of the prepared data, for hubs that run as processes. */
let data: string;

const pidFile = (): string => join(folder, 'worker.pid');
const dyingFile = (): string => join(folder, 'workers-die');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-kill-'));
  data = join(folder, 'data');
  await copyColoursWithoutModel(data);
  // The worker, which also writes its process id, or dies at once when a file says so.
  const workerEntry = join(folder, 'worker.mjs');
  await writeFile(
    workerEntry,
    `import { existsSync, writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(pidFile())}, String(process.pid));
    if (existsSync(${JSON.stringify(dyingFile())})) process.exit(3);
    await import(${JSON.stringify(pathToFileURL(bundleOf('worker')))});`,
  );
  await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(publisher.address() as AddressInfo).port}/weights.h5`;
  const colours = await TestHub.startWithColours({ workerEntry, imagenet: { url, bytes: 1000, md5: '' } });
  hub = colours;
  datasetVersionId = colours.datasetVersionId;
  undisturbed = await hub.train({ datasetVersionId, recipe: SOME_SECONDS });
  expect(undisturbed.epochs).toHaveLength(SOME_SECONDS.epochs);
});
afterAll(async () => {
  publisher.closeAllConnections();
  publisher.close();
  await hub.remove();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Starts the run, and disturbs it as soon as its first epoch has ended. @returns its id. */
async function disturb(user: HubUser, how: () => Promise<unknown>): Promise<string> {
  const id = await user.queue({ datasetVersionId, recipe: SOME_SECONDS });
  for await (const { epoch } of user.watch(id)) if (epoch) break;
  await how();
  return id;
}

/** Waits for the end of a run that was disturbed: it resumed from a checkpoint and has the same numbers. */
async function expectUndisturbed(user: HubUser, id: string): Promise<void> {
  const run = await user.ended(id);
  expect(run.state, JSON.stringify(run.error)).toBe('SUCCEEDED');
  expect(figuresOf(run)).toEqual(figuresOf(undisturbed));
  const resumed = user.log
    .filter(({ run }) => run === id)
    .map(({ msg }) => /^Resumed after epoch (\d+)/.exec(msg ?? ''));
  const after = Number(resumed.find((match) => match !== null)?.[1]);
  expect(after).toBeGreaterThanOrEqual(1);
  expect(after).toBeLessThan(SOME_SECONDS.epochs);
}

describe('a run', { timeout: 240_000 }, () => {
  const running: HubProcess[] = [];
  const startHub = async (): Promise<HubProcess> => {
    const started = await HubProcess.start(data);
    running.push(started);
    return started;
  };
  afterEach(async () => {
    for (const started of running.splice(0)) await started.end('SIGKILL');
  });

  it('resumes when its hub was killed and starts again, with the same numbers', async () => {
    const killed = await startHub();
    const id = await disturb(killed, () => killed.end('SIGKILL'));
    await expectUndisturbed(await startHub(), id);
  });

  it('resumes when its hub was stopped and starts again, with the same numbers', async () => {
    const stopped = await startHub();
    const id = await stopped.queue({ datasetVersionId, recipe: SOME_SECONDS });
    for await (const { epoch } of stopped.watch(id)) if (epoch) break;
    const listening = stopped.watch(id);
    await listening.next(); // a subscriber does not delay the stop
    const began = performance.now();
    expect(await stopped.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(10_000);
    await listening.return(undefined).catch(() => undefined); // its connection is gone
    await expectUndisturbed(await startHub(), id);
  });

  it('resumes when its worker was killed, with the same numbers', async () => {
    const id = await disturb(hub, async () => process.kill(Number(await readFile(pidFile(), 'utf8')), 'SIGKILL'));
    await expectUndisturbed(hub, id);
    expect(hub.log).toContainEqual(expect.objectContaining({ run: id, deaths: 1, msg: 'worker process died' }));
  });

  it('fails when its workers die again and again, and the next one runs', async () => {
    await writeFile(dyingFile(), '');
    expect(await hub.train({ datasetVersionId, recipe: SOME_SECONDS })).toMatchObject({
      state: 'FAILED',
      error: { code: 'WORKER_DIED', message: "The worker process died 3 times; the hub's log has the details." },
    });
    await rm(dyingFile());
    expect(await hub.train({ datasetVersionId, recipe: { ...SOME_SECONDS, epochs: 1 } })).toMatchObject({
      state: 'SUCCEEDED',
    });
  });
});

describe('a run whose backbone is being downloaded', () => {
  async function downloading(): Promise<string> {
    publish = stall;
    // The first request checks that the server answers; the second one downloads.
    const asked = once(publisher, 'request').then(() => once(publisher, 'request'));
    const id = await hub.queue({ datasetVersionId, backbone: 'imagenet' });
    await asked;
    return id;
  }

  it('ends when it is cancelled, whatever the server does', async () => {
    const id = await downloading();
    await hub.ask('cancel-run', { id });
    expect(await hub.ended(id)).toMatchObject({ state: 'CANCELLED' });
  });

  it('does not hold up the hub when it stops, and asks again when it is back', async () => {
    const id = await downloading();
    await hub.stop();
    publish = (_, response) => response.writeHead(404).end();
    await hub.start();
    expect(await hub.ended(id)).toMatchObject({ state: 'FAILED', error: { code: 'BACKBONE_UNAVAILABLE' } });
  });
});

it('a second hub on the same data folder is refused, and told which one has it', async () => {
  const second = spawn(process.execPath, [bundleOf('hub'), 'start', '--data', hub.data, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, complained] = await Promise.all([text(second.stdout), text(second.stderr), once(second, 'exit')]);
  expect(second.exitCode).toBe(2);
  expect(said).toBe('');
  expect(complained).toContain(`hub: The data folder ${hub.data} is open in process ${process.pid} on `);
  expect((await hub.fetch('/health')).status).toBe(200);
});
