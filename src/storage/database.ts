import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { HubError } from '../errors.js';
import { Prisma, PrismaClient } from './generated/client.js';
import { listenOnEveryConnection, listenOnOwnConnection } from './listen.js';
import {
  type AppliedMigration,
  lackingMigrations,
  lackingOf,
  type Migration,
  migrate,
  readMigrations,
} from './migrations.js';

export { Prisma, type PrismaClient };

/** Prisma's code for a value that another row has already, where each must have its own. */
const UNIQUE_VIOLATION = 'P2002';
/** Prisma's code for a row that is to be changed and is not there, or not as the condition says. */
const MISSING = 'P2025';

/** The hub's database, at the newest migration. */
export interface Database {
  /** Inside an interactive transaction use only what it passes in: PGlite has one connection, and this one is taken. */
  readonly client: PrismaClient;
  /** The connections of the client. An embedded database has only one: what waits for it waits for open transactions. */
  readonly pool: pg.Pool;
  readonly kind: 'pglite' | 'postgresql';
  /** Hears what is sent with NOTIFY on a channel. @returns what ends it. */
  listen(channel: string, heard: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The same place seen from src/storage and from dist/storage. */
const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/**
 * In milliseconds. Transactions on PGlite wait for each other, and for a backup that reads all rows, some 30,000 a second:
 * Prisma's own 2 s would fail some.
 */
const TRANSACTION_LIMITS = { maxWait: 300_000, timeout: 10_000 };

export interface DatabaseOptions {
  /** A PostgreSQL server's; without it the database is embedded in this process. */
  readonly url?: string | undefined;
  /** Of the embedded database. The caller holds the lock on the data folder. */
  readonly folder: string;
  /** Folder with the migrations, for tests. */
  readonly migrations?: string;
}

/**
 * Opens the database and applies the migrations that it lacks.
 * @throws CONFLICT when it was written by a newer hub.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return open(options, (connection, migrations) => migrate(connection, migrations));
}

/**
 * Opens a database to look at it: no migration is applied, and those that it lacks are named.
 * @throws CONFLICT when it was written by a newer hub.
 */
export async function inspectDatabase(options: DatabaseOptions): Promise<Database & { lacks: readonly string[] }> {
  let lacks: readonly string[] = [];
  const database = await open(options, async (connection, migrations) => {
    lacks = await lackingMigrations(connection, migrations);
  });
  return { ...database, lacks };
}

/**
 * Makes a database that has seen certain migrations and no others, and that holds nothing yet.
 * @throws CONFLICT when the migrations are of a newer hub, or when a database is there.
 */
export async function createDatabase(
  options: DatabaseOptions,
  applied: readonly AppliedMigration[],
): Promise<Database> {
  return open(options, async (connection, migrations) => {
    const later = new Set(lackingOf(migrations, applied));
    if ((await lackingMigrations(connection, migrations)).length < migrations.length) {
      throw new HubError('CONFLICT', 'The database holds a hub already: name one that is empty.');
    }
    await migrate(
      connection,
      migrations.filter(({ name }) => !later.has(name)),
    );
  });
}

async function open(
  options: DatabaseOptions,
  prepare: (connection: pg.PoolConfig, migrations: readonly Migration[]) => Promise<void>,
): Promise<Database> {
  const migrations = await readMigrations(options.migrations ?? MIGRATIONS);
  const server = options.url === undefined ? await openEmbedded(options.folder) : external(options.url);
  try {
    await prepare(server.connection, migrations);
  } catch (error) {
    await server.close();
    throw error;
  }
  const pool = new pg.Pool(server.connection);
  const client = new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: TRANSACTION_LIMITS });
  return {
    client,
    pool,
    kind: server.kind,
    listen: (channel, heard) => server.listen(pool, channel, heard),
    async close() {
      await client.$disconnect();
      await pool.end();
      await server.close();
    },
  };
}

/** Whether a write failed because another row has the same name, number or hash. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === UNIQUE_VIOLATION;
}

/** Whether a change failed because no row meets its condition. */
export function isMissing(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === MISSING;
}

/** For `catch`: lets a write pass whose row is there already; anything else is thrown on. */
export function unlessUniqueViolation(error: unknown): void {
  if (!isUniqueViolation(error)) throw error;
}

interface Server {
  readonly kind: Database['kind'];
  readonly connection: pg.PoolConfig;
  listen(pool: pg.Pool, channel: string, heard: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

async function openEmbedded(folder: string): Promise<Server> {
  const { openEmbeddedPostgres } = await import('./embedded-postgres.js'); // 15 MB that a hub with a server does without
  return { kind: 'pglite', listen: listenOnEveryConnection, ...(await openEmbeddedPostgres(folder)) };
}

function external(url: string): Server {
  const connection = { connectionString: url };
  const listen: Server['listen'] = (_, channel, heard) => listenOnOwnConnection(connection, channel, heard);
  return { kind: 'postgresql', connection, listen, close: async () => undefined };
}
