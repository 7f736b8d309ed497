import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PredictionLog } from '../../../src/domain/prediction/prediction-log.js';
import { judgedCounts, storedCounts, sumOfCounts } from '../../../src/domain/rollout/judged-counts.js';
import { FileBlobStore } from '../../../src/storage/file-blobs.js';
import { removeFolder } from '../../support/remove-folder.js';
import { RowDatabase } from '../../support/run-rows.js';

/** Of answers that take part in a rollout: more than two batches. */
const EXPIRED = 4500;

interface Answer {
  readonly id: string;
  readonly photo: string;
  readonly version: 'candidate' | 'present';
  readonly label: string;
  readonly daysAgo: number;
}

let database: RowDatabase;
let folder: string;
let blobs: FileBlobStore;
let warnings: object[];
let log: PredictionLog;

beforeAll(async () => {
  database = await RowDatabase.open();
  folder = await mkdtemp(join(tmpdir(), 'hub-expired-'));
  blobs = new FileBlobStore(join(folder, 'blobs'));
});
afterAll(async () => {
  await database.remove();
  await removeFolder(folder);
});

beforeEach(async () => {
  warnings = [];
  await database.client.$transaction(async (tx) => {
    await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica'); // without foreign keys
    for (const table of [
      'photo_judgments',
      'predictions',
      'rollouts',
      'model_versions',
      'models',
      'dataset_versions',
    ]) {
      await tx.$executeRawUnsafe(`DELETE FROM ${table}`);
    }
    await tx.$executeRawUnsafe(`INSERT INTO models (id, name, logging)
      VALUES ('m', 'pets', '{"sample": 1, "days": 30, "photos": true}')`);
    await tx.$executeRawUnsafe(`INSERT INTO model_versions (id, model_id, number, dataset_version_id, backbone_id,
      weights_blob, labels, preprocessing, test_accuracy, test_loss)
      SELECT v, 'm', n, 'd', 'b', 'w', '["cat", "dog"]', '{}', 1, 1
      FROM (VALUES ('present', 1), ('candidate', 2)) versions (v, n)`);
    await tx.$executeRawUnsafe(`INSERT INTO rollouts (id, version_id, present_id, alias, mode, share, max_error_rate,
      max_slowdown, reason, started_by) VALUES ('r', 'candidate', 'present', 'production', 'CANARY', 0.2, 1, 1, 'try', 'me')`);
  });
  log = new PredictionLog(
    database.client,
    blobs,
    pino({}, { write: (line) => void warnings.push(JSON.parse(line) as object) }),
  );
  await log.load();
});

/** Answers to as many photos, one after the other: each fifth by the candidate. */
async function manyAnswers(): Promise<void> {
  await database.client.$executeRawUnsafe(`
    INSERT INTO predictions (id, model_id, version_id, at, input_hash, label, confidence, milliseconds, rollout_id)
    SELECT 'p' || i, 'm', CASE WHEN i % 5 = 0 THEN 'candidate' ELSE 'present' END, now() - interval '40 days'
      + i * interval '1 second', 'h' || i, CASE WHEN i % 3 = 0 THEN 'cat' ELSE 'dog' END, 0.5, 1, 'r'
    FROM generate_series(1, ${EXPIRED}) i`);
}

async function answer({ id, photo, version, label, daysAgo }: Answer): Promise<void> {
  await database.client.loggedPrediction.create({
    data: {
      ...{ id, label, modelId: 'm', versionId: version, inputHash: photo, confidence: 0.5, milliseconds: 1 },
      ...{ rolloutId: 'r', at: new Date(Date.now() - daysAgo * 24 * 3_600_000) },
    },
  });
}

const judge = (predictionId: string, inputHash: string, label: string): Promise<unknown> =>
  database.client.photoJudgment.create({
    data: { predictionId, inputHash, label, modelId: 'm', tokenId: 't', at: new Date() },
  });

/** What the rollout has: stored counts, and those of kept answers. */
async function counts() {
  const row = await database.client.rollout.findUniqueOrThrow({ where: { id: 'r' } });
  const kept = (await judgedCounts(database.client, ['r'])).get('r');
  return kept ? sumOfCounts(storedCounts(row), kept) : storedCounts(row);
}

const keptIds = async (): Promise<string[]> =>
  (await database.client.loggedPrediction.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id);

describe('answers whose days are over', () => {
  it('leave their counts to the rollout, each photo once, however many batches they go in', async () => {
    await manyAnswers();
    // Both versions answered a photo, the first and the last of all that go.
    await answer({ id: 'split-1', photo: 'split', version: 'present', label: 'cat', daysAgo: 41 });
    await answer({ id: 'split-2', photo: 'split', version: 'candidate', label: 'dog', daysAgo: 31 });
    await judge('split-1', 'split', 'dog');
    await database.client.$executeRawUnsafe(`
      INSERT INTO photo_judgments (model_id, input_hash, token_id, prediction_id, label, at)
      SELECT 'm', input_hash, 't', id, 'cat', at FROM predictions WHERE input_hash LIKE 'h%7' OR input_hash LIKE 'h%0'`);
    const before = await counts();
    expect(before).toMatchObject({ candidateRight: 1, candidateOnly: 450, presentOnly: 450 });
    const blocks = (await counts()).blocks.reduce((sum, count) => sum + count, 0);
    expect(blocks, 'each with four of the present version').toBe(112);
    await log.clear();
    expect(await keptIds()).toEqual([]);
    expect(await counts()).toEqual(before);
    await log.clear();
    expect(await counts()).toEqual(before);
  });

  it('stay counted when a later answer to the photo is kept, also when that is judged', async () => {
    await answer({ id: 'old', photo: 'a', version: 'present', label: 'cat', daysAgo: 31 });
    await answer({ id: 'young', photo: 'a', version: 'candidate', label: 'dog', daysAgo: 2 });
    await answer({ id: 'other', photo: 'b', version: 'present', label: 'cat', daysAgo: 31 });
    await answer({ id: 'last', photo: 'b', version: 'candidate', label: 'cat', daysAgo: 2 });
    await judge('old', 'a', 'dog');
    await judge('last', 'b', 'cat');
    const before = await counts();
    expect(before).toMatchObject({ candidateRight: 1, bothRight: 1 });
    await log.clear();
    expect(await keptIds()).toEqual(['last', 'young']);
    expect((await counts()).candidateRight).toBe(1);
    await judge('young', 'a', 'cat');
    expect(await counts()).toMatchObject({ candidateRight: 1, presentRight: 0, candidateOnly: 1 });
  });

  it('stay while the hub stops, and go at the next time', async () => {
    await manyAnswers();
    await log.clear({ signal: AbortSignal.abort() });
    expect((await keptIds()).length).toBe(EXPIRED);
    await log.clear();
    expect(await keptIds()).toEqual([]);
  });
});

describe('photos whose days are over', () => {
  const photo = async (id: string): Promise<string> => {
    const { sha256 } = await blobs.put(Buffer.from(`photo ${id}`));
    await answer({ id, photo: sha256, version: 'present', label: 'cat', daysAgo: 31 });
    await database.client.loggedPrediction.update({ where: { id }, data: { photoBlob: sha256 } });
    return sha256;
  };

  /** A dataset version whose row does not name its shards. */
  const oldVersion = (id: string, manifestBlob: string): Promise<unknown> =>
    database.client.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      await tx.$executeRaw`INSERT INTO dataset_versions (id, dataset_id, number, content_hash, manifest_blob, classes, counts,
        image_count, bytes, source, rejected, rejected_count)
        VALUES (${id}, ${id}, 1, ${id}, ${manifestBlob}, '["cat", "dog"]', '[]', 1, 1, 'test', '[]', 0)`;
    });

  it('go but for those that a manifest names, which is read once', async () => {
    const photos = await Promise.all(['a', 'b', 'c'].map(photo));
    const { sha256: manifest } = await blobs.put(Buffer.from(JSON.stringify({ shards: [photos[0]] })));
    await oldVersion('d', manifest);
    const get = vi.spyOn(blobs, 'get');
    await log.clear();
    expect(get.mock.calls).toEqual([[manifest]]);
    get.mockRestore();
    expect(await keptIds()).toEqual([]);
    expect(await Promise.all(photos.map((sha256) => blobs.has(sha256)))).toEqual([true, false, false]);
  });

  it('stay in the review queue with a younger answer', async () => {
    const sha256 = await photo('old');
    await database.client.loggedPrediction.update({ where: { id: 'old' }, data: { reviewScore: 0.5 } });
    await answer({ id: 'young', photo: sha256, version: 'present', label: 'cat', daysAgo: 2 });
    await database.client.loggedPrediction.update({ where: { id: 'young' }, data: { photoBlob: sha256 } });
    await log.clear();
    expect(await database.client.loggedPrediction.findMany()).toMatchObject([{ id: 'young', reviewScore: 1 }]);
  });

  it('stay, with a warning, while a manifest is lost that may name them; their answers go', async () => {
    const photos = await Promise.all(['d', 'e'].map(photo));
    await oldVersion('d', 'f'.repeat(64));
    await log.clear();
    expect(await keptIds()).toEqual([]);
    expect(await Promise.all(photos.map((sha256) => blobs.has(sha256)))).toEqual([true, true]);
    expect(warnings).toMatchObject([{ datasetVersion: 'd', err: { code: 'NOT_FOUND' } }]);
  });
});
