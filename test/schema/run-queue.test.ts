import 'reflect-metadata';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { type QueueParts, RunQueue } from '../../src/schema/run/run.queue.js';

interface Row {
  readonly id: string;
  state: string;
}

/** One run in a database that takes its time, and a queue on it whose steps can be watched. */
function queueOn(row: Row, during: { found?: () => unknown; backbone?: () => unknown }): RunQueue {
  const matches = (where: Partial<Row>): boolean => where.state === undefined || where.state === row.state;
  const write = ({ where, data }: { where: Partial<Row>; data: Partial<Row> }): { count: number } => {
    if (!matches(where)) return { count: 0 };
    Object.assign(row, data);
    return { count: 1 };
  };
  const run = {
    async findFirst({ where }: { where: Partial<Row> }) {
      if (!matches(where)) return null;
      await during.found?.();
      return row;
    },
    findUniqueOrThrow: async () => row,
    update: async (change: Parameters<typeof write>[0]) => write(change),
    updateMany: async (change: Parameters<typeof write>[0]) => write(change),
  };
  const parts = {
    prisma: { run },
    backbones: {
      async require() {
        await during.backbone?.();
        return { id: 'backbone', sha256: '' };
      },
    },
    events: { publish: () => undefined },
    log: pino({ level: 'silent' }),
    startWorker: () => expect.unreachable('no worker is needed here'),
  };
  return new RunQueue(parts as unknown as QueueParts);
}

it('leaves a run that had just begun when the hub stops to the next start', async () => {
  const row = { id: 'run', state: 'QUEUED' };
  const closed = new Promise<void>((resolve) => {
    const queue = queueOn(row, { backbone: () => resolve(queue.close()) });
    queue.wake();
  });
  await closed;
  expect(row.state).toBe('RUNNING'); // which `recover` takes up again
});

it('does not begin a run that is cancelled after it was found', async () => {
  const row = { id: 'run', state: 'QUEUED' };
  const begun = { times: 0 };
  const queue: RunQueue = queueOn(row, {
    found: () => queue.cancel(row.id),
    backbone: () => {
      begun.times += 1;
    },
  });
  queue.wake();
  await vi.waitUntil(() => row.state !== 'QUEUED');
  await queue.close(); // waits for what it has begun
  expect(begun.times).toBe(0);
  expect(row.state).toBe('CANCELLED');
});
