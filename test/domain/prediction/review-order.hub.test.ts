import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Requester } from '../../../src/domain/actor.js';
import type { DriftedPart } from '../../../src/domain/prediction/drift.js';
import { FeedbackService } from '../../../src/domain/prediction/feedback-service.js';
import { ReviewService } from '../../../src/domain/prediction/review-service.js';
import { RowDatabase } from '../../support/run-rows.js';

const LOG = { flush: async () => undefined };
const CALLER = { tokenId: 't', name: 't', role: 'TRAINER', model: null, expiresAt: null } as const;
const REQUESTER: Requester = { caller: CALLER, actor: { ...CALLER, requestId: null } };

let database: RowDatabase;
beforeAll(async () => {
  database = await RowDatabase.open();
  await database.client.$transaction(async (tx) => {
    await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica'); // without foreign keys
    await tx.$executeRawUnsafe(`INSERT INTO models (id, name) VALUES ('long', 'long'), ('split', 'split')`);
    await tx.$executeRawUnsafe(`INSERT INTO model_versions (id, model_id, number, dataset_version_id, backbone_id,
      weights_blob, labels, preprocessing, test_accuracy, test_loss)
      SELECT m, m, 1, 'd', 'b', 'w', '["cat", "dog"]', '{}', 1, 1 FROM (VALUES ('long'), ('split')) models (m)`);
    // Scores fall from 0.6 to 0.594, so that drift would raise each of the photos to the first place.
    await tx.$executeRawUnsafe(`INSERT INTO predictions (id, model_id, version_id, at, label, milliseconds, input_hash,
      confidence, photo_blob, review_score)
      SELECT 'p' || i, 'long', 'long', now(), CASE WHEN i IN (800, 5900) THEN 'dog' ELSE 'cat' END, 1, 'h' || i, 0.5,
        'h' || i, 0.6 - i * 0.000001 FROM generate_series(1, 6000) i`);
    await tx.$executeRawUnsafe(`INSERT INTO rollouts (id, version_id, present_id, alias, mode, share, max_error_rate,
      max_slowdown, reason, started_by) VALUES ('r', 'split', 'split', 'production', 'CANARY', 0.2, 1, 1, 'try', 'me')`);
    // The order by hash is the reverse of that by score.
    await tx.$executeRawUnsafe(`INSERT INTO predictions (id, model_id, version_id, at, label, milliseconds, input_hash,
      confidence, photo_blob, review_score, rollout_id, rollout_label)
      SELECT 's' || i, 'split', 'split', now(), 'cat', 1, 'h' || i, 0.5, 'h' || i, i * 0.1, 'r', 'dog'
      FROM generate_series(1, 4) i`);
  });
});
afterAll(() => database.remove());

const reviewsWith = (drifted: readonly DriftedPart[]): ReviewService =>
  new ReviewService(database.client, LOG, new FeedbackService(database.client, LOG), { of: async () => drifted });
const next = async (reviews: ReviewService, model: string, differing: boolean): Promise<string[]> => {
  const asked = { model, first: 4, except: [], secondOpinion: false, differing };
  return (await reviews.next(asked, REQUESTER)).reviews.map(({ prediction }) => prediction.id);
};

it('has what drift raises among the photos with high scores first, and does not sort a long queue', async () => {
  const part = { versionId: 'long', label: 'dog', tenth: null, excess: 1, growth: 1, text: 'More dogs.' };
  expect(await next(reviewsWith([part]), 'long', false)).toEqual(['p800', 'p1', 'p2', 'p3']);
});

it('is the fair one for photos on which versions differ, also of those that the reviewer has already', async () => {
  const reviews = reviewsWith([]);
  expect(await next(reviews, 'split', false)).toEqual(['s4', 's3', 's2', 's1']);
  expect(await next(reviews, 'split', true)).toEqual(['s1', 's2', 's3', 's4']);
});
