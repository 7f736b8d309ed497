import { tenthOf } from '../../calibration/spread.js';
import type { Compared } from '../../serving/answer-log.js';
import { Prisma } from '../../storage/database.js';
import type { DriftedPart } from './drift.js';
import type { PredictionRow } from './prediction-row.js';

/** What another label for the same photo, and an outlier score above 1, add to 1 less the margin. Chosen, not measured. */
const [DISAGREEMENT, OUTLIER] = [0.5, 0.25];
/** What drift adds at most: to an answer that would not be there without it. Chosen, not measured. */
const DRIFT = 0.25;

type Db = Pick<Prisma.TransactionClient, '$executeRaw'>;

/**
 * How much a judgment of the photo of an answer `p` teaches, 0 to 1.75. Where the margin was not stored, it is taken as the
 * least one that the confidence allows.
 */
const SCORE = Prisma.sql`1 - coalesce(p.margin, greatest(0, 2 * p.confidence - 1))
  + CASE WHEN p.other_label IS NULL THEN 0 ELSE ${DISAGREEMENT}::float8 END
  + CASE WHEN p.outlier_score > 1 THEN ${OUTLIER}::float8 ELSE 0 END`;

/** That nobody has judged the photo of an answer `p`. */
export const UNJUDGED = Prisma.sql`NOT EXISTS (
  SELECT 1 FROM photo_judgments j WHERE j.model_id = p.model_id AND j.input_hash = p.input_hash)`;

/** What drift adds to the score of an answer `p` to a client. @param parts those first that grew most. */
export function driftScore(parts: readonly DriftedPart[]): Prisma.Sql {
  const cases = parts.map(({ versionId, label, tenth, excess }) => {
    const isIn = label === null ? Prisma.sql`${TENTH} = ${tenth}::int` : Prisma.sql`p.label = ${label}`;
    return Prisma.sql`WHEN p.version_id = ${versionId} AND ${isIn} THEN ${DRIFT * excess}::float8`;
  });
  return Prisma.sql`CASE WHEN p.job_id IS NOT NULL THEN 0 ${Prisma.join(cases, ' ')} ELSE 0 END`;
}

/** The part of the traffic that grew most of those that an answer belongs to, and what it adds to the score. */
export function driftOfAnswer(
  { versionId, label, confidence, jobId }: Pick<PredictionRow, 'versionId' | 'label' | 'confidence' | 'jobId'>,
  parts: readonly DriftedPart[],
): { readonly score: number; readonly text: string } | null {
  if (jobId !== null) return null;
  const part = parts.find(
    (each) =>
      each.versionId === versionId && (each.label === null ? each.tenth === tenthOf(confidence) : each.label === label),
  );
  return part ? { score: DRIFT * part.excess, text: part.text } : null;
}

/** The tenth of the confidence of an answer `p`; `tenthOf` in SQL. */
export const TENTH = Prisma.sql`least(9, floor(p.confidence * 10))::int`;

/** That no answer to the photo of an answer `p` is in the queue. */
const UNQUEUED = Prisma.sql`NOT EXISTS (
  SELECT 1 FROM predictions q WHERE q.model_id = p.model_id AND q.input_hash = p.input_hash AND q.review_score >= 0)`;

/**
 * Puts new answers with photos into the review queue. A photo is queued once and never after a judgment, with the answer of
 * the newest version: what an older one was unsure of may be easy now. Another label of a later answer, and of the answer that
 * is replaced, raises the score. Each photo costs a few look-ups in an index, however often it is sent.
 */
export async function queueAnswers(
  db: Db,
  rows: readonly { readonly id: string; readonly photoBlob: string | null }[],
): Promise<void> {
  const ids = rows.filter(({ photoBlob }) => photoBlob !== null).map(({ id }) => id);
  if (ids.length === 0) return;
  await db.$executeRaw`
    WITH newer AS (
      SELECT DISTINCT ON (q.id) q.id AS old_id, p.id FROM predictions p
      JOIN predictions q ON q.model_id = p.model_id AND q.input_hash = p.input_hash AND q.review_score >= 0
      JOIN model_versions pv ON pv.id = p.version_id JOIN model_versions qv ON qv.id = q.version_id
      WHERE p.id = ANY(${ids}) AND pv.number > qv.number ORDER BY q.id, pv.number DESC, p.id
    ), left_queue AS (
      -- Not one that was judged, or replaced by another process, meanwhile.
      UPDATE predictions q SET review_score = NULL FROM newer WHERE q.id = newer.old_id AND q.review_score >= 0
      RETURNING newer.id, q.label, q.other_label
    )
    UPDATE predictions p SET review_score = 1, other_label = CASE
      WHEN older.label <> p.label THEN older.label WHEN older.other_label <> p.label THEN older.other_label END
    FROM left_queue older WHERE p.id = older.id AND ${UNJUDGED}`;
  await db.$executeRaw`
    UPDATE predictions p SET review_score = ${SCORE} WHERE p.id = ANY(${ids}) AND p.review_score >= 0`;
  await db.$executeRaw`
    UPDATE predictions p SET review_score = ${SCORE}
    WHERE p.id IN (
      SELECT DISTINCT ON (model_id, input_hash) id FROM predictions WHERE id = ANY(${ids}) ORDER BY model_id, input_hash, id
    ) AND ${UNJUDGED} AND ${UNQUEUED}`;
  await db.$executeRaw`
    UPDATE predictions q SET other_label = p.label, review_score = q.review_score + ${DISAGREEMENT}::float8
    FROM predictions p
    WHERE p.id = ANY(${ids}) AND q.model_id = p.model_id AND q.input_hash = p.input_hash AND q.review_score >= 0
      AND q.label <> p.label AND q.other_label IS NULL`;
}

/** Notes what the other version of a rollout answered to the same photos; another label raises the score in the queue. */
export async function noteComparisons(db: Db, compared: readonly Compared[]): Promise<void> {
  const [ids, labels] = [compared.map(({ predictionId }) => predictionId), compared.map(({ label }) => label)];
  await db.$executeRaw`
    UPDATE predictions p SET rollout_label = c.label
    FROM unnest(${ids}::text[], ${labels}::text[]) AS c(id, label) WHERE p.id = c.id`;
  await db.$executeRaw`
    UPDATE predictions p SET other_label = c.label, review_score = p.review_score + ${DISAGREEMENT}::float8
    FROM unnest(${ids}::text[], ${labels}::text[]) AS c(id, label)
    WHERE p.id = c.id AND p.label <> c.label AND p.other_label IS NULL`;
}

/** Puts the photo of an answer back into the queue, if it was kept and nobody has judged it. */
export async function requeue(db: Db, id: string): Promise<void> {
  await db.$executeRaw`
    UPDATE predictions p SET review_score = ${SCORE}
    WHERE p.id = ${id} AND p.photo_blob IS NOT NULL AND ${UNJUDGED} AND ${UNQUEUED}`;
}

/**
 * Removes answers, or their photos, and keeps the photos that only they had in the queue there: each with the answer of the
 * newest version that is left with the photo, the last one of it.
 * @param where the condition on these answers. @param remove removes them.
 */
export async function removeAnswers(
  tx: Prisma.TransactionClient,
  where: Prisma.LoggedPredictionWhereInput,
  remove: () => Promise<unknown>,
): Promise<void> {
  const select = { modelId: true, inputHash: true } as const;
  const queued = await tx.loggedPrediction.findMany({ where: { ...where, reviewScore: { gte: 0 } }, select });
  await remove();
  if (queued.length === 0) return;
  const [models, hashes] = [queued.map(({ modelId }) => modelId), queued.map(({ inputHash }) => inputHash)];
  await tx.$executeRaw`
    UPDATE predictions p SET review_score = ${SCORE}
    WHERE p.id IN (
      SELECT DISTINCT ON (a.model_id, a.input_hash) a.id
      FROM unnest(${models}::text[], ${hashes}::text[]) AS gone(model_id, input_hash)
      JOIN predictions a ON a.model_id = gone.model_id AND a.input_hash = gone.input_hash AND a.photo_blob IS NOT NULL
      JOIN model_versions v ON v.id = a.version_id
      ORDER BY a.model_id, a.input_hash, v.number DESC, a.id DESC
    ) AND ${UNJUDGED} AND ${UNQUEUED}`;
}
