import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createDatabase, openDatabase, type PrismaClient } from '../../src/storage/database.js';
import { openEmbeddedPostgres } from '../../src/storage/embedded-postgres.js';
import { PrismaClient as Client } from '../../src/storage/generated/client.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import { atOneMoment, type Rows, readRows, rowFile, writeRows } from '../../src/storage/rows.js';
import { type AnyRow, fillTables } from '../support/any-rows.js';
import { temporaryFolder } from './fixtures.js';

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** What a migration or a trigger writes in another way: roles in capitals; the numbers and hashes of the audit. */
const REWRITTEN: Readonly<Record<string, readonly string[]>> = {
  tokens: ['role'],
  audit_events: ['number', 'hash', 'previous_hash'],
};

/** Tables that a migration renamed; their rows must be in the table of the new name. */
const RENAMED: Readonly<Record<string, string>> = { version_trials: 'rollouts' };

async function dump(client: PrismaClient, folder: string): Promise<Rows> {
  await mkdir(folder);
  return atOneMoment(client, (tx) => writeRows(tx, folder, []));
}

/** The rows of a table, as they were dumped. */
async function linesOf(folder: string, table: string): Promise<string[]> {
  return (await readFile(rowFile(folder, table), 'utf8')).split('\n').filter(Boolean).toSorted();
}

/** Migrates a database step by step. @returns the rows that were put into every table after every step. */
async function fillEverySchema(folder: string): Promise<AnyRow[]> {
  const migrations = await readMigrations(MIGRATIONS);
  const { connection, close } = await openEmbeddedPostgres(folder);
  const put: AnyRow[] = [];
  for (const n of migrations.keys()) {
    await migrate(connection, migrations.slice(0, n + 1));
    const pool = new pg.Pool(connection);
    const client = new Client({ adapter: new PrismaPg(pool) });
    put.push(...(await fillTables(client, n + 1)));
    await client.$disconnect();
    await pool.end();
  }
  await close();
  return put;
}

test('rows of every schema that there was are there in the newest one, with what they held', {
  timeout: 240_000,
}, async () => {
  const folder = await temporaryFolder();
  const database = join(folder, 'database');
  const put = await fillEverySchema(database);
  const { client, close } = await openDatabase({ folder: database });
  const { tables } = await dump(client, join(folder, 'rows'));
  await close();
  expect(tables.length).toBeGreaterThan(14);
  const names = tables.map(({ name }) => name);
  for (const [before, now] of Object.entries(RENAMED)) {
    expect(names, before).toContain(now);
    expect(put.filter(({ table }) => table === before).length, before).toBeGreaterThan(0);
  }
  for (const { name, rows } of tables) {
    const expected = put.filter(({ table }) => (RENAMED[table] ?? table) === name);
    expect(rows, name).toBeGreaterThanOrEqual(expected.length);
    const found = (await linesOf(join(folder, 'rows'), name)).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
    for (const { values } of expected) {
      const kept = Object.entries(values).filter(
        ([column]) => column in (found[0] as object) && !REWRITTEN[name]?.includes(column), // some were dropped since
      );
      expect(found, name).toContainEqual(expect.objectContaining(Object.fromEntries(kept)));
    }
  }
});

test('rows that are written to files and read again are the same, of an older schema too', {
  timeout: 180_000,
}, async () => {
  const folder = await temporaryFolder();
  const all = await readMigrations(MIGRATIONS);
  const older = join(folder, 'migrations');
  for (const { name } of all.slice(0, -1)) await cp(join(MIGRATIONS, name), join(older, name), { recursive: true });
  const source = await openDatabase({ folder: join(folder, 'source'), migrations: older });
  for (const n of [1, 2]) await fillTables(source.client, n);
  const rows = await dump(source.client, join(folder, 'written'));
  await source.close();
  expect(rows.migrations).toHaveLength(all.length - 1);

  const target = await createDatabase({ folder: join(folder, 'target') }, rows.migrations);
  await readRows(target.client, rows, join(folder, 'written'));
  const again = await dump(target.client, join(folder, 'again'));
  await target.close();
  expect(again).toEqual(rows);
  for (const { name, rows: count } of rows.tables) {
    expect(count, name).toBeGreaterThanOrEqual(2);
    expect(await linesOf(join(folder, 'again'), name)).toEqual(await linesOf(join(folder, 'written'), name));
  }

  const taken = createDatabase({ folder: join(folder, 'target') }, rows.migrations);
  await expect(taken).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('holds a hub already'),
  });
  const newer = [...rows.migrations, { migration_name: '9_later', checksum: 'a'.repeat(64) }];
  const refused = createDatabase({ folder: join(folder, 'newer') }, newer);
  await expect(refused).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('"9_later"') });

  const upgraded = await openDatabase({ folder: join(folder, 'target') });
  expect(await upgraded.client.run.count()).toBe(2);
  const next = await upgraded.client.run.findFirstOrThrow({ orderBy: { queueOrder: 'desc' } });
  await upgraded.client.run.create({
    data: { kind: 'TRANSFER', datasetVersionId: next.datasetVersionId, backboneName: 'any', recipe: {} },
  });
  expect(await upgraded.client.run.count({ where: { queueOrder: { gt: next.queueOrder } } })).toBe(1); // it goes on counting
  await upgraded.close();
});

test('every column that names a blob is one of those that are backed up and kept from gc', async () => {
  const schema = await readFile(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');
  const columns = [...schema.matchAll(/^model (\w+) \{(.*?)^\}/gms)].flatMap(([, model, body]) =>
    [...(body as string).matchAll(/^ {2}(\w*(?:blob|sha256|shards)\w*) /gim)].map(([, field]) => `${model}.${field}`),
  );
  // A new one belongs into src/maintenance/named-blobs.ts first, or its blobs are lost; then here.
  expect(columns.toSorted()).toEqual([
    'Backbone.sha256',
    'DatasetVersion.inspectionBlob',
    'DatasetVersion.manifestBlob',
    'DatasetVersion.shards',
    'Examination.findingsBlob',
    'Examination.foldBlobs',
    'FeatureChunk.blob',
    'ImageDecision.sha256', // likewise
    'JudgedImage.sha256', // an image within the shards of its version
    'LoggedPrediction.photoBlob',
    'ModelImport.fileBlob',
    'ModelVersion.expectedBlob',
    'ModelVersion.weightsBlob',
    'PredictionChunk.blob',
    'PredictionJob.archiveBlob',
    'ReleasedBlob.sha256', // those that are to be deleted
    'Run.checkpointBlob',
    'Run.predictionsBlob',
    'Run.probabilitiesBlob',
    'Run.weightsBlob',
    'VersionCalibration.outlierBlob',
    'VersionServing.quantizedBlob',
  ]);
});
