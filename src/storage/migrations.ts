import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { HubError } from '../errors.js';

/** A step of the database's schema. Never changes once a database has seen it. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** PostgreSQL's code for "there is no such table". */
const UNDEFINED_TABLE = '42P01';

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
 * Brings a database to the newest migration: all that it lacks or, when anything fails, nothing.
 * @throws CONFLICT when the database has seen migrations that are not these.
 */
export async function migrate(connection: pg.PoolConfig, migrations: readonly Migration[]): Promise<void> {
  // One connection, and never dropped when idle: BEGIN below must hold for all that follows.
  const pool = openPool({ ...connection, idleTimeoutMillis: 0 });
  try {
    if (lackingOf(migrations, await appliedMigrations(pool)).length === 0) return;
    const { applyMigrations } = await import('./schema-engine.js'); // 5 MB that a start without news does without
    await pool.query('BEGIN');
    await applyMigrations(pool, migrations);
    await pool.query('COMMIT');
  } finally {
    await pool.end(); // a transaction that is still open is rolled back
  }
}

/** Names of the migrations that a database lacks. Nothing is changed. @throws CONFLICT as `migrate` does. */
export async function lackingMigrations(
  connection: pg.PoolConfig,
  migrations: readonly Migration[],
): Promise<string[]> {
  const pool = openPool(connection);
  try {
    return lackingOf(migrations, await appliedMigrations(pool));
  } finally {
    await pool.end();
  }
}

/** One connection. Where it is lost, the next statement says so. */
function openPool(connection: pg.PoolConfig): pg.Pool {
  return new pg.Pool({ ...connection, max: 1 }).on('error', () => undefined);
}

/** A migration that a database has seen, as Prisma notes it. */
export interface AppliedMigration {
  readonly migration_name: string;
  readonly checksum: string;
}

async function appliedMigrations(pool: pg.Pool): Promise<AppliedMigration[]> {
  const sql =
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL';
  return pool.query<AppliedMigration>(sql).then(
    ({ rows }) => rows,
    (error: pg.DatabaseError) => {
      if (error.code === UNDEFINED_TABLE) return [];
      throw error;
    },
  );
}

/** Those of the known migrations that are not among the applied ones. @throws CONFLICT as `migrate` does. */
export function lackingOf(known: readonly Migration[], applied: readonly AppliedMigration[]): string[] {
  const checksums = new Map(known.map(({ name, sql }) => [name, createHash('sha256').update(sql).digest('hex')]));
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
