// Writes the migration that leads from prisma/migrations to prisma/schema.prisma.
// npm run db:migration -- NAME   (after `npm run build`)
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openEmbeddedPostgres } from '../out/storage/embedded-postgres.js';
import { readMigrations } from '../out/storage/migrations.js';
import { nextMigration } from './schema-engine.mjs';

const [name] = process.argv.slice(2);
if (!name || !/^[a-z0-9-]+$/.test(name)) {
  throw new Error('usage: npm run db:migration -- NAME   with a name such as "add-run-notes"');
}
const here = fileURLToPath(new URL('.', import.meta.url));
const migrations = join(here, 'migrations');
const scratch = await openEmbeddedPostgres();
const pool = new pg.Pool(scratch.connection);
const schema = await readFile(join(here, 'schema.prisma'), 'utf8');
const sql = await nextMigration(pool, await readMigrations(migrations), schema);
await pool.end();
await scratch.close();

if (sql === null) {
  console.log('Nothing to do: the migrations make what schema.prisma describes.');
} else {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(migrations, `${time}_${name}`);
  await mkdir(folder);
  await writeFile(join(folder, 'migration.sql'), sql);
  console.log(`Written: prisma/migrations/${time}_${name}/migration.sql. Read it, its mark too, before you commit it.`);
}
