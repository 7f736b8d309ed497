import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Requester } from '../actor.js';
import { modelNotFound } from '../not-found.js';
import type { DriftedTraffic } from './drifted-traffic.js';
import { type FeedbackService, holdAnswer } from './feedback-service.js';
import type { Prediction } from './prediction.js';
import type { PredictionLog } from './prediction-log.js';
import { toPrediction, withVersion } from './prediction-row.js';
import type { Agreement, Review, ReviewQueue } from './review.js';
import {
  type Candidate,
  candidates,
  countDiffering,
  differingAnswers,
  type Reviewer,
  secondOpinions,
} from './review-candidates.js';
import { lockReviews, reserve } from './review-reservation.js';
import { driftOfAnswer } from './review-score.js';

/** Photos up to which those that wait are counted: the count reads each of them. */
const COUNTED = 10_000;

/** Which photos of a queue somebody wants to see. */
export interface Listed {
  readonly model: string;
  readonly first: number;
  /** Whether to get only photos on which the versions of the newest rollout differ. */
  readonly differing: boolean;
}

/** Which photos a reviewer wants; `first` counts those that are reserved for the reviewer together. */
export interface NextReviews extends Listed {
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
    private readonly drifted: Pick<DriftedTraffic, 'of'>,
  ) {}

  /** The queue as the caller would get it, with photos that are reserved for others. @throws NOT_FOUND. */
  async queue({ model, first, differing }: Listed, requester: Requester): Promise<ReviewQueue> {
    const reviewer = await this.#reviewer(model, requester, differing);
    const rollout = differing ? await this.#newestRollout(reviewer) : null;
    const found =
      rollout !== null
        ? await differingAnswers(this.prisma, reviewer, rollout, first, [])
        : await candidates(this.prisma, reviewer, first, await reservations(this.prisma, reviewer), []);
    return this.#queueOf(model, reviewer, rollout, found);
  }

  /**
   * Reserves photos for the caller, so that it has `first` together with those it has already, which are reserved anew.
   * Fewer where no more are free. @throws NOT_FOUND; BAD_INPUT for second opinions on photos on which versions differ.
   */
  async next(wanted: NextReviews, requester: Requester): Promise<ReviewQueue> {
    const { model, first, except, secondOpinion, differing } = wanted;
    if (secondOpinion && differing) {
      const message =
        'Give `secondOpinion` or `differing`, not both: a second opinion is about photos that somebody has judged.';
      throw new HubError('BAD_INPUT', message);
    }
    const reviewer = await this.#reviewer(model, requester, differing);
    const { modelId, tokenId, now } = reviewer;
    const rollout = differing ? await this.#newestRollout(reviewer) : null;
    const by = requester.caller.name;
    const found = await this.prisma.$transaction(async (tx) => {
      // One after the other, so that nobody looks for photos that another one is about to take.
      await lockReviews(tx, modelId);
      const reserved = await reservations(tx, reviewer);
      const own = reserved.filter(
        (photo) =>
          photo.tokenId === tokenId &&
          photo.isJudged === secondOpinion &&
          (rollout === null || photo.differsIn === rollout),
      );
      // The fair order, in which these would have been found: that of scores depends on the answers.
      if (rollout !== null) own.sort((a, b) => (a.hash < b.hash ? -1 : 1));
      const taken = reserved.map(({ hash }) => hash);
      const lacking = Math.max(0, first - own.length);
      const free = secondOpinion
        ? await secondOpinions(tx, reviewer, lacking, taken)
        : rollout === null
          ? await candidates(tx, reviewer, lacking, reserved, taken)
          : await differingAnswers(tx, reviewer, rollout, lacking, taken);
      const photos: Candidate[] = [...own, ...free];
      const rows = photos.map(({ id, hash }) => ({ modelId, inputHash: hash, predictionId: id, tokenId, by }));
      const got = await reserve(tx, rows, now);
      return photos.filter(({ hash }) => got.has(hash));
    });
    const known = new Set(except);
    return this.#queueOf(
      model,
      reviewer,
      rollout,
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

  /** @param differing whether the order is that of hashes, which drift does not change. */
  async #reviewer(model: string, { caller }: Requester, differing: boolean): Promise<Reviewer> {
    await this.log.flush();
    const row = await this.prisma.model.findUnique({ where: { name: model }, select: { id: true } });
    if (!row) throw modelNotFound(model);
    const drifted = differing ? [] : await this.drifted.of(model);
    return { modelId: row.id, tokenId: caller.tokenId, now: new Date(), drifted };
  }

  /** Id of the rollout of a model that was started last; without one, of none. */
  async #newestRollout({ modelId }: Reviewer): Promise<string> {
    const where = { version: { modelId } };
    const orderBy = [{ startedAt: 'desc' }, { id: 'desc' }] as const;
    const row = await this.prisma.rollout.findFirst({ where, orderBy: [...orderBy], select: { id: true } });
    return row?.id ?? '';
  }

  /** @param rollout id of the one on whose photos versions differ; null for the whole queue. */
  async #queueOf(
    model: string,
    { modelId, now, drifted }: Reviewer,
    rollout: string | null,
    found: readonly Candidate[],
  ): Promise<ReviewQueue> {
    const ids = found.map(({ id }) => id);
    const hashes = found.map(({ hash }) => hash);
    const [rows, held, left] = [
      await this.prisma.loggedPrediction.findMany({ where: { id: { in: ids } }, include: withVersion }),
      await this.prisma.reviewReservation.findMany({
        where: { modelId, inputHash: { in: hashes }, until: { gt: now } },
      }),
      rollout === null
        ? await this.prisma.loggedPrediction.count({ where: { modelId, reviewScore: { gte: 0 } }, take: COUNTED })
        : await countDiffering(this.prisma, modelId, rollout, COUNTED),
    ];
    const byId = new Map(rows.map((row) => [row.id, row]));
    const byHash = new Map(held.map((reservation) => [reservation.inputHash, reservation]));
    const reviews = ids.flatMap((id): Review[] => {
      const row = byId.get(id);
      if (!row) return []; // deleted meanwhile
      const { by = null, until = null } = byHash.get(row.inputHash) ?? {};
      const drift = driftOfAnswer(row, drifted);
      const score = rollout !== null || row.reviewScore === null ? null : row.reviewScore + (drift?.score ?? 0);
      const reserved = { reservedBy: by, reservedUntil: until };
      return [{ prediction: toPrediction(row), score, drift: drift?.text ?? null, ...reserved }];
    });
    return { model, reviews, left };
  }
}

interface Reserved extends Candidate {
  readonly tokenId: string;
  /** Whether somebody has judged it, so that it waits for a second opinion. */
  readonly isJudged: boolean;
  /** Id of the rollout in which another version gave it another label; null where none did. */
  readonly differsIn: string | null;
}

/** The photos of a model that are reserved, those with the highest scores first. */
async function reservations(
  db: Pick<Prisma.TransactionClient, '$queryRaw'>,
  { modelId, now }: Reviewer,
): Promise<Reserved[]> {
  return db.$queryRaw<Reserved[]>`
    SELECT p.id, r.input_hash AS hash, r.token_id AS "tokenId", p.fingerprint,
      EXISTS (SELECT 1 FROM photo_judgments j WHERE j.model_id = r.model_id AND j.input_hash = r.input_hash) AS "isJudged",
      CASE WHEN p.rollout_label <> p.label THEN p.rollout_id END AS "differsIn"
    FROM review_reservations r JOIN predictions p ON p.id = r.prediction_id
    WHERE r.model_id = ${modelId} AND r.until > ${now}
    ORDER BY p.review_score DESC NULLS LAST, r.input_hash`;
}
