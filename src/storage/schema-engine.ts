import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlQuery,
} from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import type { Migration } from './migrations.js';

const NO_FILTERS = { externalTables: [], externalEnums: [] };

/** Applies what the database lacks. All of it happens on the pool's one connection, so that the caller can undo it. */
export async function applyMigrations(pool: pg.Pool, migrations: readonly Migration[]): Promise<void> {
  const engine = await startEngine(pool);
  try {
    await engine.applyMigrations({ migrationsList: list(migrations), filters: NO_FILTERS });
  } finally {
    engine.free();
  }
}

/**
 * The SQL that leads from the migrations to a Prisma schema, or null when they say the same.
 * @param pool an empty database with one connection, which is spoilt by this
 */
export async function nextMigration(
  pool: pg.Pool,
  migrations: readonly Migration[],
  schema: string,
): Promise<string | null> {
  const engine = await startEngine(pool);
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'migrations', ...list(migrations) },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      exitCode: true, // 2 when there is a difference
      filters: NO_FILTERS,
    });
    return exitCode === 2 ? stdout : null;
  } finally {
    engine.free();
  }
}

function list(migrations: readonly Migration[]): MigrationList {
  return {
    baseDir: '',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

async function startEngine(pool: pg.Pool): Promise<SchemaEngine> {
  const { SchemaEngine } = await loadEngine();
  const factory = new PrismaPg(pool);
  const { provider, adapterName } = factory;
  const characters = charactersAsTexts(pool);
  const connect = async () => correct(await factory.connect(), characters);
  const bound = bindMigrationAwareSqlAdapterFactory({ provider, adapterName, connect, connectToShadowDb: connect });
  return SchemaEngine.new({ datamodels: undefined }, () => undefined, bound);
}

/** Prisma's adapter, corrected in two places where the engine needs more of it. */
function correct(adapter: SqlDriverAdapter, characters: ReadonlySet<number>): SqlDriverAdapter {
  const queryRaw = adapter.queryRaw.bind(adapter);
  return Object.assign(adapter, {
    // The adapter's own cuts a script at every semicolon, also those in texts and comments.
    async executeScript(sql: string) {
      await adapter.executeRaw({ sql, args: [], argTypes: [] });
    },
    async queryRaw(query: SqlQuery) {
      const result = await queryRaw(query);
      const columnTypes = result.columnTypes.map((type, i) => (characters.has(i) ? ColumnTypeEnum.Character : type));
      return { ...result, columnTypes };
    },
  });
}

/**
 * The adapter refuses columns of the catalogue's type "char", which the engine asks for. From here on the pool calls
 * them texts, and the returned set holds their places in its last answer.
 */
function charactersAsTexts(pool: pg.Pool): ReadonlySet<number> {
  const characters = new Set<number>();
  const query: (config: pg.QueryConfig) => Promise<pg.QueryResult> = pool.query.bind(pool);
  const { CHAR, TEXT } = pg.types.builtins;
  Object.assign(pool, {
    async query(config: pg.QueryConfig) {
      const result = await query(config);
      characters.clear();
      for (const [i, field] of (result.fields ?? []).entries()) {
        if (field.dataTypeID !== CHAR) continue;
        field.dataTypeID = TEXT;
        characters.add(i);
      }
      return result;
    },
  });
  return characters;
}

type Engine = typeof import('@prisma/schema-engine-wasm');
let loaded: Promise<Engine> | undefined;

/** Once in a process: the package's code has room for one instance only. */
function loadEngine(): Promise<Engine> {
  loaded ??= instantiate();
  return loaded;
}

/** As the package's main file does it, which however imports the .wasm file: Node cannot do that without a flag. */
async function instantiate(): Promise<Engine> {
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const wasm = await readFile(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': { ...glue } });
  glue.__wbg_set_wasm(instance.exports);
  // Where the engine leaves its last words when it panics.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: failWith } });
  (instance.exports.__wbindgen_start as () => void)();
  return glue;
}

function failWith(message: string): never {
  throw new Error(`The schema engine failed: ${message}`);
}
