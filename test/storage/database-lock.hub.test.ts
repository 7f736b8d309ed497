import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub } from '../../src/app/hub.js';
import { resolveConfig } from '../../src/config.js';
import { JobQueue } from '../../src/jobs/queue.js';
import { openDatabase } from '../../src/storage/database.js';
import { lockDatabase } from '../../src/storage/database-lock.js';
import { runHub } from '../support/command.js';
import { hasPostgres, PostgresServer } from '../support/postgres-server.js';
import { temporaryFolder } from './fixtures.js';

const SILENT = pino({ level: 'silent' });

describe.skipIf(!hasPostgres)('on a PostgreSQL server', () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await PostgresServer.start();
    url = server.url;
  });
  afterAll(() => server.remove());

  it('a second hub is refused while the first one runs, and told what to do', async () => {
    const lock = await lockDatabase(url, 'alone', () => undefined);
    const second = startHub(
      resolveConfig({ data: await temporaryFolder(), port: 0, databaseUrl: server.databaseUrl }, {}),
      SILENT,
    );
    await expect(second).rejects.toMatchObject({
      code: 'CONFLICT',
      message:
        'Another hub is running on this database, with its blobs in its data folder, where no other process can read them. Stop it first, or give this hub a database of its own (--database-url). To run both, move the blobs to a bucket or a shared folder (docs/scaling.md).',
    });
    await lock.release();
    await (await lockDatabase(url, 'alone', () => undefined)).release();
  });

  it('a process without all roles is refused where others cannot share its blobs', async () => {
    const config = { data: await temporaryFolder(), port: 0, roles: 'train' };
    await expect(startHub(resolveConfig(config, {}), SILENT)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message:
        'With --roles train the other roles need processes of their own, which share a PostgreSQL database, and an S3 bucket or a folder. This hub has no database server (--database-url).',
    });
    const onServer = resolveConfig({ ...config, databaseUrl: server.databaseUrl }, {});
    await expect(startHub(onServer, SILENT)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(
        'This hub has no such place for its blobs (--blobs s3://bucket/prefix, or the path of a shared folder).',
      ),
    });
  });

  it('commands that need the hub to be stopped are refused while one runs on the database', async () => {
    const { databaseUrl } = server;
    const hub = await startHub(resolveConfig({ data: await temporaryFolder(), port: 0, databaseUrl }, {}), SILENT);
    const collected = await runHub('gc', '--data', await temporaryFolder(), '--database-url', databaseUrl);
    await hub.close();
    expect(collected).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Another hub is running on this database'),
    });
  });

  it('a hub closes itself when another one has taken its database', async () => {
    const { databaseUrl } = server;
    const config = resolveConfig({ data: await temporaryFolder(), port: 0, databaseUrl }, {});
    const hub = await startHub(config, SILENT);
    await hub.ready;
    const lost = new Promise((resolve) => hub.lost.addEventListener('abort', resolve));
    const other = new pg.Client(url);
    const admin = new pg.Client(url);
    await other.connect();
    await admin.connect();
    const { rows } = await admin.query(`SELECT pid, objid::int AS key FROM pg_locks WHERE locktype = 'advisory'`);
    expect(rows).toHaveLength(1);
    const taken = other.query('SELECT pg_advisory_lock($1)', [rows[0].key]);
    await admin.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
    await taken;
    await lost;
    await hub.close();
    await expect(fetch(hub.url)).rejects.toThrow('fetch failed');
    const connections = `SELECT query FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid NOT IN (pg_backend_pid(), $1)`;
    const [own] = (await other.query('SELECT pg_backend_pid() AS pid')).rows;
    await expect.poll(async () => (await admin.query(connections, [own.pid])).rows).toEqual([]);
    await other.end();
    await admin.end();
  });

  it('the queue announces jobs, and a claim that was lost cannot be renewed', async () => {
    const database = await openDatabase({ url, folder: 'unused' });
    const queue = await JobQueue.open(database, SILENT, true);
    const announced = new Promise<void>((resolve) => queue.onWork(resolve));
    const id = '00000000-0000-7000-8000-00000000000a';
    await database.client.$transaction((tx) => queue.enqueue(tx, 'train', { id, order: 1 }));
    await announced;
    const lost = (await queue.claim(['train']))!;
    expect(await queue.keep(lost)).toBe(lost);
    await database.client.$transaction((tx) => queue.withdraw(tx, 'train', id));
    expect(await queue.keep(lost)).toBeNull();
    await queue.close();
    await database.close();
  });
});
