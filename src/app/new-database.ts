import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pino } from 'pino';
import { JobQueue } from '../jobs/queue.js';
import type { Database } from '../storage/database.js';
import { DatabasePool } from '../storage/database-pool.js';
import { NEW_DATABASE, NEW_DATABASE_FOLDERS, openEmbeddedPostgres } from '../storage/embedded-postgres.js';

/**
 * Entry point of the build: creates the database that every other begins as a copy of. It holds the tables of the job queue, and
 * none of the hub's own, which migrations create.
 */
const unfinished = `${NEW_DATABASE}.new`;
await rm(unfinished, { recursive: true, force: true });
await (await PGlite.create(unfinished)).close();
const server = await openEmbeddedPostgres(unfinished);
const pool = new DatabasePool(server.connection);
// All that a queue uses while it opens.
const database: Partial<Database> = { pool, kind: 'pglite', listen: async () => async () => undefined };
await (await JobQueue.open(database as Database, pino({ level: 'silent' }))).close();
await pool.end();
await server.close();
const entries = await readdir(unfinished, { recursive: true, withFileTypes: true });
const folders = entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
await writeFile(NEW_DATABASE_FOLDERS, JSON.stringify(folders.map((folder) => relative(unfinished, folder))));
await rm(NEW_DATABASE, { recursive: true, force: true });
await rename(unfinished, NEW_DATABASE);
