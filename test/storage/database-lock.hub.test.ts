import { spawnSync } from 'node:child_process';
import { chownSync, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub } from '../../src/app/hub.js';
import { resolveConfig } from '../../src/config.js';
import { JobQueue } from '../../src/jobs/queue.js';
import { openDatabase } from '../../src/storage/database.js';
import { lockDatabase } from '../../src/storage/database-lock.js';
import { temporaryFolder } from './fixtures.js';

/** Where Debian and its kin keep PostgreSQL's programs. */
const BIN = ['18', '17', '16', '15', '14'].map((version) => `/usr/lib/postgresql/${version}/bin`).find(existsSync);
/** PostgreSQL does not run as root. */
const USER = userInfo().uid === 0 ? spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' }).stdout.trim() : undefined;
const SILENT = pino({ level: 'silent' });

describe.skipIf(!BIN || USER === '')('on a PostgreSQL server', () => {
  let folder: string;
  let url: string;

  const run = (program: string, ...args: string[]) => {
    const ids = USER ? { uid: Number(USER), gid: Number(USER) } : {};
    const { status, stderr } = spawnSync(join(BIN as string, program), args, { encoding: 'utf8', cwd: '/', ...ids });
    if (status !== 0) throw new Error(`${program}: ${stderr}`);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hub-postgres-'));
    if (USER) chownSync(folder, Number(USER), Number(USER));
    const data = join(folder, 'data');
    run('initdb', '-D', data, '-U', 'hub', '-A', 'trust', '--no-sync');
    run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', `-c listen_addresses= -k ${folder}`, 'start');
    url = `postgresql://hub@/postgres?host=${encodeURIComponent(folder)}`;
  });
  afterAll(async () => {
    run('pg_ctl', '-D', join(folder, 'data'), '-m', 'immediate', 'stop');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('a second hub is refused while the first one runs, and told what to do', async () => {
    const lock = await lockDatabase(url, () => undefined);
    const second = startHub(
      resolveConfig({ data: await temporaryFolder(), port: 0, databaseUrl: url.replace('@/', '@localhost/') }, {}),
      SILENT,
    );
    await expect(second).rejects.toMatchObject({
      code: 'CONFLICT',
      message:
        'Another hub is running on this database. Stop it first, or give this hub a database of its own (--database-url).',
    });
    await lock.release();
    await (await lockDatabase(url, () => undefined)).release();
  });

  it('a hub closes itself when another one has taken its database', async () => {
    const databaseUrl = url.replace('@/', '@localhost/');
    const config = resolveConfig({ data: await temporaryFolder(), port: 0, databaseUrl }, {});
    const hub = await startHub(config, SILENT);
    await hub.ready;
    const lost = new Promise((resolve) => hub.lost.addEventListener('abort', resolve));
    const other = new pg.Client(url);
    const server = new pg.Client(url);
    await other.connect();
    await server.connect();
    const { rows } = await server.query(`SELECT pid, objid::int AS key FROM pg_locks WHERE locktype = 'advisory'`);
    expect(rows).toHaveLength(1);
    const taken = other.query('SELECT pg_advisory_lock($1)', [rows[0].key]);
    await server.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
    await taken;
    await lost;
    await hub.close();
    await expect(fetch(hub.url)).rejects.toThrow('fetch failed');
    const connections = `SELECT query FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid NOT IN (pg_backend_pid(), $1)`;
    const [own] = (await other.query('SELECT pg_backend_pid() AS pid')).rows;
    await expect.poll(async () => (await server.query(connections, [own.pid])).rows).toEqual([]);
    await other.end();
    await server.end();
  });

  it('the queue announces jobs, and a job of a process that died is another one’s', async () => {
    const database = await openDatabase({ url, folder: 'unused' });
    const queue = await JobQueue.open(database, SILENT);
    expect(queue.hasLeases).toBe(true);
    const announced = new Promise<void>((resolve) => queue.onWork(resolve));
    const id = '00000000-0000-7000-8000-00000000000a';
    await database.client.$transaction((tx) => queue.enqueue(tx, 'train', { id, order: 1 }));
    await announced;
    const lost = (await queue.claim(['train']))!;
    expect(await queue.keep(lost)).toBe(lost);
    await database.pool.query(`UPDATE jobs.job SET heartbeat_on = now() - interval '1 hour' WHERE id = $1`, [id]);
    await queue.takeFromDead();
    const taken = await queue.claim(['train']);
    expect(taken).toMatchObject({ id, deaths: 1 });
    expect(await queue.keep(lost)).toBeNull();
    await queue.close();
    await database.close();
  });
});
