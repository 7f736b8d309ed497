import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { figuresOf, type RunAnswer } from '../support/answers.js';
import { Cluster, HAS_CLUSTER } from '../support/cluster.js';
import type { HubProcess } from '../support/hub-process.js';
import type { LogLine } from '../support/hub-user.js';
import { ENDLESS, QUICK, SOME_SECONDS } from '../support/recipes.js';

/** Milliseconds within which another worker resumes the run of one that died, and within which a worker hears of a cancellation. */
const [TAKEN_OVER, CANCELLED] = [30_000, 5000];

describe.skipIf(!HAS_CLUSTER)('workers of one hub', { timeout: 180_000 }, () => {
  const { datasetVersionId } = inject('colours');
  let cluster: Cluster;
  let hub: HubProcess;
  const workers: HubProcess[] = [];
  /** A run that nothing disturbed. */
  let undisturbed: RunAnswer | undefined;

  /** That so many workers live: those of earlier tests, since each start costs seconds of processor time. */
  const haveWorkers = async (count: number): Promise<void> => {
    await cluster.kill(...workers.splice(count));
    while (workers.length < count) workers.push(await cluster.start('train'));
  };

  const end = (worker: HubProcess, signal: NodeJS.Signals) => {
    workers.splice(workers.indexOf(worker), 1);
    return worker.end(signal);
  };

  beforeAll(async () => {
    cluster = await Cluster.open();
    await cluster.query('DELETE FROM aliases; DELETE FROM model_versions'); // which workers would calibrate
    hub = await cluster.startFirst('--roles', 'api,serve');
  });
  afterAll(() => cluster?.remove());

  /** How many times a worker has taken the run. */
  const attemptsOf = async (id: string): Promise<number> =>
    (await cluster.query<{ attempt: number }>(`SELECT attempt FROM runs WHERE id = '${id}'`))[0]!.attempt;

  /** Starts a run and waits for its first epoch. */
  async function begin(recipe: object = SOME_SECONDS): Promise<string> {
    const id = await hub.queue({ datasetVersionId, recipe });
    for await (const { epoch } of hub.watch(id)) if (epoch) break;
    return id;
  }

  /** The process that runs a run, as its log says, and the others. */
  async function holderOf(id: string): Promise<[HubProcess, HubProcess[]]> {
    const isHolder = ({ log }: HubProcess): boolean => log.some(({ run }) => run === id);
    const holder = await vi.waitUntil(() => workers.find(isHolder), { timeout: 10_000 });
    return [holder, workers.filter((worker) => worker !== holder)];
  }

  /** Waits until another process runs the run. @returns milliseconds. */
  async function takenOver(id: string, others: readonly HubProcess[]): Promise<number> {
    const began = performance.now();
    const isTaken = (): boolean => others.some(({ log }) => log.some(({ run }) => run === id));
    await vi.waitUntil(isTaken, { timeout: 180_000, interval: 100 });
    return performance.now() - began;
  }

  /** The run resumed, and came to the numbers of one that nothing disturbed. */
  async function expectSame(id: string): Promise<void> {
    undisturbed ??= await hub.ended(await hub.queue({ datasetVersionId, recipe: SOME_SECONDS }));
    const run = await hub.ended(id);
    expect(run.state, JSON.stringify(run.error)).toBe('SUCCEEDED');
    expect(figuresOf(run)).toEqual(figuresOf(undisturbed));
    expect(await attemptsOf(id)).toBeGreaterThan(1);
  }

  it('train what the hub queues, at the same time; its subscribers hear of every epoch', async () => {
    await haveWorkers(2);
    const runs = await Promise.all([begin(ENDLESS), begin(ENDLESS)]);
    const [first] = await holderOf(runs[0] as string);
    const [second] = await holderOf(runs[1] as string);
    expect(first.pid).not.toBe(second.pid);
    for (const id of runs) {
      await hub.ask('cancel-run', { id });
      expect(await hub.ended(id)).toMatchObject({ state: 'CANCELLED' });
    }
    const id = await hub.queue({ datasetVersionId, recipe: QUICK });
    const epochs: number[] = [];
    for await (const { epoch } of hub.watch(id)) if (epoch) epochs.push(epoch.epoch);
    const { epochs: stored } = await hub.run(id);
    expect(epochs).toEqual(stored.map(({ epoch }) => epoch));
  });

  it('take over the runs of one that was killed and of one that is frozen, with the same numbers', async () => {
    await haveWorkers(4);
    const runs = await Promise.all([begin(), begin()]);
    const [killed] = await holderOf(runs[0]);
    const [frozen] = await holderOf(runs[1]);
    const others = workers.filter((worker) => worker !== killed && worker !== frozen);
    await end(killed, 'SIGKILL');
    process.kill(frozen.pid, 'SIGSTOP');
    try {
      for (const waited of await Promise.all(runs.map((id) => takenOver(id, others)))) {
        expect(waited).toBeLessThan(TAKEN_OVER);
      }
    } finally {
      process.kill(frozen.pid, 'SIGCONT');
    }
    for (const id of runs) await expectSame(id);
    // The frozen one writes nothing more of its run when it comes back.
    const lost = ({ msg, run }: { readonly msg?: string; readonly run?: unknown }): boolean =>
      run === runs[1] && msg === 'another process has claimed the job';
    await vi.waitUntil(() => frozen.log.some(lost), { timeout: 60_000 });
  });

  it('are given the run of one that stops at once', async () => {
    await haveWorkers(2);
    const id = await begin();
    const [holder, others] = await holderOf(id);
    const stopped = end(holder, 'SIGTERM');
    expect(await takenOver(id, others)).toBeLessThan(CANCELLED);
    expect(await stopped).toEqual({ code: 0, signal: null });
    expect(await hub.ended(id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('end a cancelled run within seconds, and take the next one', async () => {
    await haveWorkers(1);
    const [worker] = workers;
    const id = await begin(ENDLESS);
    const next = await hub.queue({ datasetVersionId, recipe: QUICK });
    await hub.ask('cancel-run', { id });
    expect(await hub.ended(id)).toMatchObject({ state: 'CANCELLED' });
    const began = performance.now();
    await vi.waitUntil(() => worker!.log.some(({ run }) => run === next), { timeout: 90_000, interval: 50 });
    expect(performance.now() - began).toBeLessThan(CANCELLED);
    expect(await hub.ended(next)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('train on while the database is away, and store every epoch when it is back', async () => {
    await haveWorkers(1);
    const id = await begin();
    await cluster.server.stop('fast');
    await cluster.server.start();
    const run = await hub.ended(id);
    expect(run.state, JSON.stringify(run.error)).toBe('SUCCEEDED');
    expect(run.epochs).toHaveLength(SOME_SECONDS.epochs);
    expect(await attemptsOf(id)).toBe(1);
  });

  it('wait for a database that is away when they start', async () => {
    await cluster.server.stop('fast');
    const log: LogLine[] = [];
    const starting = cluster.start('train', { log });
    const waits = 'the database does not answer; this process waits for it';
    await vi.waitUntil(() => log.some(({ msg }) => msg === waits), { timeout: 180_000 });
    await cluster.server.start();
    const worker = await starting;
    workers.push(worker);
    expect((await worker.fetch('/ready')).status).toBe(200);
  });

  it('answer for their health, and for nothing else', async () => {
    await haveWorkers(1);
    const worker = workers[0] as HubProcess;
    expect(await (await worker.fetch('/ready')).json()).toEqual({ status: 'ready' });
    expect((await worker.fetch('/metrics')).status).toBe(401);
    const metrics = await (
      await worker.fetch('/metrics', { headers: { authorization: `Bearer ${hub.token}` } })
    ).text();
    expect(metrics).toContain('modelhub_process_info{roles="train",version="0.1.0"} 1');
    expect(metrics).toContain('modelhub_jobs_running{kind="train"} 0');
    expect(metrics).not.toMatch(/modelhub_(answers|run|jobs_waiting)/); // others tell of those
    const answer = await worker.fetch('/graphql', { method: 'POST' });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('this process only trains');
  });
});
