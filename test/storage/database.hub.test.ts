import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { nextMigration } from '../../prisma/schema-engine.mjs';
import { type Database, isUniqueViolation, openDatabase, type PrismaClient } from '../../src/storage/database.js';
import { openEmbeddedPostgres } from '../../src/storage/embedded-postgres.js';
import { readMigrations } from '../../src/storage/migrations.js';
import { copyEmptyDatabase } from '../support/empty-database.js';
import { startChild, temporaryFolder } from './fixtures.js';

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
const SCHEMA = new URL('../../prisma/schema.prisma', import.meta.url);

/** Folder of an empty database at the newest migration. */
async function emptyDatabase(): Promise<string> {
  const folder = join(await temporaryFolder(), 'database');
  await copyEmptyDatabase(folder);
  return folder;
}

/** Opens a database that is closed when the test ends, whatever its end is. */
async function open(folder: string, migrations?: string): Promise<Database> {
  const database = await openDatabase({ folder, ...(migrations ? { migrations } : {}) });
  onTestFinished(() => database.close());
  return database;
}

const VERSION = {
  ...{ number: 1, contentHash: 'a'.repeat(64), manifestBlob: 'b'.repeat(64), classes: ['cat', 'dog'], source: 'test' },
  ...{ counts: { train: { cat: 2, dog: 1 } }, imageCount: 3, bytes: 2n ** 40n, rejected: [], rejectedCount: 0 },
};

async function datasetVersion(client: PrismaClient): Promise<{ id: string; datasetId: string }> {
  const { id: datasetId } = await client.dataset.create({ data: { name: 'pets' } });
  return client.datasetVersion.create({ data: { ...VERSION, datasetId } });
}

describe('an embedded database', () => {
  test('keeps its rows when it is closed and opened again', async () => {
    const folder = await emptyDatabase();
    const first = await openDatabase({ folder });
    expect(first.kind).toBe('pglite');
    const { id } = await datasetVersion(first.client);
    await first.close();

    const { client } = await open(folder);
    const version = await client.datasetVersion.findUniqueOrThrow({ where: { id }, include: { dataset: true } });
    expect(version).toMatchObject({
      dataset: { name: 'pets', description: null },
      bytes: 2n ** 40n,
      classes: ['cat', 'dog'],
      counts: { train: { cat: 2, dog: 1 } },
      width: null,
    });
  });

  test('loses no acknowledged row when its process is killed while it writes', async () => {
    const folder = await emptyDatabase();
    const child = await startChild('write-rows', folder);
    const acknowledged: string[] = [];
    for await (const name of child.lines) {
      acknowledged.push(name);
      if (acknowledged.length === 25) child.process.kill('SIGKILL'); // what it prints until it dies counts too
    }
    await child.kill();

    const { client } = await open(folder);
    const rows = await client.dataset.findMany({ where: { name: { in: acknowledged } } });
    expect(rows.map((row) => row.name).sort()).toEqual(acknowledged.sort());
    expect(acknowledged.length).toBeGreaterThanOrEqual(25);
  });

  test('keeps concurrent statements apart, however large their values are', async () => {
    const { client } = await open(await emptyDatabase());
    const names = Array.from({ length: 40 }, (_, i) => `d${i}`);
    const created = names.map((name, i) =>
      client.dataset.create({ data: { name, description: i % 4 ? name : name.repeat(100_000) } }),
    );
    const read = names.map((name) => client.dataset.findMany({ where: { name } }));
    const rows = await Promise.all(created);
    expect(rows.map((row) => row.name)).toEqual(names);
    expect(rows.map((row) => row.description?.slice(0, row.name.length))).toEqual(names);
    for (const [i, found] of (await Promise.all(read)).entries()) {
      for (const row of found) expect(row.name).toBe(names[i]);
    }
  });

  test('reads many relations in a transaction without a warning that its connection is busy', async () => {
    const { client } = await open(await emptyDatabase());
    const { id } = await datasetVersion(client);
    await client.run.create({ data: { kind: 'TRANSFER', datasetVersionId: id, backboneName: 'any', recipe: {} } });
    const warned = vi.spyOn(process, 'emitWarning');
    onTestFinished(() => warned.mockRestore());
    const include = { epochs: true, events: true, modelVersions: true, reproductions: true } as const;
    const [run] = await client.$transaction((tx) => tx.run.findMany({ include }));
    expect(run).toMatchObject({ epochs: [], events: [], modelVersions: [], reproductions: [] });
    expect(warned).not.toHaveBeenCalled();
  });

  test('does all of a transaction or nothing, and goes on afterwards', async () => {
    const { client } = await open(await emptyDatabase());
    const failing = client.$transaction(async (transaction) => {
      await transaction.dataset.create({ data: { name: 'first' } });
      await transaction.dataset.create({ data: { name: 'first' } });
    });
    await expect(failing).rejects.toSatisfy(isUniqueViolation);
    expect(await client.dataset.count()).toBe(0);
    const numbers = Array.from({ length: 10 }, (_, i) => i);
    await Promise.all(
      numbers.map((i) => client.$transaction((transaction) => transaction.dataset.create({ data: { name: `${i}` } }))),
    );
    expect(await client.dataset.count()).toBe(10);
  });
});

/** Of a PostgreSQL server on which these tests may make and drop databases. */
const SERVER = process.env.HUB_TEST_DATABASE_URL;

describe.runIf(SERVER)('a PostgreSQL server', () => {
  test('does the same as the embedded database', async () => {
    const admin = new pg.Client({ connectionString: SERVER });
    await admin.connect();
    await admin.query('CREATE DATABASE hub_test');
    const url = Object.assign(new URL(SERVER as string), { pathname: '/hub_test' }).href;
    for (const datasets of [1, 2]) {
      const database = await openDatabase({ url, folder: 'unused' });
      expect(database.kind).toBe('postgresql');
      await database.client.dataset.create({ data: { name: `d${datasets}` } });
      expect(await database.client.dataset.count()).toBe(datasets);
      await expect(database.client.dataset.create({ data: { name: 'd1' } })).rejects.toSatisfy(isUniqueViolation);
      await database.close();
    }
    await admin.query('DROP DATABASE hub_test');
    await admin.end();
  });

  test('is migrated once by hubs that start together', async () => {
    const admin = new pg.Client({ connectionString: SERVER });
    await admin.connect();
    await admin.query('CREATE DATABASE hub_race');
    const url = Object.assign(new URL(SERVER as string), { pathname: '/hub_race' }).href;
    const hubs = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ url, folder: 'unused' })));
    const { length } = await readMigrations(MIGRATIONS);
    for (const { client, close } of hubs) {
      expect(await client.$queryRaw`SELECT count(*)::int AS seen FROM _prisma_migrations`).toEqual([{ seen: length }]);
      await close();
    }
    await admin.query('DROP DATABASE hub_race');
    await admin.end();
  });
});

/** What `npm run db:migration` would write. */
async function newMigration(schema: string): Promise<string | null> {
  const scratch = await openEmbeddedPostgres();
  const pool = new pg.Pool(scratch.connection);
  const difference = await nextMigration(pool, await readMigrations(MIGRATIONS), schema);
  await pool.end();
  await scratch.close();
  return difference;
}

describe('the tables', () => {
  test('are what schema.prisma describes', async () => {
    expect(await newMigration(await readFile(SCHEMA, 'utf8'))).toBeNull();
  });

  test('refuse a name or a number twice', async () => {
    const { client } = await open(await emptyDatabase());
    const { datasetId } = await datasetVersion(client);
    const version = (changes: { number?: number; contentHash?: string }) =>
      client.datasetVersion.create({ data: { ...VERSION, datasetId, ...changes } });
    const twice = [
      () => client.dataset.create({ data: { name: 'pets' } }),
      () => version({ contentHash: 'c'.repeat(64) }),
    ];
    for (const create of twice) await expect(create()).rejects.toSatisfy(isUniqueViolation);
    await version({ number: 2 });
    const other = await client.dataset.delete({ where: { id: 'none' } }).catch((error: unknown) => error);
    expect(isUniqueViolation(other)).toBe(false);
  });

  test('refuse to delete what something refers to; epochs go with their run', async () => {
    const { client } = await open(await emptyDatabase());
    const { id, datasetId } = await datasetVersion(client);
    const metrics = { trainLoss: 1, trainAccuracy: 0.5, validationLoss: 1, validationAccuracy: 0.5, seconds: 1 };
    const run = await client.run.create({
      data: {
        ...{ kind: 'TRANSFER', datasetVersionId: id, backboneName: 'any', recipe: {} },
        epochs: { create: [1, 2].map((epoch) => ({ epoch, ...metrics })) },
      },
    });
    await expect(client.dataset.delete({ where: { id: datasetId } })).rejects.toMatchObject({ code: 'P2003' });
    await expect(client.datasetVersion.delete({ where: { id } })).rejects.toMatchObject({ code: 'P2003' });
    await client.run.delete({ where: { id: run.id } });
    expect(await client.runEpoch.count()).toBe(0);
    await client.datasetVersion.delete({ where: { id } });
  });
});

describe('migrations', () => {
  /** Phases of those that are older than the marks. Databases know their checksums, so their files cannot change. */
  const UNMARKED: Readonly<Record<string, 'expand' | 'contract'>> = {
    '20261124040604_init': 'expand',
    '20261125001216_drop-checkpoint-epoch': 'contract',
    '20261125141919_run-life': 'expand',
    '20261125142006_dataset-versions-inspected': 'expand',
    '20261125142249_run-record': 'expand',
    '20261125144403_sweeps': 'expand',
    '20261125184113_roles': 'contract',
    '20261125184405_expected-answers': 'expand',
    '20261125190314_audit-and-gate': 'contract',
    '20261125192320_webhooks': 'expand',
    '20261125201500_version-serving': 'expand',
    '20261126015704_trials-and-predictions': 'expand',
    '20261126015720_model-imports': 'expand',
    '20261126021559_add-version-calibrations': 'expand',
  };

  test('say in their first line whether an older hub still works after them', async () => {
    for (const { name, sql } of await readMigrations(MIGRATIONS)) {
      const [, mark] = /^-- (expand|contract)\n/.exec(sql) ?? [];
      expect(UNMARKED[name] ?? mark, name).toMatch(/^(expand|contract)$/);
      expect(name in UNMARKED, name).toBe(mark === undefined);
    }
  });

  test.each([
    [
      'a new column that may be null',
      (schema: string) => schema.replace('model Dataset {', 'model Dataset {\n  more String?'),
      'expand',
    ],
    [
      'a new column that may not',
      (schema: string) => schema.replace('model Dataset {', 'model Dataset {\n  more String'),
      'contract',
    ],
    ['a column that is gone', (schema: string) => schema.replace(/^ +description +String\?.*\n/m, ''), 'contract'],
  ])('are marked by what they do: %s', async (_, change, mark) => {
    const schema = await readFile(SCHEMA, 'utf8');
    expect(change(schema)).not.toBe(schema);
    expect(await newMigration(change(schema))).toMatch(new RegExp(`^-- ${mark}\n-- `));
  });

  test('are recorded as Prisma records them, with their mark, in their order', async () => {
    const { client } = await open(await emptyDatabase());
    const rows = await client.$queryRaw<Record<string, unknown>[]>`
      SELECT migration_name, checksum, applied_steps_count, finished_at >= started_at AS finished, logs, rolled_back_at
      FROM _prisma_migrations ORDER BY started_at`;
    const expected = (await readMigrations(MIGRATIONS)).map(({ name, sql }) => {
      const checksum = createHash('sha256').update(sql).digest('hex');
      const logs = /^-- (expand|contract)\n/.exec(sql)?.[1] ?? null;
      const rest = { applied_steps_count: 1, finished: true, logs, rolled_back_at: null };
      return { migration_name: name, checksum, ...rest };
    });
    expect(rows).toEqual(expected);
  });

  test('that did not finish are refused, and so is a database of another program', async () => {
    const folder = await emptyDatabase();
    const { client, close } = await openDatabase({ folder });
    await client.$executeRaw`INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('1', 'x', '9_half')`;
    await close();
    await expect(openDatabase({ folder })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/^The migration "9_half" was begun .+ did not finish\./),
    });
    const foreign = join(await temporaryFolder(), 'database');
    const server = await openEmbeddedPostgres(foreign);
    const pool = new pg.Pool(server.connection);
    await pool.query('CREATE TABLE orders (id int)');
    await pool.end();
    await server.close();
    await expect(openDatabase({ folder: foreign })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'The database holds a table of another program, "orders": name a database that is empty.',
    });
  });

  /** The hub's own migrations and one more. */
  async function withOneMore(sql: string): Promise<string> {
    const folder = join(await temporaryFolder(), 'migrations');
    await cp(MIGRATIONS, folder, { recursive: true });
    await mkdir(join(folder, '9_more'));
    await writeFile(join(folder, '9_more', 'migration.sql'), sql);
    return folder;
  }

  test('that the database lacks are applied, once', async () => {
    const folder = await emptyDatabase();
    const migrations = await withOneMore(
      "-- semicolons; in comments; and texts; are no ends\nINSERT INTO datasets (id, name) VALUES ('a;b', 'more');",
    );
    for (let i = 0; i < 2; i++) {
      const database = await openDatabase({ folder, migrations });
      expect(await database.client.dataset.findMany({ select: { id: true } })).toEqual([{ id: 'a;b' }]);
      await database.close();
    }
  });

  test('that fail leave nothing behind', async () => {
    const folder = await emptyDatabase();
    const failing = await withOneMore('CREATE TABLE half (x int); INSERT INTO half SELECT 1/0;');
    await expect(openDatabase({ folder, migrations: failing })).rejects.toThrow(
      'The migration "9_more" failed, and the database was left as it was: division by zero',
    );
    const { client } = await open(folder, await withOneMore('CREATE TABLE half (x int);'));
    expect(await client.$queryRaw`SELECT count(*)::int AS rows FROM half`).toEqual([{ rows: 0 }]);
  });

  test('that came later keep the runs that were there, in their order, with their figures and their state', async () => {
    const folder = join(await temporaryFolder(), 'database');
    const earlier = join(await temporaryFolder(), 'migrations');
    for (const name of await readdir(MIGRATIONS)) {
      if (name < '20261125141919_run-life') await cp(join(MIGRATIONS, name), join(earlier, name), { recursive: true });
    }
    const before = await openDatabase({ folder, migrations: earlier });
    await before.client.$executeRaw`INSERT INTO datasets (id, name) VALUES ('d', 'pets')`;
    await before.client.$executeRaw`
      INSERT INTO dataset_versions (id, dataset_id, number, content_hash, manifest_blob, classes, counts, image_count,
        bytes, source, rejected, rejected_count) VALUES ('v', 'd', 1, '', '', '[]', '[]', 0, 0, '', '[]', 0)`;
    await before.client.$executeRaw`
      INSERT INTO runs (id, kind, state, dataset_version_id, backbone_name, recipe) VALUES
        ('3', 'TRANSFER', 'QUEUED', 'v', 'any', '{}'), ('1', 'TRANSFER', 'SUCCEEDED', 'v', 'any', '{}'),
        ('2', 'TRANSFER', 'QUEUED', 'v', 'any', '{}')`;
    await before.client.$executeRaw`
      INSERT INTO run_epochs (run_id, epoch, train_loss, train_accuracy, validation_loss, validation_accuracy, seconds)
      VALUES ('1', 1, 1, 1, 0.5, 0.75, 2), ('1', 2, 1, 1, 0.25, 0.5, 3)`;
    await before.close();

    const { client } = await open(folder);
    await client.run.create({
      data: { id: '4', kind: 'TRANSFER', datasetVersionId: 'v', backboneName: 'any', recipe: {} },
    });
    const runs = await client.run.findMany({ orderBy: { queueOrder: 'asc' }, include: { events: true } });
    expect(runs.map(({ id }) => id)).toEqual(['1', '2', '3', '4']);
    expect(runs[0]).toMatchObject({
      bestValidationAccuracy: 0.75,
      bestValidationLoss: 0.25,
      epochSeconds: 5,
      tags: [],
    });
    expect(runs[1]).toMatchObject({ bestValidationAccuracy: null, bestValidationLoss: null, epochSeconds: null });
    const events = runs.map(({ eventCount, events: [event] }) => ({ eventCount, ...event }));
    expect(events).toMatchObject([
      { eventCount: 1, number: 1, kind: 'STATE', details: { state: 'SUCCEEDED' } },
      { eventCount: 1, number: 1, kind: 'STATE', details: { state: 'QUEUED' } },
      { eventCount: 1, number: 1, kind: 'STATE', details: { state: 'QUEUED' } },
      { eventCount: 0 },
    ]);
  });

  test('that add the figures of the kept epoch fill them in for runs that were there', async () => {
    const folder = join(await temporaryFolder(), 'database');
    const earlier = join(await temporaryFolder(), 'migrations');
    for (const name of await readdir(MIGRATIONS)) {
      if (name < '20261129074725_kept-epoch-figures') {
        await cp(join(MIGRATIONS, name), join(earlier, name), { recursive: true });
      }
    }
    const before = await openDatabase({ folder, migrations: earlier });
    await before.client.$executeRaw`INSERT INTO datasets (id, name) VALUES ('d', 'pets')`;
    await before.client.$executeRaw`
      INSERT INTO dataset_versions (id, dataset_id, number, content_hash, manifest_blob, classes, counts, image_count,
        bytes, source, rejected, rejected_count) VALUES ('v', 'd', 1, '', '', '[]', '[]', 0, 0, '', '[]', 0)`;
    await before.client.$executeRaw`
      INSERT INTO runs (id, kind, state, dataset_version_id, backbone_name, recipe, kept_epoch) VALUES
        ('kept 3', 'TRANSFER', 'SUCCEEDED', 'v', 'any', '{}', 3),
        ('best so far', 'TRANSFER', 'FAILED', 'v', 'any', '{"restoreBest": true}', NULL),
        ('best by default', 'TRANSFER', 'CANCELLED', 'v', 'any', '{}', NULL),
        ('last so far', 'TRANSFER', 'FAILED', 'v', 'any', '{"restoreBest": false}', NULL),
        ('no epochs', 'TRANSFER', 'FAILED', 'v', 'any', '{}', NULL)`;
    // The highest accuracy is in epoch 1, the lowest loss in 2 and, as low, in 4.
    await before.client.$executeRaw`
      INSERT INTO run_epochs (run_id, epoch, train_loss, train_accuracy, validation_loss, validation_accuracy, seconds)
      SELECT id, epoch, 1, 1, loss, accuracy, 1 FROM runs,
        (VALUES (1, 0.9, 0.8), (2, 0.25, 0.7), (3, 0.5, 0.6), (4, 0.25, 0.5), (5, 0.75, 0.4)) AS e (epoch, loss, accuracy)
      WHERE id <> 'no epochs'`;
    await before.close();

    const { client } = await open(folder);
    const select = { id: true, validationAccuracy: true, validationLoss: true };
    expect(await client.run.findMany({ select, orderBy: { id: 'asc' } })).toEqual([
      { id: 'best by default', validationAccuracy: 0.7, validationLoss: 0.25 },
      { id: 'best so far', validationAccuracy: 0.7, validationLoss: 0.25 },
      { id: 'kept 3', validationAccuracy: 0.6, validationLoss: 0.5 },
      { id: 'last so far', validationAccuracy: 0.4, validationLoss: 0.75 },
      { id: 'no epochs', validationAccuracy: null, validationLoss: null },
    ]);
  });

  test('of a newer hub are refused', async () => {
    const folder = await emptyDatabase();
    await (await openDatabase({ folder, migrations: await withOneMore('CREATE TABLE t (x int);') })).close();
    await expect(openDatabase({ folder })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/data is newer than this hub.*"9_more"/),
    });
  });

  test('of a newer hub that only add are no hindrance, so that two releases can share a database', async () => {
    const folder = await emptyDatabase();
    const newer = await withOneMore('-- expand\nALTER TABLE datasets ADD COLUMN extra TEXT;');
    await (await openDatabase({ folder, migrations: newer })).close();
    const { client, close } = await openDatabase({ folder });
    expect(await client.dataset.create({ data: { name: 'of the older hub' } })).toMatchObject({
      id: expect.any(String),
    });
    await close();
    await (await openDatabase({ folder, migrations: newer })).close();
  });

  test('that take away are refused while older processes run, and named with them', async () => {
    const folder = await emptyDatabase();
    const older = await openDatabase({ folder });
    const about = { roles: ['api'], version: '0', address: '', isReady: true, serving: [], working: [] };
    await older.client.hubProcess.create({ data: { id: 'a', name: 'host:1', ...about } });
    await older.close();
    const migrations = await withOneMore('-- contract\nALTER TABLE datasets DROP COLUMN description;');
    await expect(openDatabase({ folder, migrations })).rejects.toMatchObject({
      code: 'CONFLICT',
      message:
        'The migration "9_more" takes away what older processes need, and these run: host:1. Stop them, then start this one.',
    });
    const later = await openDatabase({ folder });
    await later.client.$executeRaw`UPDATE processes SET seen_at = now() - interval '1 minute'`;
    await later.close();
    await (await openDatabase({ folder, migrations })).close();
  });

  test('that were changed after the database has seen them are refused', async () => {
    const folder = await emptyDatabase();
    const before = await withOneMore('CREATE TABLE t (x int);');
    await (await openDatabase({ folder, migrations: before })).close();
    const after = await withOneMore('CREATE TABLE t (x bigint);');
    await expect(openDatabase({ folder, migrations: after })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('are the same with the line ends of Windows', async () => {
    const windows = await withOneMore('CREATE TABLE t (x int);');
    for (const name of await readdir(windows)) {
      if (name.endsWith('.toml')) continue;
      const file = join(windows, name, 'migration.sql');
      await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'));
    }
    const { client } = await open(await emptyDatabase(), windows);
    expect(await client.$queryRaw`SELECT count(*)::int AS rows FROM t`).toEqual([{ rows: 0 }]);
  });
});
