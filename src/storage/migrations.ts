import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { HubError } from '../errors.js';

/** One step of the database schema. Its SQL never changes after a database has seen it, comments included. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** A migration that a database has seen, as a row of Prisma's table. */
export interface AppliedMigration {
  readonly migration_name: string;
  /** SHA-256 of the SQL, in hex. */
  readonly checksum: string;
  /** Its mark; null for one that an earlier hub or Prisma itself applied. */
  readonly logs?: string | null;
}

/**
 * The mark in the first line of a migration. Code that does not know an `expand` migration runs on the database all the same, so
 * that processes of two releases can share it during an upgrade; `contract` takes away what older code needs.
 */
const EXPAND = 'expand';
const MARK = /^-- (expand|contract)\n/;

/** Key of the lock under which a database is migrated. Prisma's own engine takes the same one. */
const MIGRATION_LOCK = 72_707_369;

/** Prisma's table of migrations, column by column, so that `prisma migrate status` can read it. */
const MIGRATIONS_TABLE = `CREATE TABLE _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

/** The migrations in a folder, in their order. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql: sql.replaceAll('\r\n', '\n') }; // git may have changed the line ends on Windows
    }),
  );
}

/**
 * Brings a database to the newest migration. All that it lacks is applied in one transaction, so that a failure leaves
 * the database as it was, and an older hub can still open it. Hubs that start together wait for each other.
 * @throws CONFLICT when the database has seen migrations of a newer hub that are not marked `expand`, when one that is not so
 * marked is to be applied while older processes run, or when the database belongs to another program.
 */
export async function migrate(connection: pg.PoolConfig, migrations: readonly Migration[]): Promise<void> {
  await withClient(connection, async (client) => {
    if (lackingOf(migrations, known(await appliedMigrations(client), migrations)).length === 0) return;
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    const applied = known(await appliedMigrations(client), migrations); // another hub may have been here
    const lacking = new Set(lackingOf(migrations, applied));
    const contracting = migrations.find((each) => lacking.has(each.name) && markOf(each) !== EXPAND);
    if (contracting) await refuseWhileOthersRun(client, contracting);
    if (!(await hasMigrationsTable(client))) await createMigrationsTable(client);
    for (const migration of migrations) if (lacking.has(migration.name)) await apply(client, migration);
    await client.query('COMMIT');
  });
}

/** Names of the migrations that a database lacks. Nothing is changed. @throws CONFLICT as `migrate` does. */
export async function lackingMigrations(
  connection: pg.PoolConfig,
  migrations: readonly Migration[],
): Promise<string[]> {
  return withClient(connection, async (client) => lackingOf(migrations, await appliedMigrations(client)));
}

/** Those of the known migrations that are not among the applied ones. @throws CONFLICT as `migrate` does. */
export function lackingOf(known: readonly Migration[], applied: readonly AppliedMigration[]): string[] {
  const checksums = new Map(known.map(({ name, sql }) => [name, checksumOf(sql)]));
  const lacking = new Set(checksums.keys());
  for (const { migration_name: name, checksum } of applied) {
    lacking.delete(name);
    const expected = checksums.get(name);
    if (expected === checksum) continue;
    const how = expected ? 'in another form than this hub has it' : 'which this hub does not know';
    const message = `The data is newer than this hub: the database has seen the migration "${name}", ${how}. Use the version of the hub that wrote it, or a newer one.`;
    throw new HubError('CONFLICT', message, { migration: name });
  }
  return [...lacking];
}

/** The applied migrations without those of a newer hub on which this one can run. */
function known(applied: readonly AppliedMigration[], migrations: readonly Migration[]): AppliedMigration[] {
  const names = new Set(migrations.map(({ name }) => name));
  return applied.filter(({ migration_name, logs }) => names.has(migration_name) || logs !== EXPAND);
}

function markOf({ sql }: Migration): string | null {
  return MARK.exec(sql)?.[1] ?? null;
}

/** @throws CONFLICT while processes of an older release run on the database. */
async function refuseWhileOthersRun(client: pg.Client, { name }: Migration): Promise<void> {
  const { rows } = await client.query<{ found: boolean }>(`SELECT to_regclass('processes') IS NOT NULL AS found`);
  if (!rows[0]?.found) return;
  const live = `SELECT name FROM processes WHERE seen_at > now() - interval '15 seconds'`;
  const others = (await client.query<{ name: string }>(live)).rows.map((row) => row.name);
  if (others.length === 0) return;
  const message = `The migration "${name}" takes away what older processes need, and these run: ${others.join(', ')}. Stop them, then start this one.`;
  throw new HubError('CONFLICT', message, { migration: name, processes: others });
}

/** Works on a connection of its own. A transaction still open at the end is rolled back. */
async function withClient<T>(connection: pg.PoolConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(connection).on('error', () => undefined); // the next statement reports it
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function appliedMigrations(client: pg.Client): Promise<AppliedMigration[]> {
  if (!(await hasMigrationsTable(client))) return [];
  const { rows } = await client.query<AppliedMigration & { finished: boolean }>(
    `SELECT migration_name, checksum, logs, finished_at IS NOT NULL AS finished FROM _prisma_migrations
     WHERE rolled_back_at IS NULL`,
  );
  const failed = rows.find(({ finished }) => !finished);
  if (!failed) return rows;
  const message = `The migration "${failed.migration_name}" was begun on this database by another program and did not finish. Restore a backup, or repair the tables and run "prisma migrate resolve".`;
  throw new HubError('CONFLICT', message, { migration: failed.migration_name });
}

async function hasMigrationsTable(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
  );
  return rows[0]?.found === true;
}

/** @throws CONFLICT when the database has tables, which then are not the hub's. */
async function createMigrationsTable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT table_name::text AS name FROM information_schema.tables
     WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' LIMIT 1`,
  );
  const [foreign] = rows;
  if (foreign) {
    const message = `The database holds a table of another program, "${foreign.name}": name a database that is empty.`;
    throw new HubError('CONFLICT', message);
  }
  await client.query(MIGRATIONS_TABLE);
}

/** Executes the SQL of a migration and records it. */
async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const { name, sql } = migration;
  const id = randomUUID();
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, logs, started_at)
     VALUES ($1, $2, $3, $4, clock_timestamp())`,
    [id, checksumOf(sql), name, markOf(migration)],
  );
  await client.query(sql).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The migration "${name}" failed, and the database was left as it was: ${why}`, { cause: error });
  });
  const done = 'UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = $1';
  await client.query(done, [id]);
}

function checksumOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}
