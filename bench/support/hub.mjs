import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HubClient } from '../../out/cli/client.js';

export const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));
export const CLI = fileURLToPath(new URL('../../dist/hub.js', import.meta.url));

/** Starts a hub as its user would and waits for the line that says where it listens. */
export async function startHub(data, ...options) {
  return startHubIn({}, data, '--log-level', 'warn', ...options);
}

/** The same with more in its environment. */
export function startHubIn(env, data, ...options) {
  return startProcess({ env }, data, ...options);
}

/** Starts a process of a hub, also one that only trains, which has no token. @param core the core that it may use; all without. */
export async function startProcess({ env = {}, core }, data, ...options) {
  const node = [process.execPath, CLI, 'start', '--data', data, '--port', '0', ...options];
  const [program, ...args] = core === undefined ? node : ['taskset', '-c', String(core), ...node];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon); // a bench that fails leaves no hub behind
  child.once('exit', () => process.off('exit', abandon));
  const hasGrpc = options.includes('--grpc-port');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for await (const line of lines) {
    const url = /http:\/\/\S+(?=\/graphql|\/health)/.exec(line)?.[0];
    if (!url) continue;
    const grpc = hasGrpc ? /gRPC is at (\S+)\.$/.exec((await lines.next()).value)?.[1] : undefined;
    child.stdout.resume();
    const token = (await readFile(join(data, 'token'), 'utf8').catch(() => '')).trim();
    const end = async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    };
    const stop = () => end('SIGTERM');
    return { url, grpc, token, child, stop, kill: () => end('SIGKILL'), client: new HubClient(url, token) };
  }
  throw new Error('the hub ended before it listened');
}

/** Registers what lies at a path as a version of a new dataset. */
export async function register(client, dataset, path) {
  await client.request('mutation ($name: String!) { createDataset(input: { name: $name }) { id } }', { name: dataset });
  const { registerDatasetVersion } = await client.request(
    `mutation ($dataset: String!, $path: String!) {
      registerDatasetVersion(input: { dataset: $dataset, path: $path }) { id imageCount rejectedCount }
    }`,
    { dataset, path },
  );
  return registerDatasetVersion;
}

/** Trains and waits. @returns the run and the seconds from asking for it to its end. */
export async function train(client, input) {
  const began = performance.now();
  const { startTransferRun } = await client.request(
    'mutation ($input: StartTransferRunInput!) { startTransferRun(input: $input) { id } }',
    { input },
  );
  const { id } = startTransferRun;
  await ended(client, id);
  const seconds = (performance.now() - began) / 1000;
  const { run } = await client.request(
    `query ($id: ID!) { run(id: $id) {
      id state testAccuracy peakMemoryBytes seconds { features training evaluation } error { message }
    } }`,
    { id },
  );
  if (run.state !== 'SUCCEEDED') throw new Error(`the run is ${run.state}: ${run.error?.message}`);
  return { run, seconds };
}

/** Waits until a run is in a final state: its events end then. */
export async function ended(client, id) {
  for await (const _ of client.subscribe('subscription ($id: ID!) { runEvents(id: $id) { number } }', { id }));
}

/** Lets a hub serve what it learned of the sample in one epoch, as the model "cifar10". */
export async function serveSample(client) {
  const version = await register(client, 'sample', join(SAMPLES, 'cifar10-sample.tar.gz'));
  const { run } = await train(client, {
    datasetVersionId: version.id,
    backbone: 'tiny-imagenet-2',
    recipe: { epochs: 1 },
  });
  await client.request(
    `mutation ($runId: ID!) { registerModelVersion(input: { runId: $runId, model: "cifar10" }) { number } }`,
    { runId: run.id },
  );
  await client.request(
    'mutation { promoteModelVersion(input: { model: "cifar10", version: 1, reason: "bench", now: true }) { number } }',
  );
}

/** Waits until all versions have their 8-bit forms: making them takes the cores from what is measured. */
export async function settled(client) {
  for (;;) {
    const { models } = await client.request('{ models { versions { serving { state } } } }');
    if (models.every(({ versions }) => versions.every(({ serving }) => serving.state !== 'PENDING'))) return;
    await wait(500);
  }
}
