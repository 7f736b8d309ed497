import { cp, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Requester } from '../../src/domain/actor.js';
import { FeedbackService } from '../../src/domain/prediction/feedback-service.js';
import { PredictionLog } from '../../src/domain/prediction/prediction-log.js';
import { queueAnswers } from '../../src/domain/prediction/review-score.js';
import { ReviewService } from '../../src/domain/prediction/review-service.js';
import { openDatabase, type Prisma, type PrismaClient } from '../../src/storage/database.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { hasPostgres, PostgresServer } from '../support/postgres-server.js';
import { refused } from '../support/refused.js';
import { removeFolder } from '../support/remove-folder.js';

/** Photos in the queue. */
const PHOTOS = 60;
const LOG = { flush: async () => undefined };
/** No traffic that drifted. */
const STABLE = { of: async () => [] };

/** Writes rows of the log of the model "m", whatever they refer to. @param rows in SQL. */
async function writeAnswers(client: PrismaClient, columns: string, rows: string): Promise<void> {
  await client.$transaction(async (tx) => {
    await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica'); // without foreign keys
    await tx.$executeRawUnsafe(`INSERT INTO models (id, name) VALUES ('m', 'pets')`);
    await tx.$executeRawUnsafe(`INSERT INTO model_versions (id, model_id, number, dataset_version_id, backbone_id,
      weights_blob, labels, preprocessing, test_accuracy, test_loss)
      VALUES ('v', 'm', 1, 'd', 'b', 'w', '["cat", "dog"]', '{}', 1, 1)`);
    await tx.$executeRawUnsafe(
      `INSERT INTO predictions (model_id, version_id, at, label, milliseconds, ${columns}) ${rows}`,
    );
  });
}

describe.skipIf(!hasPostgres)('the review queue of processes on one database', () => {
  let server: PostgresServer;
  const open: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(async () => {
    for (const each of open) await each.close();
    await server.remove();
  });

  it('gives each photo to one person, whichever process they ask', async () => {
    const processes = await Promise.all(
      [0, 1].map(async () => {
        const database = await openDatabase({ url: server.url, folder: 'unused' });
        open.push(database);
        const { client } = database;
        return { client, reviews: new ReviewService(client, LOG, new FeedbackService(client, LOG), STABLE) };
      }),
    );
    await writeAnswers(
      processes[0]!.client,
      'id, input_hash, confidence, photo_blob, review_score',
      `SELECT 'm', 'v', now(), 'cat', 1, 'p' || i, 'h' || i, 0.5, 'h' || i, 0.5 FROM generate_series(1, ${PHOTOS}) i`,
    );
    const next = async (place: number): Promise<string[]> => {
      const caller = {
        tokenId: `t${place}`,
        name: `t${place}`,
        role: 'TRAINER',
        model: null,
        expiresAt: null,
      } as const;
      const actor = { ...caller, requestId: null };
      const asked = { model: 'pets', first: 8, except: [], secondOpinion: false, differing: false };
      const requester: Requester = { caller, actor };
      const { reviews } = await processes[place % 2]!.reviews.next(asked, requester);
      return reviews.map(({ prediction }) => prediction.id);
    };
    const people = Array.from({ length: 8 }, (_, place) => place);
    const given = (await Promise.all(people.map(next))).flat();
    expect(given).toHaveLength(PHOTOS);
    expect(new Set(given).size).toBe(PHOTOS);
    const again = (await Promise.all(people.map(next))).flat();
    expect(again.toSorted(), 'everybody keeps what they have').toEqual(given.toSorted());
  });
});

describe.skipIf(!hasPostgres)('a newer answer to a photo', () => {
  it('joins the queue once, whatever another process does to the photo at that moment', async () => {
    const server = await PostgresServer.start();
    onTestFinished(() => server.remove());
    const open = () => openDatabase({ url: server.url, folder: 'unused' });
    const [one, two] = [await open(), await open()];
    onTestFinished(() => one.close());
    onTestFinished(() => two.close());
    await writeAnswers(
      one.client,
      'id, input_hash, confidence, photo_blob, review_score',
      `SELECT 'm', 'v', now(), 'cat', 1, 'old' || i, 'h' || i, 0.5, 'h' || i, 0.5 FROM generate_series(1, 3) i`,
    );
    await one.client.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      await tx.$executeRawUnsafe(`INSERT INTO model_versions (id, model_id, number, dataset_version_id, backbone_id,
        weights_blob, labels, preprocessing, test_accuracy, test_loss)
        VALUES ('w', 'm', 2, 'd', 'b', 'w', '["cat", "dog"]', '{}', 1, 1)`);
    });
    const keep = async (tx: Pick<PrismaClient, 'loggedPrediction' | '$executeRaw'>, id: string, hash: string) => {
      const row = { id, inputHash: hash, photoBlob: hash, modelId: 'm', versionId: 'w', at: new Date() };
      await tx.loggedPrediction.create({ data: { ...row, label: 'cat', confidence: 0.5, milliseconds: 1 } });
      await queueAnswers(tx, [row]);
    };
    const queued = async (hash: string): Promise<string[]> =>
      (await one.client.loggedPrediction.findMany({ where: { inputHash: hash, reviewScore: { gte: 0 } } })).map(
        ({ id }) => id,
      );
    const isWaiting = (): Promise<unknown> =>
      vi.waitUntil(
        async () => {
          const [{ count }] = await two.client.$queryRaw<[{ count: bigint }]>`
            SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
          return count === 1n;
        },
        { timeout: 4000, interval: 50 },
      );
    /** Does the first half of a transaction, then the other one, which waits for it, then the rest. */
    const meanwhile = async (
      first: (tx: Prisma.TransactionClient) => Promise<unknown>,
      other: () => Promise<unknown>,
    ): Promise<void> => {
      let late: Promise<unknown> = Promise.resolve();
      await one.client.$transaction(async (tx) => {
        await first(tx);
        late = other();
        await isWaiting();
      });
      await late;
    };

    await meanwhile(
      (tx) => keep(tx, 'new1', 'h1'),
      () => two.client.$transaction((tx) => keep(tx, 'again1', 'h1')),
    );
    expect(await queued('h1'), 'two processes log it').toEqual(['new1']);

    const caller = { tokenId: 't', name: 't', role: 'TRAINER', model: null, expiresAt: null } as const;
    const feedback = new FeedbackService(two.client, LOG);
    const requester: Requester = { caller, actor: { ...caller, requestId: null } };
    await meanwhile(
      (tx) => keep(tx, 'new2', 'h2'),
      () => feedback.give('old2', { label: 'dog', showsNone: false }, requester),
    );
    expect(await queued('h2'), 'it is judged just after').toEqual([]);

    await meanwhile(
      async (tx) => {
        const judgment = { modelId: 'm', inputHash: 'h3', tokenId: 't', predictionId: 'old3', label: 'dog' };
        await tx.photoJudgment.create({ data: { ...judgment, at: new Date() } });
        await tx.loggedPrediction.update({ where: { id: 'old3' }, data: { reviewScore: null } });
      },
      () => two.client.$transaction((tx) => keep(tx, 'new3', 'h3')),
    );
    expect(await queued('h3'), 'it is judged just before').toEqual([]);
  });
});

describe.skipIf(!hasPostgres)('the deletion of a photo in one process of several', () => {
  it('is seen by a reviewer of another one who judges it at that moment', async () => {
    const server = await PostgresServer.start();
    onTestFinished(() => server.remove());
    const folder = await mkdtemp(join(tmpdir(), 'hub-deletion-'));
    onTestFinished(() => removeFolder(folder));
    const open = () => openDatabase({ url: server.url, folder: 'unused' });
    const [one, two] = [await open(), await open()];
    onTestFinished(() => one.close());
    onTestFinished(() => two.close());
    const blobs = new FileBlobStore(join(folder, 'blobs'));
    const { sha256 } = await blobs.put(Buffer.from('a photo'));
    await writeAnswers(
      one.client,
      'id, input_hash, confidence, photo_blob, review_score',
      `VALUES ('m', 'v', now(), 'cat', 1, 'p1', '${sha256}', 0.5, '${sha256}', 0.5)`,
    );
    const caller = { tokenId: 't', name: 't', role: 'TRAINER', model: null, expiresAt: null } as const;
    const requester: Requester = { caller, actor: { ...caller, requestId: null } };
    const feedback = new FeedbackService(two.client, LOG);
    const reviews = new ReviewService(two.client, LOG, feedback, STABLE);
    const asked = { model: 'pets', first: 1, except: [], secondOpinion: false, differing: false };
    expect((await reviews.next(asked, requester)).reviews).toHaveLength(1);
    const log = new PredictionLog(one.client, blobs, pino({ level: 'silent' }));
    let late: readonly Promise<unknown>[] = [];
    const { photos } = await log.deletePhotos([sha256], async () => {
      // The rows are deleted, but not for others yet: each of these finds the answer, and then waits.
      late = [
        refused(feedback.give('p1', { label: 'dog', showsNone: false }, requester)),
        refused(reviews.skip('p1', requester)),
        reviews.next(asked, requester),
      ];
      const waiting = async (): Promise<boolean> => {
        const [{ count }] = await one.client.$queryRaw<[{ count: bigint }]>`
          SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
        return count === 3n;
      };
      await vi.waitUntil(waiting, { timeout: 4000, interval: 50 });
    });
    expect(photos).toMatchObject([{ sha256, models: ['pets'], answers: 1, reservations: 1, wasKept: true }]);
    const gone = { code: 'NOT_FOUND', message: 'There is no prediction with this id.' };
    expect(await Promise.all(late)).toEqual([gone, gone, { model: 'pets', reviews: [], left: 0 }]);
    expect(await blobs.has(sha256)).toBe(false);
    expect(await one.client.photoJudgment.count()).toBe(0);
  });
});

it('holds the kept photos of an earlier hub, each once, and its feedback as judgments', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hub-reviews-'));
  onTestFinished(() => removeFolder(folder));
  const all = join(import.meta.dirname, '../../prisma/migrations');
  for (const name of (await readdir(all)).filter((each) => each < '20261201095500')) {
    await cp(join(all, name), join(folder, 'migrations', name), { recursive: true });
  }
  const before = await openDatabase({ folder: join(folder, 'database'), migrations: join(folder, 'migrations') });
  await writeAnswers(
    before.client,
    'id, input_hash, confidence, photo_blob, right_label, right_by, right_at',
    `VALUES ('m', 'v', now(), 'cat', 1, 'first', 'h1', 0.6, 'h1', NULL, NULL, NULL),
      ('m', 'v', now(), 'cat', 1, 'last', 'h1', 0.9, 'h1', NULL, NULL, NULL),
      ('m', 'v', now(), 'cat', 1, 'unsure', 'h2', 0.4, 'h2', NULL, NULL, NULL),
      ('m', 'v', now(), 'cat', 1, 'judged', 'h3', 0.4, 'h3', 'dog', 'ann', now()),
      ('m', 'v', now(), 'cat', 1, 'judged-too', 'h3', 0.4, 'h3', NULL, NULL, NULL),
      ('m', 'v', now(), 'cat', 1, 'unkept', 'h4', 0.4, NULL, NULL, NULL, NULL)`,
  );
  await before.close();
  const { client, close } = await openDatabase({ folder: join(folder, 'database') });
  onTestFinished(close);
  const queued = await client.loggedPrediction.findMany({
    where: { reviewScore: { gte: 0 } },
    select: { id: true, reviewScore: true },
    orderBy: { reviewScore: 'desc' },
  });
  expect(queued).toEqual([
    { id: 'unsure', reviewScore: 1 },
    { id: 'last', reviewScore: expect.closeTo(0.2, 10) },
  ]);
  expect(await client.photoJudgment.findMany()).toMatchObject([
    { inputHash: 'h3', predictionId: 'judged', tokenId: '', by: 'ann', label: 'dog' },
  ]);
});
