import type { PrismaClient } from '../../src/storage/database.js';

/** A column in PostgreSQL's catalog. */
interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isGenerated: boolean;
  /** Labels of an enum, or of an array of one. */
  readonly label: string | null;
  /** Table and column of its foreign key. */
  readonly target: string | null;
  readonly targetColumn: string | null;
}

/** Text columns with a fixed set of values, on which later migrations rely. */
const KNOWN: Readonly<Record<string, string>> = { 'tokens.role': 'admin' };

/** A row that was inserted. */
export interface AnyRow {
  readonly table: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Inserts a row into every table of a database: each column gets a value of its type, each foreign key the row of its table.
 * @param n makes the rows differ from those of other calls.
 */
export async function fillTables(client: PrismaClient, n: number): Promise<AnyRow[]> {
  const columns = await columnsOf(client);
  const waiting = new Set(columns.map(({ table }) => table));
  const filled = new Map<string, AnyRow>();
  while (waiting.size > 0) {
    const ready = [...waiting].filter((table) => columns.every((column) => column.table !== table || !waits(column)));
    if (ready.length === 0) throw new Error(`tables that refer to each other: ${[...waiting].join(', ')}`);
    for (const table of ready) {
      const own = columns.filter((column) => column.table === table && !column.isGenerated);
      const values = Object.fromEntries(own.map((column) => [column.column, valueFor(column)]));
      const sql = `INSERT INTO "${table}" (${own.map(({ column }) => `"${column}"`).join()})
        SELECT ${own.map(({ column }) => `"${column}"`).join()} FROM json_populate_record(NULL::"${table}", $1::text::json)`;
      await client.$executeRawUnsafe(sql, JSON.stringify(values));
      filled.set(table, { table, values });
      waiting.delete(table);
    }
  }
  return [...filled.values()];

  function waits({ table, target }: Column): boolean {
    return target !== null && target !== table && waiting.has(target);
  }

  function valueFor({ table, column, type, label, target, targetColumn }: Column): unknown {
    if (target === table) return null;
    if (target !== null) return filled.get(target)?.values[targetColumn as string];
    if (type.startsWith('_')) return [label ?? `${column}-${n}`];
    if (label !== null) return label;
    const known = KNOWN[`${table}.${column}`];
    if (known !== undefined) return known;
    if (type === 'text' || type === 'varchar') return `${table}-${column}-${n}`;
    if (type === 'bool') return true;
    if (type === 'jsonb') return { n };
    if (type.startsWith('float')) return n + 0.1;
    if (type.startsWith('int')) return n;
    if (type.startsWith('timestamp')) {
      return `2026-01-01T00:00:00.00${1 + (n % 9)}${type === 'timestamptz' ? '+00:00' : ''}`;
    }
    throw new Error(`no value for ${table}.${column} of type ${type}`);
  }
}

async function columnsOf(client: PrismaClient): Promise<Column[]> {
  return client.$queryRaw<Column[]>`
    SELECT c.relname::text AS table, a.attname::text AS column, t.typname::text AS type,
      coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%', false) AS "isGenerated",
      (SELECT enumlabel::text FROM pg_enum WHERE enumtypid IN (t.oid, t.typelem) ORDER BY enumsortorder LIMIT 1) AS label,
      f.relname::text AS target, fa.attname::text AS "targetColumn"
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum]
    LEFT JOIN pg_class f ON f.oid = k.confrelid
    LEFT JOIN pg_attribute fa ON fa.attrelid = f.oid AND fa.attnum = k.confkey[1]
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname <> '_prisma_migrations'
    ORDER BY c.relname, a.attnum`;
}
