import DataLoader from 'dataloader';
import type { PrismaClient } from '../../storage/database.js';
import type { PredictionLog } from '../prediction/prediction-log.js';
import { evidenceOf } from './evidence-of.js';
import { type JudgedCounts, judgedCounts, sumOfCounts } from './judged-counts.js';
import type { Rollout } from './rollout.js';
import type { RolloutEvidence } from './rollout-evidence.js';

/** Compares the versions of rollouts by the judged photos of the prediction log. */
export class RolloutEvidenceService {
  /** Judged photos with kept answers, by the id of the rollout; null for none. */
  readonly #counts = new DataLoader<string, JudgedCounts | null>(
    async (ids) => {
      await this.log.flush();
      const found = await judgedCounts(this.prisma, ids);
      return ids.map((id) => found.get(id) ?? null);
    },
    { cache: false },
  );

  constructor(
    private readonly prisma: PrismaClient,
    private readonly log: Pick<PredictionLog, 'flush'>,
  ) {}

  async of(rollout: Rollout): Promise<RolloutEvidence> {
    const kept = await this.#counts.load(rollout.id);
    const { judgedBefore } = rollout;
    return evidenceOf(rollout, kept ? sumOfCounts(judgedBefore, kept) : judgedBefore);
  }
}
