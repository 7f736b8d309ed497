import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ChoreHandler, ClaimLost, type JobHandler, type JobHandlers } from '../../src/jobs/job-handler.js';
import type { QueuedKind } from '../../src/jobs/job-kinds.js';
import type { WaitingJob } from '../../src/jobs/queue.js';
import { Runner } from '../../src/jobs/runner.js';
import { startWorker } from '../../src/jobs/worker-process.js';
import { removeFolder } from '../support/remove-folder.js';
import { RowDatabase } from '../support/run-rows.js';

/** Bytes that a worker may take. */
const MEMORY = 5e8;

let database: RowDatabase;
/** A worker that does what the seed of its task says. */
let entry: string;
let folder: string;
let runner: Runner | undefined;

beforeAll(async () => {
  database = await RowDatabase.open();
  folder = await mkdtemp(join(tmpdir(), 'hub-runner-'));
  entry = join(folder, 'worker.mjs');
  await writeFile(
    entry,
    `process.on('message', ({ kind, job }) => {
      if (kind === 'cancel') process.send({ type: 'cancelled' }, () => process.disconnect());
      else if (job.plan === 'die') process.exit(3);
      else if (job.plan === 'grow') globalThis.held = Buffer.alloc(1e9, 1);
      else if (job.plan === 'fill the heap') {
        console.error('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory');
        process.exit(134);
      }
      else {
        process.send({ type: 'log', message: 'begun' });
        if (job.plan === 'finish') process.send({ type: 'finished', plan: job.plan }, () => process.disconnect());
      }
    });
    process.on('disconnect', () => process.exit(1));`,
  );
});
afterEach(() => runner?.close());
afterAll(async () => {
  await database.remove();
  await removeFolder(folder);
});

/** A kind of jobs in memory, whose worker follows a plan. */
class PlannedHandler implements JobHandler<'train'> {
  readonly told: string[] = [];
  constructor(
    private readonly jobs: readonly WaitingJob[],
    private readonly plan: string,
    private readonly record: () => void = () => undefined,
  ) {}
  async waiting(): Promise<readonly WaitingJob[]> {
    return this.jobs;
  }
  async take({ id }: { readonly id: string }) {
    this.told.push(`take ${this.jobs.findIndex((job) => job.id === id)}`);
    return {
      load: async () => ({ plan: this.plan }) as never,
      record: async ({ type }: { readonly type: string }) => {
        this.told.push(type);
        this.record();
      },
      end: async (end: { readonly type: string; readonly code?: string }) => {
        this.told.push([end.type, end.code].filter(Boolean).join(' '));
      },
      interrupt: async () => void this.told.push('interrupt'),
    };
  }
}

const none: ChoreHandler & JobHandler<QueuedKind> = {
  waiting: async () => [],
  take: async () => null,
  perform: async () => undefined,
};

async function run(train: PlannedHandler, log = pino({ level: 'silent' })): Promise<Runner> {
  const started = new Runner({ startWorker: (task) => startWorker(task, { entry, memory: MEMORY }), log });
  runner = started;
  const others = { sweep: none, import: none, calibrate: none, quantize: none, examine: none, predict: none };
  const handlers = { features: none, train, ...others };
  await started.start(database.queue, {
    ...handlers,
    ...{ release: none, deliver: none, retrain: none, upkeep: none },
  } as unknown as JobHandlers);
  return started;
}

const jobs = (count: number): WaitingJob[] =>
  Array.from({ length: count }, (_, order) => ({ id: randomUUID(), order }));
const until = (is: () => boolean) => vi.waitUntil(is, { timeout: 90_000 });

describe('the runner', () => {
  it('takes the jobs of waiting rows in their order, and hands events and ends to the handler', async () => {
    const handler = new PlannedHandler(jobs(2), 'finish');
    await run(handler);
    await until(() => handler.told.length === 6);
    expect(handler.told).toEqual(['take 0', 'log', 'finished', 'take 1', 'log', 'finished']);
  });

  it('starts a worker that dies three times, then ends the row as WORKER_DIED', async () => {
    const handler = new PlannedHandler(jobs(1), 'die');
    await run(handler);
    await until(() => handler.told.includes('failed WORKER_DIED'));
    expect(handler.told).toEqual(['take 0', 'take 0', 'take 0', 'take 0', 'failed WORKER_DIED']);
    expect(await database.queue.claimGivenUp()).toBeNull();
  });

  it.each(['grow', 'fill the heap'])('ends a job at once as OUT_OF_MEMORY when its worker does: %s', async (plan) => {
    const handler = new PlannedHandler(jobs(1), plan);
    await run(handler);
    await until(() => handler.told.includes('failed OUT_OF_MEMORY'));
    expect(handler.told).toEqual(['take 0', 'failed OUT_OF_MEMORY']);
    await expect(runner!.run('probe', { plan } as never)).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
  });

  it('leaves a cancellation to its caller once the worker has died', async () => {
    const waiting = jobs(1);
    const handler = new PlannedHandler(waiting, 'die');
    const cancelled: boolean[] = [];
    const log = pino({}, { write: (line) => void (line.includes('process died') && cancelled.push(cancel())) });
    const cancel = (): boolean => runner!.cancel('train', waiting[0]!.id);
    await run(handler, log);
    await until(() => handler.told.includes('failed WORKER_DIED')); // the next test would get the job that was given up
    expect(cancelled).toEqual([false, false, false]);
  });

  it('cancels a job under way, and knows no other', async () => {
    const waiting = jobs(1);
    const handler = new PlannedHandler(waiting, 'wait');
    const started = await run(handler);
    await until(() => handler.told.includes('log'));
    expect(started.cancel('train', randomUUID())).toBe(false);
    expect(started.cancel('train', waiting[0]!.id)).toBe(true);
    await until(() => handler.told.length === 3);
    expect(handler.told).toEqual(['take 0', 'log', 'cancelled']);
  });

  it('kills the worker of a job whose claim is lost, and writes nothing more of it', async () => {
    const handler = new PlannedHandler(jobs(2), 'wait', () => {
      if (handler.told.filter((told) => told === 'log').length === 1) throw new ClaimLost();
    });
    await run(handler);
    await until(() => handler.told.length === 4);
    expect(handler.told).toEqual(['take 0', 'log', 'take 1', 'log']);
  });

  it('ends a job as failed when an event cannot be written', async () => {
    const handler = new PlannedHandler(jobs(1), 'wait', () => {
      throw new Error('not written');
    });
    await run(handler);
    await until(() => handler.told.length === 3);
    expect(handler.told).toEqual(['take 0', 'log', 'failed INTERNAL']);
  });

  it('does a job again whose event cannot be written while the database is away', async () => {
    const outage = Object.assign(new Error('no server'), { name: 'PrismaClientKnownRequestError', code: 'P1001' });
    const handler = new PlannedHandler(jobs(1), 'finish', () => {
      if (handler.told.filter((told) => told === 'log').length === 1) throw outage;
    });
    await run(handler);
    await until(() => handler.told.includes('finished'));
    expect(handler.told).toEqual(['take 0', 'log', 'take 0', 'log', 'finished']);
  });

  it('stops a job where it is when it closes; the next one takes it up at once', async () => {
    const waiting = jobs(1);
    const stopped = new PlannedHandler(waiting, 'wait');
    await run(stopped);
    await until(() => stopped.told.includes('log'));
    await runner!.close();
    expect(stopped.told).toEqual(['take 0', 'log', 'interrupt']);
    const next = new PlannedHandler(waiting, 'finish');
    await run(next);
    await until(() => next.told.length === 3);
    expect(next.told).toEqual(['take 0', 'log', 'finished']);
  });

  it('runs an immediate job while a job of the queue is under way', async () => {
    const handler = new PlannedHandler(jobs(1), 'wait');
    const started = await run(handler);
    await until(() => handler.told.includes('log'));
    expect(await started.run('probe', { plan: 'finish' } as never)).toMatchObject({ type: 'finished' });
    await expect(started.run('export', { plan: 'die' } as never)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(handler.told).toEqual(['take 0', 'log']);
  });
});
