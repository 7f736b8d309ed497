import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Requester } from '../actor.js';
import { labelsOf } from '../model/model-version-row.js';
import type { Prediction } from './prediction.js';
import type { PredictionLog } from './prediction-log.js';
import { type PredictionRow, toPrediction, withVersion } from './prediction-row.js';
import { reserve } from './review-reservation.js';
import { requeue } from './review-score.js';

/** What somebody says that a photo shows: a class of the version that answered, or none of them. */
export interface Feedback {
  readonly label: string | null;
  readonly showsNone: boolean;
}

/** Records what photos show, and takes it back. */
export class FeedbackService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly log: Pick<PredictionLog, 'flush'>,
  ) {}

  /**
   * Records what a photo shows; it replaces earlier feedback of the token on the photo. The photo leaves the review queue.
   * @throws NOT_FOUND, also for another model than the caller's; BAD_INPUT for a label that the version does not have, for
   * both a label and none, and for neither.
   */
  async give(id: string, { label, showsNone }: Feedback, requester: Requester): Promise<Prediction> {
    const row = await this.find(id, requester);
    if ((label === null) !== showsNone) {
      throw new HubError('BAD_INPUT', 'Feedback is a class or none of them: give either `label` or `showsNone: true`.');
    }
    const labels = labelsOf(row.version);
    if (label !== null && !labels.includes(label)) {
      const message = `The version has no class named ${label}; it has ${labels.join(', ')}.`;
      throw new HubError('BAD_INPUT', message, { received: label });
    }
    const { modelId, inputHash } = row;
    const { tokenId, name: by } = requester.caller;
    const judgment = { predictionId: id, by, label, at: new Date() };
    return this.prisma.$transaction(async (tx) => {
      await holdAnswer(tx, id);
      await tx.photoJudgment.upsert({
        where: { modelId_inputHash_tokenId: { modelId, inputHash, tokenId } },
        create: { modelId, inputHash, tokenId, ...judgment },
        update: judgment,
      });
      await tx.reviewReservation.deleteMany({ where: { modelId, inputHash } });
      // Waits for a newer answer that takes its place in the queue just now, and leaves the queue instead.
      await tx.$queryRaw`
        SELECT id FROM predictions WHERE model_id = ${modelId} AND input_hash = ${inputHash} AND review_score >= 0
        FOR NO KEY UPDATE`;
      await tx.loggedPrediction.updateMany({
        where: { modelId, inputHash, reviewScore: { not: null } },
        data: { reviewScore: null },
      });
      return judged(tx, id, judgment);
    });
  }

  /**
   * Takes back what the caller's token said about the photo of an answer, which gets the feedback that others gave before.
   * A photo that nobody has judged returns to the review queue. A kept photo is reserved for the caller again.
   * @throws NOT_FOUND, also for another model than the caller's; CONFLICT where the token has judged nothing.
   */
  async takeBack(id: string, requester: Requester): Promise<Prediction> {
    const { modelId, inputHash, photoBlob } = await this.find(id, requester);
    const { tokenId, name: by } = requester.caller;
    return this.prisma.$transaction(async (tx) => {
      await holdAnswer(tx, id);
      const { count } = await tx.photoJudgment.deleteMany({ where: { modelId, inputHash, tokenId, predictionId: id } });
      if (count === 0) {
        throw new HubError(
          'CONFLICT',
          'This token gave no feedback on this answer, so there is nothing to take back.',
          {
            id,
          },
        );
      }
      const before = await tx.photoJudgment.findFirst({ where: { predictionId: id }, orderBy: { at: 'desc' } });
      const row = await judged(tx, id, before);
      await requeue(tx, id);
      if (photoBlob !== null) await reserve(tx, [{ modelId, inputHash, predictionId: id, tokenId, by }]);
      return row;
    });
  }

  /** @throws NOT_FOUND, also for another model than the caller's. */
  async find(id: string, { caller }: Pick<Requester, 'caller'>): Promise<PredictionRow> {
    await this.log.flush();
    const model = caller.model === null ? {} : { model: { name: caller.model } };
    const row = await this.prisma.loggedPrediction.findUnique({ where: { id, ...model }, include: withVersion });
    if (!row) throw noPrediction(id);
    return row;
  }
}

/** Keeps an answer from being deleted until the transaction ends. @throws NOT_FOUND for one that was deleted meanwhile. */
export async function holdAnswer(tx: Pick<Prisma.TransactionClient, '$queryRaw'>, id: string): Promise<void> {
  const held = await tx.$queryRaw<object[]>`SELECT id FROM predictions WHERE id = ${id} FOR KEY SHARE`;
  if (held.length === 0) throw noPrediction(id);
}

function noPrediction(id: string): HubError {
  return new HubError('NOT_FOUND', 'There is no prediction with this id.', { id });
}

interface Given {
  readonly by: string | null;
  /** Null: none of the classes. */
  readonly label: string | null;
  readonly at: Date;
}

/** Writes the last judgment of an answer into its row. @param given null where nothing is left of it. */
async function judged(tx: Prisma.TransactionClient, id: string, given: Given | null): Promise<Prediction> {
  const { by, label, at } = given ?? { by: null, label: null, at: null };
  const data = { rightLabel: label, showsNone: given !== null && label === null, rightBy: by, rightAt: at };
  return toPrediction(await tx.loggedPrediction.update({ where: { id }, data, include: withVersion }));
}
