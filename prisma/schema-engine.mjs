// Prisma's schema engine in WebAssembly, for development: it compares the migrations with schema.prisma. A hub that runs
// applies migrations without it (src/storage/migrations.ts).
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';

const NO_FILTERS = { externalTables: [], externalEnums: [] };

/** Statements after which a hub of before fails. */
const CONTRACTS = [
  /\bDROP (TABLE|COLUMN|TYPE)\b/,
  /\bRENAME\b/,
  /\bSET (NOT NULL|DATA TYPE)\b/,
  /\bADD COLUMN\b[^,;]*\bNOT NULL(?! DEFAULT)/,
];

/** "expand" for SQL after which an older hub still works on the database, else "contract". */
function phaseOf(sql) {
  return CONTRACTS.some((statement) => statement.test(sql)) ? 'contract' : 'expand';
}

/**
 * The SQL that leads from the migrations to a Prisma schema, marked with its phase; null when they agree.
 * @param pool an empty database with one connection, which is unusable afterwards
 */
export async function nextMigration(pool, migrations, schema) {
  const engine = await startEngine(pool);
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'migrations', ...list(migrations) },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      exitCode: true, // 2 when there is a difference
      filters: NO_FILTERS,
    });
    return exitCode === 2 ? `-- ${phaseOf(stdout)}\n${stdout}` : null;
  } finally {
    engine.free();
  }
}

function list(migrations) {
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

async function startEngine(pool) {
  const { SchemaEngine } = await loadEngine();
  const factory = new PrismaPg(pool);
  const { provider, adapterName } = factory;
  const characters = charactersAsTexts(pool);
  const connect = async () => correct(await factory.connect(), characters);
  const bound = bindMigrationAwareSqlAdapterFactory({ provider, adapterName, connect, connectToShadowDb: connect });
  return SchemaEngine.new({ datamodels: undefined }, () => undefined, bound);
}

/** Prisma's adapter, corrected in two places where the engine needs more of it. */
function correct(adapter, characters) {
  const queryRaw = adapter.queryRaw.bind(adapter);
  return Object.assign(adapter, {
    // The adapter's own cuts a script at every semicolon, also those in texts and comments.
    async executeScript(sql) {
      await adapter.executeRaw({ sql, args: [], argTypes: [] });
    },
    async queryRaw(query) {
      const result = await queryRaw(query);
      const columnTypes = result.columnTypes.map((type, i) => (characters.has(i) ? ColumnTypeEnum.Character : type));
      return { ...result, columnTypes };
    },
  });
}

/**
 * The adapter refuses columns of the catalog's type "char", which the engine asks for. From here on the pool reports
 * them as texts, and the returned set holds their positions in its last answer.
 */
function charactersAsTexts(pool) {
  const characters = new Set();
  const query = pool.query.bind(pool);
  const { CHAR, TEXT } = pg.types.builtins;
  pool.query = async (config) => {
    const result = await query(config);
    characters.clear();
    for (const [i, field] of (result.fields ?? []).entries()) {
      if (field.dataTypeID !== CHAR) continue;
      field.dataTypeID = TEXT;
      characters.add(i);
    }
    return result;
  };
  return characters;
}

let loaded;

/** Once in a process: the package's code has room for one instance only. */
function loadEngine() {
  loaded ??= instantiate();
  return loaded;
}

/** Does what the package's main file does, which imports the .wasm file: Node cannot do that without a flag. */
async function instantiate() {
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const wasm = await readFile(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': { ...glue } });
  glue.__wbg_set_wasm(instance.exports);
  // The engine calls this when it panics.
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: failWith };
  instance.exports.__wbindgen_start();
  return glue;
}

function failWith(message) {
  throw new Error(`The schema engine failed: ${message}`);
}
