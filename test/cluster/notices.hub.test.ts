import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Notices } from '../../src/cluster/notices.js';
import { type Database, openDatabase } from '../../src/storage/database.js';
import { hasPostgres, PostgresServer } from '../support/postgres-server.js';

const SILENT = pino({ level: 'silent' });

it('notices of a process that has its data alone reach its own listeners at once', () => {
  const notices = new Notices(SILENT);
  const heard: unknown[] = [];
  notices.on('run', 'a', (id) => heard.push(['a', id]));
  const stop = notices.onAny('run', (id) => heard.push(['any', id]));
  notices.tell('run', 'a');
  notices.tell('run', 'b');
  notices.tell('token', 'a');
  stop();
  notices.tell('run', 'a');
  expect(heard).toEqual([
    ['a', 'a'],
    ['any', 'a'],
    ['any', 'b'],
    ['a', 'a'],
  ]);
});

describe.skipIf(!hasPostgres)('notices of processes on one database', () => {
  let server: PostgresServer;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });
  afterAll(() => server.remove());

  /** The notices of a process. @param database replaces parts of its database. */
  async function process(log = SILENT, replaced: Partial<Database> = {}): Promise<Notices> {
    const database = await openDatabase({ url: server.url, folder: 'unused' });
    open.push(database);
    const notices = new Notices(log, { ...database, ...replaced });
    await notices.open();
    open.push(notices);
    return notices;
  }

  it('reach the others, each once, however many there are', async () => {
    const [one, other] = [await process(), await process()];
    const heard: (string | null)[] = [];
    other.onAny('run', (id) => heard.push(id));
    const ids = Array.from({ length: 1000 }, (_, i) => `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`);
    for (const id of [...ids, ...ids]) one.tell('run', id);
    await vi.waitUntil(() => heard.length >= ids.length);
    expect(heard.toSorted()).toEqual(ids);
  });

  it('say that everything may have changed when there are too many to name', async () => {
    const [one, other] = [await process(), await process()];
    const heard: (string | null)[] = [];
    other.on('run', 'named by nobody', (id) => heard.push(id));
    for (let i = 0; i < 10_000; i += 1) one.tell('run', `run number ${i}`);
    await vi.waitUntil(() => heard.length > 0);
    expect(heard).toEqual([null]);
  });

  it('say so after a connection was lost, in which some may have been', async () => {
    const listening = await process();
    const heard: (string | null)[] = [];
    listening.on('run', 'a', (id) => heard.push(id));
    const sending = await process();
    const admin = await openDatabase({ url: server.url, folder: 'unused' });
    open.push(admin);
    await admin.pool.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = \'LISTEN "hub"\' AND pid <> pg_backend_pid()',
    );
    await vi.waitUntil(() => heard.includes(null), { timeout: 10_000 });
    sending.tell('run', 'a');
    await vi.waitUntil(() => heard.includes('a'), { timeout: 10_000 });
  });

  it('are replaced by looking every two seconds where a pooler loses them, and the log says so', async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line) => void lines.push(line) });
    const deaf = await process(log, {
      listen: async (_, heard) => {
        heard(); // the connection listens, and hears nothing
        return async () => undefined;
      },
    });
    const heard: (string | null)[] = [];
    deaf.on('run', 'a', (id) => heard.push(id));
    await vi.waitUntil(() => heard.length > 1, { timeout: 60_000 });
    expect(new Set(heard)).toEqual(new Set([null]));
    expect(lines.join()).toContain('a pooler such as PgBouncer');
  });
});
