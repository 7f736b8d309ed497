import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Requester } from '../actor.js';
import { modelNotFound } from '../not-found.js';
import { type FeedbackService, holdAnswer } from './feedback-service.js';
import type { Prediction } from './prediction.js';
import type { PredictionLog } from './prediction-log.js';
import { toPrediction, withVersion } from './prediction-row.js';
import type { Agreement, Review, ReviewQueue } from './review.js';
import { type Candidate, candidates, type Reviewer, secondOpinions } from './review-candidates.js';
import { lockReviews, reserve } from './review-reservation.js';

/** Photos up to which those that wait are counted: the count reads each of them. */
const COUNTED = 10_000;

/** Which photos a reviewer wants. */
export interface NextReviews {
  readonly model: string;
  /** Photos that are reserved for the reviewer together. */
  readonly first: number;
  /** Ids of answers that the reviewer has already. */
  readonly except: readonly string[];
  /** Whether to get photos that one other person has judged. */
  readonly secondOpinion: boolean;
}

/** Gives the kept photos that nobody has judged to those who judge them, each to one person at a time. */
export class ReviewService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly log: Pick<PredictionLog, 'flush'>,
    private readonly feedback: Pick<FeedbackService, 'find'>,
  ) {}

  /** The queue as the caller would get it, with photos that are reserved for others. @throws NOT_FOUND. */
  async queue(model: string, first: number, requester: Requester): Promise<ReviewQueue> {
    const reviewer = await this.#reviewer(model, requester);
    const found = await candidates(this.prisma, reviewer, first, await reservations(this.prisma, reviewer), []);
    return this.#queueOf(model, reviewer, found);
  }

  /**
   * Reserves photos for the caller, so that it has `first` together with those it has already, which are reserved anew.
   * Fewer where no more are free. @throws NOT_FOUND.
   */
  async next({ model, first, except, secondOpinion }: NextReviews, requester: Requester): Promise<ReviewQueue> {
    const reviewer = await this.#reviewer(model, requester);
    const { modelId, tokenId, now } = reviewer;
    const by = requester.caller.name;
    const found = await this.prisma.$transaction(async (tx) => {
      // One after the other, so that nobody looks for photos that another one is about to take.
      await lockReviews(tx, modelId);
      const reserved = await reservations(tx, reviewer);
      const own = reserved.filter((photo) => photo.tokenId === tokenId && photo.isJudged === secondOpinion);
      const taken = reserved.map(({ hash }) => hash);
      const lacking = Math.max(0, first - own.length);
      const free = secondOpinion
        ? await secondOpinions(tx, reviewer, lacking, taken)
        : await candidates(tx, reviewer, lacking, reserved, taken);
      const photos: Candidate[] = [...own, ...free];
      const wanted = photos.map(({ id, hash }) => ({ modelId, inputHash: hash, predictionId: id, tokenId, by }));
      const got = await reserve(tx, wanted, now);
      return photos.filter(({ hash }) => got.has(hash));
    });
    const known = new Set(except);
    return this.#queueOf(
      model,
      reviewer,
      found.filter(({ id }) => !known.has(id)),
    );
  }

  /** Puts a photo behind all others for the caller, and frees it for others. @throws NOT_FOUND. */
  async skip(id: string, requester: Requester): Promise<Prediction> {
    const row = await this.feedback.find(id, requester);
    const { modelId, inputHash } = row;
    const { tokenId } = requester.caller;
    const skip = { predictionId: id, at: new Date() };
    await this.prisma.$transaction(async (tx) => {
      await holdAnswer(tx, id);
      await tx.reviewSkip.upsert({
        where: { modelId_tokenId_inputHash: { modelId, tokenId, inputHash } },
        create: { modelId, tokenId, inputHash, ...skip },
        update: skip,
      });
      await tx.reviewReservation.deleteMany({ where: { modelId, inputHash, tokenId } });
    });
    return toPrediction(row);
  }

  /** How often people agree who judged the same photo. */
  async agreement(model: string): Promise<Agreement> {
    const [found] = await this.prisma.$queryRaw<[Agreement]>`
      SELECT count(*)::int AS photos, (count(*) FILTER (WHERE labels = 1))::int AS agreed FROM (
        SELECT count(DISTINCT coalesce(label, '')) AS labels FROM photo_judgments
        WHERE model_id = (SELECT id FROM models WHERE name = ${model}) GROUP BY input_hash HAVING count(*) > 1
      ) AS several`;
    return found;
  }

  async #reviewer(model: string, { caller }: Requester): Promise<Reviewer> {
    await this.log.flush();
    const row = await this.prisma.model.findUnique({ where: { name: model }, select: { id: true } });
    if (!row) throw modelNotFound(model);
    return { modelId: row.id, tokenId: caller.tokenId, now: new Date() };
  }

  async #queueOf(model: string, { modelId, now }: Reviewer, found: readonly Candidate[]): Promise<ReviewQueue> {
    const ids = found.map(({ id }) => id);
    const hashes = found.map(({ hash }) => hash);
    const [rows, held, left] = [
      await this.prisma.loggedPrediction.findMany({ where: { id: { in: ids } }, include: withVersion }),
      await this.prisma.reviewReservation.findMany({
        where: { modelId, inputHash: { in: hashes }, until: { gt: now } },
      }),
      await this.prisma.loggedPrediction.count({ where: { modelId, reviewScore: { gte: 0 } }, take: COUNTED }),
    ];
    const byId = new Map(rows.map((row) => [row.id, row]));
    const byHash = new Map(held.map((reservation) => [reservation.inputHash, reservation]));
    const reviews = ids.flatMap((id): Review[] => {
      const row = byId.get(id);
      if (!row) return []; // deleted meanwhile
      const { by = null, until = null } = byHash.get(row.inputHash) ?? {};
      return [{ prediction: toPrediction(row), score: row.reviewScore, reservedBy: by, reservedUntil: until }];
    });
    return { model, reviews, left };
  }
}

interface Reserved extends Candidate {
  readonly tokenId: string;
  /** Whether somebody has judged it, so that it waits for a second opinion. */
  readonly isJudged: boolean;
}

/** The photos of a model that are reserved, those with the highest scores first. */
async function reservations(
  db: Pick<Prisma.TransactionClient, 'reviewReservation'>,
  { modelId, now }: Reviewer,
): Promise<Reserved[]> {
  const rows = await db.reviewReservation.findMany({
    where: { modelId, until: { gt: now } },
    include: { prediction: { select: { fingerprint: true, reviewScore: true } } },
    orderBy: [{ prediction: { reviewScore: 'desc' } }, { inputHash: 'asc' }],
  });
  return rows.map(({ predictionId: id, inputHash: hash, tokenId, prediction: { fingerprint, reviewScore } }) => ({
    ...{ id, hash, tokenId, fingerprint },
    isJudged: reviewScore === null,
  }));
}
