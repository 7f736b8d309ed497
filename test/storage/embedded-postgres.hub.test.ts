import fs from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openEmbeddedPostgres } from '../../src/storage/embedded-postgres.js';
import { EmbeddedSession } from '../../src/storage/embedded-session.js';
import { copyEmptyDatabase } from '../support/empty-database.js';
import { smallDisk } from '../support/small-disk.js';
import { temporaryFolder } from './fixtures.js';

/** Folder of a database that is there. */
async function database(): Promise<string> {
  const folder = join(await temporaryFolder(), 'database');
  await copyEmptyDatabase(folder);
  return folder;
}

test('has a commit on the disk before it acknowledges it', async () => {
  const syncs = vi.spyOn(fs, 'fsyncSync');
  syncBuiltinESMExports();
  onTestFinished(() => {
    syncs.mockRestore();
    syncBuiltinESMExports();
  });
  const folder = await database();
  const server = await openEmbeddedPostgres(folder, new EmbeddedSession(folder)); // in this thread, which is spied on
  const pool = new pg.Pool(server.connection);
  await pool.query('CREATE TABLE t (x int)');
  for (let i = 0; i < 3; i++) {
    const before = syncs.mock.calls.length;
    await pool.query('INSERT INTO t VALUES ($1)', [i]);
    expect(syncs.mock.calls.length).toBeGreaterThan(before);
  }
  await pool.end();
  await server.close();
});

test('begins anew where a process died while it made the database', async () => {
  const folder = join(await temporaryFolder(), 'database');
  await mkdir(folder);
  await mkdir(`${folder}.new`);
  await writeFile(join(`${folder}.new`, 'PG_VERSION'), '18\n');
  const server = await openEmbeddedPostgres(folder);
  const pool = new pg.Pool(server.connection);
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
  await server.close();
});

test('does not replace a folder with something else in it', async () => {
  const folder = join(await temporaryFolder(), 'database');
  await mkdir(folder);
  await writeFile(join(folder, 'thesis.txt'), 'the only copy');
  await expect(openEmbeddedPostgres(folder)).rejects.toMatchObject({ code: 'ENOTEMPTY' });
});

test('is reached whatever the environment says about servers', async () => {
  vi.stubEnv('PGSSLMODE', 'require');
  vi.stubEnv('PGHOST', 'elsewhere.example');
  vi.stubEnv('PGDATABASE', 'other');
  onTestFinished(() => void vi.unstubAllEnvs());
  const server = await openEmbeddedPostgres(await database());
  const pool = new pg.Pool(server.connection);
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
  await server.close();
});

test('keeps nothing of what it has answered', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const folder = await database();
  const server = await openEmbeddedPostgres(folder, new EmbeddedSession(folder)); // in this thread, whose memory is measured
  const pool = new pg.Pool(server.connection);
  const ask = async (times: number): Promise<number> => {
    for (let i = 0; i < times; i++) await pool.query("SELECT repeat('x', 200000)");
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await ask(20);
  expect((await ask(200)) - before).toBeLessThan(10e6); // of 40 MB that were answered
  await pool.end();
  await server.close();
});

test('rolls back what a lost connection had begun', async () => {
  const server = await openEmbeddedPostgres(await database());
  const pool = new pg.Pool(server.connection);
  await pool.query('CREATE TABLE t (x int)');
  const lost = await pool.connect();
  await lost.query('BEGIN');
  await lost.query('INSERT INTO t VALUES (1)');
  lost.release(true); // as the pool does after an error: the connection is thrown away
  expect((await pool.query('SELECT count(*)::int AS rows FROM t')).rows).toEqual([{ rows: 0 }]);
  await pool.end();
  await server.close();
});

test('is started again when its log could not be written, with all that it had acknowledged', async (context) => {
  const disk = await smallDisk(context, '100m');
  await copyEmptyDatabase(join(disk, 'database'));
  const server = await openEmbeddedPostgres(join(disk, 'database'));
  const pool = new pg.Pool(server.connection).on('error', () => undefined);
  await pool.query('CREATE TABLE t (x int)');
  await pool.query('INSERT INTO t VALUES (1)');
  const { bavail, bsize } = await statfs(disk);
  await writeFile(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - 4e6));
  const writeLog = async (): Promise<void> => {
    for (;;) await pool.query("SELECT pg_logical_emit_message(true, 'x', repeat('x', 1000000))");
  };
  await expect(writeLog()).rejects.toMatchObject({ severity: 'PANIC', code: '53100' });
  const count = 'SELECT count(*)::int AS rows FROM t';
  await expect(pool.query(count)).rejects.toThrow('No space left on device');
  await rm(join(disk, 'ballast'));
  await vi.waitUntil(() => pool.query('INSERT INTO t VALUES (2)').then(Boolean, () => false), { timeout: 60_000 });
  expect((await pool.query(count)).rows).toEqual([{ rows: 2 }]);
  await pool.end();
  await server.close();
});
