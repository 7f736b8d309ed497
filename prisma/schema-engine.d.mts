import type pg from 'pg';

/** The SQL that leads from the migrations to a Prisma schema, marked with its phase; null when they agree. */
export function nextMigration(
  pool: pg.Pool,
  migrations: readonly { readonly name: string; readonly sql: string }[],
  schema: string,
): Promise<string | null>;
