import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { throwOfDatabase } from '../database-outage.js';
import { HubError } from '../errors.js';
import { PACKAGE_FOLDER } from '../package.js';
import { DatabasePool, SERVER_LIMITS } from './database-pool.js';
import { openEmbeddedPostgres } from './embedded-postgres.js';
import { onlyFiniteValues } from './finite-values.js';
import { Prisma, PrismaClient } from './generated/client.js';
import { type Listener, listenOnEveryConnection, type OnNotify, OwnConnection } from './listen.js';
import {
  type AppliedMigration,
  lackingMigrations,
  lackingOf,
  type Migration,
  migrate,
  readMigrations,
} from './migrations.js';
import { optimizeWebAssemblyLater } from './web-assembly.js';

export { Prisma, type PrismaClient };

/** Prisma's code for a duplicate value in a unique column. */
const UNIQUE_VIOLATION = 'P2002';
/** Prisma's code for a change that no row meets the condition of. */
const MISSING = 'P2025';

/** The hub's database, at the newest migration. */
export interface Database {
  /** Inside an interactive transaction use only the client passed in: PGlite has one connection, which it holds. */
  readonly client: PrismaClient;
  /** The connections of the client. An embedded database has one, so that a query waits for open transactions. */
  readonly pool: DatabasePool;
  readonly kind: 'pglite' | 'postgresql';
  /** Listens on a channel. @returns the function that ends it. */
  listen(channel: string, heard: OnNotify): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const MIGRATIONS = join(PACKAGE_FOLDER, 'prisma', 'migrations');

/**
 * Milliseconds. Transactions on PGlite wait for each other, and for a backup, which reads some 30,000 rows a second: with
 * Prisma's default of 2 s some would fail.
 */
const TRANSACTION_LIMITS = { maxWait: 300_000, timeout: 10_000 };

export interface DatabaseOptions {
  /** URL of a PostgreSQL server. Without it the database is embedded in this process. */
  readonly url?: string | undefined;
  /** Folder of the embedded database. The caller holds the lock on the data folder. */
  readonly folder: string;
  /** Folder of the migrations; tests name their own. */
  readonly migrations?: string;
}

/**
 * Opens the database and applies the migrations that it lacks.
 * @throws CONFLICT when it was written by a newer hub.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return open(options, (connection, migrations) => migrate(connection, migrations), SERVER_LIMITS);
}

/**
 * Opens a database without applying migrations, and names those that it lacks.
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
 * Creates an empty database at a given set of migrations.
 * @throws CONFLICT when the migrations are of a newer hub, or when the database holds a hub already.
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
  limits: pg.PoolConfig = {},
): Promise<Database> {
  optimizeWebAssemblyLater();
  const server = options.url === undefined ? await openEmbedded(options.folder) : external(options.url);
  try {
    await prepare(server.connection, await readMigrations(options.migrations ?? MIGRATIONS));
  } catch (error) {
    await server.close();
    throwOfDatabase(error);
  }
  const pool = new DatabasePool({ ...server.connection, ...(server.kind === 'postgresql' ? limits : {}) });
  const plain = new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: TRANSACTION_LIMITS });
  const client = plain.$extends(onlyFiniteValues) as unknown as PrismaClient; // the same methods
  const listener = server.openListener(pool);
  return {
    client,
    pool,
    kind: server.kind,
    listen: (channel, heard) => listener.listen(channel, heard),
    async close() {
      await listener.close();
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

/** For `catch`: ignores a unique violation and throws any other error on. */
export function unlessUniqueViolation(error: unknown): void {
  if (!isUniqueViolation(error)) throw error;
}

interface Server {
  readonly kind: Database['kind'];
  readonly connection: pg.PoolConfig;
  openListener(pool: pg.Pool): Listener;
  close(): Promise<void>;
}

async function openEmbedded(folder: string): Promise<Server> {
  return { kind: 'pglite', openListener: listenOnEveryConnection, ...(await openEmbeddedPostgres(folder)) };
}

function external(url: string): Server {
  const connection = { connectionString: url };
  const openListener = (): Listener => new OwnConnection(connection);
  return { kind: 'postgresql', connection, openListener, close: async () => undefined };
}
