// Makes the database that every other begins as a copy of, unless it is there. It holds the tables of the job queue, and none of
// the hub's own, which migrations make.   (npm run build)
import { rename, rm } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { pino } from 'pino';
import { JobQueue } from '../dist/jobs/queue.js';
import { isDatabase, NEW_DATABASE, openEmbeddedPostgres } from '../dist/storage/embedded-postgres.js';

if (!(await isDatabase(NEW_DATABASE))) {
  const unfinished = `${NEW_DATABASE}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await (await PGlite.create(unfinished)).close();
  const server = await openEmbeddedPostgres(unfinished);
  const pool = new pg.Pool(server.connection);
  const database = { pool, kind: 'pglite', listen: async () => async () => undefined };
  await (await JobQueue.open(database, pino({ level: 'silent' }))).close();
  await pool.end();
  await server.close();
  await rename(unfinished, NEW_DATABASE);
}
