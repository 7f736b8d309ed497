import { z } from 'zod';
import { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import type { Observed } from './e-process.js';

/** Most answers of the present version that one answer of the candidate is compared with. More would add little. */
const LARGEST_BLOCK = 20;

const countsSchema = z.strictObject({
  bothRight: z.number(),
  candidateRight: z.number(),
  presentRight: z.number(),
  bothWrong: z.number(),
  candidateOnly: z.number(),
  candidateOnlyRight: z.number(),
  presentOnly: z.number(),
  presentOnlyRight: z.number(),
  showNone: z.number(),
  blocks: z.array(z.number()),
});

/**
 * Judged photos of a rollout. Each photo counts once, however often it was sent. Both versions answered `bothRight`,
 * `candidateRight` (the candidate alone is right), `presentRight` and `bothWrong`; one of them answered `candidateOnly` and
 * `presentOnly`; `showNone` show none of the classes and are in no other count. `blocks` is as in `blocksOf`.
 */
export type JudgedCounts = Readonly<z.output<typeof countsSchema>>;

const NONE: JudgedCounts = {
  ...{ bothRight: 0, candidateRight: 0, presentRight: 0, bothWrong: 0 },
  ...{ candidateOnly: 0, candidateOnlyRight: 0, presentOnly: 0, presentOnlyRight: 0 },
  ...{ showNone: 0, blocks: [] },
};

const countsColumn = z.object({ judged: countsSchema.nullable() });

type Db = Pick<Prisma.TransactionClient, '$queryRaw' | '$executeRaw'>;

/** The counts that a rollout's row has of answers that were deleted. */
export function storedCounts(row: { readonly id: string; readonly judged: unknown }): JudgedCounts {
  return parseColumns(countsColumn, row, `rollout ${row.id}`).judged ?? NONE;
}

export function sumOfCounts(a: JudgedCounts, b: JudgedCounts): JudgedCounts {
  const names = (Object.keys(NONE) as (keyof JudgedCounts)[]).filter((name) => name !== 'blocks');
  const longest = a.blocks.length > b.blocks.length ? a.blocks : b.blocks;
  const blocks = longest.map((_, i) => (a.blocks[i] ?? 0) + (b.blocks[i] ?? 0));
  return { ...NONE, ...Object.fromEntries(names.map((name) => [name, a[name] + b[name]])), blocks };
}

/** How many answers of the present version come to one of the candidate, by the candidate's share of the photos. */
export function blockSize(share: number): number {
  return Math.min(LARGEST_BLOCK, Math.max(1, Math.round((1 - share) / share)));
}

/**
 * Compares each answer of the candidate with the next `size` answers of the present version.
 * @param candidate whether each is right, in the order in which they were judged. @param present likewise.
 * @returns [2 x (size + 1)] numbers of blocks, at (candidate is right ? size + 1 : 0) + right answers of the present version.
 */
export function blocksOf(candidate: readonly boolean[], present: readonly boolean[], size: number): number[] {
  const blocks = new Array<number>(2 * (size + 1)).fill(0);
  const full = Math.min(candidate.length, Math.floor(present.length / size));
  for (let i = 0; i < full; i++) {
    blocks[(candidate[i] ? size + 1 : 0) + countOf(present.slice(i * size, (i + 1) * size))]! += 1;
  }
  return blocks;
}

/** The differences that blocks stand for: the answer of the candidate, 0 or 1, less the mean of those of the present version. */
export function differencesOf(blocks: readonly number[]): Observed[] {
  const size = blocks.length / 2 - 1;
  return blocks.map((count, i) => ({ value: i > size ? 1 - (i - size - 1) / size : -i / size, count }));
}

const countOf = (answers: readonly boolean[]): number => answers.filter(Boolean).length;

/** The judged photos with kept answers, by rollout. @param ids of the rollouts. @returns an entry for each that has some. */
export async function judgedCounts(db: Db, ids: readonly string[]): Promise<Map<string, JudgedCounts>> {
  const all = await countsOf(db, Prisma.sql`r.id = ANY(${ids})`, Prisma.sql`true`);
  return new Map([...all].map(([id, { counts }]) => [id, counts]));
}

/** Answers that are about to be deleted: those of before a time, those to photos with these SHA-256, or those that are both. */
interface Leaving {
  readonly before?: Date;
  readonly photos?: readonly string[];
}

/**
 * Adds to the rollouts of a model the counts of judged photos of which all answers, or all judged ones, are about to be deleted.
 * What is counted so belongs to its rollout no longer, so that it is not counted again: its answers may go one after the other,
 * and those that stay may be judged again.
 */
export async function keepJudgedCounts(tx: Db, modelId: string, { before, photos }: Leaving): Promise<void> {
  // Several processes delete. Answers are written meanwhile: their foreign key holds a weaker lock of this row.
  await tx.$queryRaw`SELECT id FROM models WHERE id = ${modelId} FOR NO KEY UPDATE`;
  let answers = Prisma.sql`p.model_id = ${modelId}`;
  if (photos) {
    const judged = await tx.$queryRaw<{ hash: string }[]>`
      SELECT DISTINCT input_hash AS hash FROM photo_judgments
      WHERE model_id = ${modelId} AND input_hash = ANY(${photos}::text[])`;
    if (judged.length === 0) return;
    answers = Prisma.sql`${answers} AND p.input_hash = ANY(${judged.map(({ hash }) => hash)}::text[])`;
  }
  const leaves = before
    ? Prisma.sql`max(p.at) < ${before} OR NOT EXISTS (
        SELECT 1 FROM photo_judgments j JOIN predictions judged ON judged.id = j.prediction_id
        WHERE j.model_id = p.model_id AND j.input_hash = p.input_hash AND judged.at >= ${before})`
    : Prisma.sql`true`;
  for (const [id, { counts, photos: counted }] of await countsOf(tx, answers, leaves)) {
    const [row] = await tx.$queryRaw<
      { id: string; judged: unknown }[]
    >`SELECT id, judged FROM rollouts WHERE id = ${id}`;
    if (!row) continue;
    const judged = JSON.stringify(sumOfCounts(storedCounts(row), counts));
    await tx.$executeRaw`UPDATE rollouts SET judged = ${judged}::jsonb WHERE id = ${id}`;
    await tx.$executeRaw`
      UPDATE predictions SET rollout_id = NULL
      WHERE model_id = ${modelId} AND rollout_id = ${id} AND input_hash = ANY(${counted}::text[])`;
  }
}

interface Counted extends Omit<JudgedCounts, 'blocks' | `${'candidate' | 'present'}Only${'' | 'Right'}`> {
  readonly id: string;
  readonly share: number;
  /** Whether each is right, in the order in which they were judged. */
  readonly ofCandidate: boolean[];
  readonly ofPresent: boolean[];
  /** SHA-256 of all. */
  readonly photos: string[];
}

/** @param answers which rows. @param photos which groups of answers to one photo. */
async function countsOf(
  db: Db,
  answers: Prisma.Sql,
  photos: Prisma.Sql,
): Promise<Map<string, { readonly counts: JudgedCounts; readonly photos: readonly string[] }>> {
  const rows = await db.$queryRaw<Counted[]>`
    SELECT id, share,
      (count(*) FILTER (WHERE candidate = right_label AND present = right_label))::int AS "bothRight",
      (count(*) FILTER (WHERE candidate = right_label AND present <> right_label))::int AS "candidateRight",
      (count(*) FILTER (WHERE candidate <> right_label AND present = right_label))::int AS "presentRight",
      (count(*) FILTER (WHERE candidate <> right_label AND present <> right_label))::int AS "bothWrong",
      (count(*) FILTER (WHERE right_label IS NULL))::int AS "showNone",
      coalesce(array_agg(candidate = right_label ORDER BY judged_at, input_hash)
        FILTER (WHERE present IS NULL AND right_label IS NOT NULL), '{}') AS "ofCandidate",
      coalesce(array_agg(present = right_label ORDER BY judged_at, input_hash)
        FILTER (WHERE candidate IS NULL AND right_label IS NOT NULL), '{}') AS "ofPresent",
      array_agg(input_hash) AS photos
    FROM (
      SELECT r.id, r.share, p.model_id, p.input_hash,
        max(CASE WHEN p.version_id = r.version_id THEN p.label ELSE p.rollout_label END) AS candidate,
        max(CASE WHEN p.version_id = r.present_id THEN p.label ELSE p.rollout_label END) AS present
      FROM predictions p JOIN rollouts r ON r.id = p.rollout_id
      WHERE ${answers} AND EXISTS (
        SELECT 1 FROM photo_judgments j WHERE j.model_id = p.model_id AND j.input_hash = p.input_hash)
      GROUP BY r.id, p.model_id, p.input_hash HAVING ${photos}
    ) photos CROSS JOIN LATERAL (
      SELECT j.label AS right_label, j.at AS judged_at FROM photo_judgments j
      WHERE j.model_id = photos.model_id AND j.input_hash = photos.input_hash ORDER BY j.at DESC LIMIT 1
    ) judgment
    GROUP BY id, share`;
  return new Map(
    rows.map(({ id, share, ofCandidate, ofPresent, photos: counted, ...both }) => {
      const counts = {
        ...both,
        ...{ candidateOnly: ofCandidate.length, candidateOnlyRight: countOf(ofCandidate) },
        ...{ presentOnly: ofPresent.length, presentOnlyRight: countOf(ofPresent) },
        blocks: blocksOf(ofCandidate, ofPresent, blockSize(share)),
      };
      return [id, { counts, photos: counted }];
    }),
  );
}
