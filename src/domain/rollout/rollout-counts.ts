import { RolloutFigures } from '../../serving/rollout-figures.js';
import type { Rollouts, Rollout as RunningRollout } from '../../serving/rollouts.js';
import type { PrismaClient } from '../../storage/database.js';
import { type RolloutRow, storedFigures } from './rollout-row.js';

/** The figures of rollouts: each process writes its own, and reads those of the others. */
export class RolloutCounts {
  /** Total of this process's figures at their last write. */
  readonly #written = new WeakMap<RunningRollout, number>();

  constructor(
    private readonly prisma: PrismaClient,
    private readonly rollouts: Rollouts,
    private readonly processId: string,
  ) {}

  /** The rollout as this process takes part in it, if it does. */
  live({ id, alias, version }: RolloutRow): RunningRollout | undefined {
    const rollout = this.rollouts.find(version.model.name, alias);
    return rollout?.id === id ? rollout : undefined;
  }

  /** Figures of a process that begins to take part. */
  begin(row: RolloutRow): RolloutFigures {
    const figures = new RolloutFigures(null);
    figures.others = storedFigures(row, this.processId);
    return figures;
  }

  /** The figures of all processes. @param own those of this process; by default those that serving counts. */
  of(row: RolloutRow, own = this.live(row)?.figures): RolloutFigures {
    return own ? RolloutFigures.sum([own, storedFigures(row, this.processId)]) : storedFigures(row);
  }

  /** Writes the figures of this process, and reads those of the others. @returns false when nothing was counted since. */
  async write(rollout: RunningRollout): Promise<boolean> {
    const { id: rolloutId, figures: own } = rollout;
    const { total } = own;
    if (this.#written.get(rollout) === total) return false;
    const { processId } = this;
    const figures = own.write();
    const { rollout: row } = await this.prisma.rolloutPart.upsert({
      where: { rolloutId_processId: { rolloutId, processId } },
      create: { rolloutId, processId, figures },
      update: { figures },
      include: { rollout: { include: { parts: true } } },
    });
    own.others = storedFigures(row, processId);
    this.#written.set(rollout, total);
    return true;
  }
}
