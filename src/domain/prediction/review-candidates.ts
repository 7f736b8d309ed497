import { Fingerprints } from '../../datasets/near-duplicates.js';
import { Prisma } from '../../storage/database.js';
import type { DriftedPart } from './drift.js';
import { driftScore, UNJUDGED } from './review-score.js';

/** Photos with the highest scores among which near duplicates are put last, and photos judged last to which they are compared. */
const WINDOW = 500;
/** How many times as many photos drift puts in order, by their scores without it: it adds little to a score. */
const DRIFTING = 10;
/** Photos judged last that others may judge again. */
const SECOND = 1000;

/** A photo that can be reviewed. */
export interface Candidate {
  /** Id of the answer. */
  readonly id: string;
  readonly hash: string;
  readonly fingerprint: string | null;
}

/** Whose queue it is. */
export interface Reviewer {
  readonly modelId: string;
  readonly tokenId: string;
  readonly now: Date;
  /** Parts of the traffic that drifted, whose photos come earlier. */
  readonly drifted: readonly DriftedPart[];
}

type Db = Pick<Prisma.TransactionClient, '$queryRaw'>;

/**
 * Photos that nobody has judged, at most `count`: those with the highest score first, which drift raises, then near
 * duplicates of these or of photos that are reserved or were judged lately, then those that the
 * reviewer has skipped, the longest ago first.
 * @param reserved photos that are reserved for somebody.
 * @param without hashes of photos to leave out.
 */
export async function candidates(
  db: Db,
  { modelId, tokenId, drifted }: Reviewer,
  count: number,
  reserved: readonly Candidate[],
  without: readonly string[],
): Promise<Candidate[]> {
  const most = Math.max(WINDOW, count);
  // The order of an index, so that a long queue is not sorted.
  const byScore = (limit: number) => Prisma.sql`
    SELECT p.id, p.input_hash AS hash, p.fingerprint, p.review_score, p.version_id, p.label, p.confidence, p.job_id
    FROM predictions p
    WHERE p.model_id = ${modelId} AND p.review_score >= 0 AND p.input_hash <> ALL(${without}) AND NOT EXISTS (
      SELECT 1 FROM review_skips s WHERE s.model_id = p.model_id AND s.token_id = ${tokenId} AND s.input_hash = p.input_hash)
    ORDER BY p.review_score DESC, p.id DESC LIMIT ${limit}`;
  const [read, score] =
    drifted.length === 0
      ? [most, Prisma.sql`p.review_score`]
      : [DRIFTING * most, Prisma.sql`p.review_score + ${driftScore(drifted)}`];
  const best = await db.$queryRaw<Candidate[]>`
    SELECT p.id, p.hash, p.fingerprint FROM (${byScore(read)}) p ORDER BY ${score} DESC, p.id DESC LIMIT ${most}`;
  const judged = await db.$queryRaw<Pick<Candidate, 'fingerprint'>[]>`
    SELECT fingerprint FROM predictions WHERE model_id = ${modelId} AND right_at IS NOT NULL
    ORDER BY right_at DESC LIMIT ${WINDOW}`;
  const waiting = new Set(best.map(({ id }) => id));
  const elsewhere = reserved.filter(({ id }) => !waiting.has(id));
  const chosen = diverse(best, [...judged, ...elsewhere]).slice(0, count);
  if (chosen.length === count) return chosen;
  const skipped = await db.$queryRaw<Candidate[]>`
    SELECT p.id, p.input_hash AS hash, p.fingerprint FROM review_skips s
    JOIN predictions p ON p.model_id = s.model_id AND p.input_hash = s.input_hash
    WHERE s.model_id = ${modelId} AND s.token_id = ${tokenId} AND p.review_score >= 0 AND p.input_hash <> ALL(${without})
    ORDER BY s.at, p.id LIMIT ${count - chosen.length}`;
  return [...chosen, ...skipped];
}

/**
 * Photos that nobody has judged and to which the versions of a rollout gave different labels, in an order that does not
 * depend on the answers, so that those judged first are a fair sample; at the end those that the reviewer has skipped.
 * @param without hashes of photos to leave out.
 */
export async function differingAnswers(
  db: Db,
  { modelId, tokenId }: Pick<Reviewer, 'modelId' | 'tokenId'>,
  rolloutId: string,
  count: number,
  without: readonly string[],
): Promise<Candidate[]> {
  return db.$queryRaw<Candidate[]>`
    SELECT id, hash, fingerprint FROM (
      SELECT DISTINCT ON (p.input_hash) p.id, p.input_hash AS hash, p.fingerprint, s.at FROM predictions p
      LEFT JOIN review_skips s ON s.model_id = p.model_id AND s.token_id = ${tokenId} AND s.input_hash = p.input_hash
      WHERE p.model_id = ${modelId} AND ${differsIn(rolloutId)} AND p.input_hash <> ALL(${without})
      ORDER BY p.input_hash, p.id
    ) AS differing ORDER BY at NULLS FIRST, hash LIMIT ${count}`;
}

/** Number of such photos, counted up to `most`. */
export async function countDiffering(db: Db, modelId: string, rolloutId: string, most: number): Promise<number> {
  const [{ count } = { count: 0 }] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      SELECT DISTINCT p.input_hash FROM predictions p WHERE p.model_id = ${modelId} AND ${differsIn(rolloutId)} LIMIT ${most}
    ) AS differing`;
  return count;
}

/** That the versions of a rollout gave the kept photo of an answer `p` different labels, and nobody has judged it. */
function differsIn(rolloutId: string): Prisma.Sql {
  return Prisma.sql`p.rollout_id = ${rolloutId} AND p.rollout_label <> p.label AND p.photo_blob IS NOT NULL AND ${UNJUDGED}`;
}

/**
 * Photos that one other reviewer has judged lately and this one has not, those judged last first.
 * @param without hashes of photos to leave out.
 */
export async function secondOpinions(
  db: Db,
  { modelId, tokenId }: Reviewer,
  count: number,
  without: readonly string[],
): Promise<Candidate[]> {
  return db.$queryRaw<Candidate[]>`
    SELECT p.id, p.input_hash AS hash, p.fingerprint
    FROM (SELECT * FROM photo_judgments WHERE model_id = ${modelId} ORDER BY at DESC LIMIT ${SECOND}) j
    JOIN predictions p ON p.id = j.prediction_id
    WHERE j.token_id <> ${tokenId} AND p.photo_blob IS NOT NULL AND j.input_hash <> ALL(${without})
      AND NOT EXISTS (SELECT 1 FROM photo_judgments o
        WHERE o.model_id = j.model_id AND o.input_hash = j.input_hash AND o.token_id <> j.token_id)
      AND NOT EXISTS (SELECT 1 FROM review_skips s
        WHERE s.model_id = j.model_id AND s.token_id = ${tokenId} AND s.input_hash = j.input_hash)
    ORDER BY j.at DESC LIMIT ${count}`;
}

/** The photos in their order, but those after the others that look like an earlier or a known one. */
function diverse(photos: readonly Candidate[], known: readonly Pick<Candidate, 'fingerprint'>[]): Candidate[] {
  const seen = new Fingerprints();
  for (const { fingerprint } of known) if (fingerprint !== null) seen.add(fingerprint);
  const [first, alike]: [Candidate[], Candidate[]] = [[], []];
  for (const photo of photos) {
    const { fingerprint } = photo;
    if (fingerprint !== null && seen.hasNear(fingerprint)) {
      alike.push(photo);
      continue;
    }
    first.push(photo);
    if (fingerprint !== null) seen.add(fingerprint);
  }
  return [...first, ...alike];
}
