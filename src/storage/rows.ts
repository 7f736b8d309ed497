import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import type { Prisma, PrismaClient } from './generated/client.js';
import type { AppliedMigration } from './migrations.js';

/** The rows of a database at one moment, in files of JSON lines, one per table and named after it. */
export interface Rows {
  /** The migrations that the database had seen. */
  readonly migrations: readonly AppliedMigration[];
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly sequences: readonly { readonly name: string; readonly last: number }[];
}

/** Rows per statement. */
const BATCH = 1000;
/** Milliseconds. A transaction over all rows may take hours. */
const TRANSACTION = { maxWait: 60_000, timeout: 24 * 3_600_000 } as const;

/** The file of the rows of a table. */
export const rowFile = (folder: string, table: string): string => join(folder, `${table}.jsonl`);

/** Runs work that sees the database as it is at this moment. An embedded database answers no other request meanwhile. */
export function atOneMoment<T>(client: PrismaClient, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
  return client.$transaction(work, { ...TRANSACTION, isolationLevel: 'RepeatableRead' });
}

/** Writes the rows of all tables but those left out to files. */
export async function writeRows(
  tx: Prisma.TransactionClient,
  folder: string,
  leftOut: readonly string[],
): Promise<Rows> {
  const tables: { name: string; rows: number }[] = [];
  for (const name of await tableNames(tx)) {
    if (leftOut.includes(name)) continue;
    tables.push({ name, rows: await writeTable(tx, name, rowFile(folder, name)) });
  }
  return {
    tables,
    migrations: await tx.$queryRaw<AppliedMigration[]>`
      SELECT migration_name, checksum FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
    sequences: await tx.$queryRaw<{ name: string; last: number }[]>`
      SELECT sequencename::text AS name, last_value::float8 AS last FROM pg_sequences
      WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY sequencename`,
  };
}

/** Reads every row of every table, so that damage is found. @returns the number of rows. */
export async function countRows(client: PrismaClient): Promise<number> {
  let rows = 0;
  for (const name of await tableNames(client)) {
    const sql = `SELECT count(*)::float8 AS rows, sum(length(row_to_json(t)::text)) FROM "${name}" t`;
    rows += (await client.$queryRawUnsafe<[{ rows: number }]>(sql))[0].rows;
  }
  return rows;
}

async function tableNames(tx: Prisma.TransactionClient): Promise<string[]> {
  const tables = await tx.$queryRaw<{ name: string }[]>`
    SELECT table_name::text AS name FROM information_schema.tables
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> '_prisma_migrations'
    ORDER BY table_name`;
  return tables.map(({ name }) => name);
}

async function writeTable(tx: Prisma.TransactionClient, table: string, file: string): Promise<number> {
  const out = createWriteStream(file, { mode: 0o600 });
  const ended = finished(out);
  ended.catch(() => undefined); // awaited below
  let rows = 0;
  await tx.$executeRawUnsafe(
    `DECLARE all_rows NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS row FROM "${table}" t`,
  );
  for (;;) {
    const batch = await tx.$queryRawUnsafe<{ row: string }[]>(`FETCH ${BATCH} FROM all_rows`);
    rows += batch.length;
    if (batch.length > 0 && !out.write(`${batch.map(({ row }) => row).join('\n')}\n`)) {
      await Promise.race([once(out, 'drain'), ended]);
    }
    if (batch.length < BATCH) break;
  }
  await tx.$executeRawUnsafe('CLOSE all_rows');
  out.end();
  await ended;
  return rows;
}

/**
 * Writes rows into an empty database at the same migrations: all of them or, when anything fails, none. References are
 * checked after the last row.
 */
export async function readRows(client: PrismaClient, { tables, sequences }: Rows, folder: string): Promise<void> {
  await client.$transaction(async (tx) => {
    const references = await tx.$queryRaw<{ table: string; name: string }[]>`
      SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name FROM pg_constraint
      WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`;
    const checkReferences = async (when: string): Promise<void> => {
      for (const { table, name } of references) {
        await tx.$executeRawUnsafe(`ALTER TABLE ${table} ALTER CONSTRAINT ${name} ${when}`);
      }
    };
    await checkReferences('DEFERRABLE INITIALLY DEFERRED');
    for (const { name } of tables) {
      for await (const batch of batches(rowFile(folder, name))) {
        const sql = `INSERT INTO "${name}" SELECT * FROM json_populate_recordset(NULL::"${name}", $1::text::json)`;
        await tx.$executeRawUnsafe(sql, `[${batch.join(',')}]`);
      }
    }
    for (const { name, last } of sequences) {
      await tx.$queryRawUnsafe('SELECT setval(quote_ident($1)::regclass, $2::bigint)::text', name, last);
    }
    await tx.$executeRaw`SET CONSTRAINTS ALL IMMEDIATE`;
    await checkReferences('NOT DEFERRABLE');
  }, TRANSACTION);
}

async function* batches(file: string): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (batch.push(line) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
