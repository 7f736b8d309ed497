import { v7 as uuid } from 'uuid';
import type { Notices } from '../../cluster/notices.js';
import type { JobQueue } from '../../jobs/queue.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';

/** A slice of features to compute. */
export interface PlannedSlice {
  readonly id: string;
  /** Index of the first chunk. */
  readonly first: number;
  readonly chunks: number;
}

/** A run under an attempt. */
interface RunAttempt {
  readonly runId: string;
  readonly attempt: number;
}

/**
 * The slices of features that several workers compute for a run under way. Such a run has no job of its own: the worker
 * that ends the last slice enqueues it again, in the same transaction.
 */
export class FeatureSlices {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly queue: JobQueue,
    private readonly notices: Notices,
  ) {}

  /** Whether a run under way waits for its slices. */
  async isAwaited(runId: string): Promise<boolean> {
    const [{ count }] = await this.prisma.$queryRaw<[{ count: bigint }]>`
      SELECT count(*) FROM feature_slices JOIN runs ON runs.id = run_id AND runs.attempt = feature_slices.attempt
      WHERE run_id = ${runId} AND state = 'RUNNING'`;
    return count > 0n;
  }

  /** Replaces the job of a run by the jobs of its slices, in the transaction that holds the attempt. */
  async write(
    tx: Prisma.TransactionClient,
    { runId, attempt }: RunAttempt,
    computer: string,
    slices: readonly PlannedSlice[],
  ): Promise<void> {
    await tx.featureSlice.createMany({ data: slices.map((slice) => ({ ...slice, runId, attempt, computer })) });
    for (const [order, { id }] of slices.entries()) await this.queue.enqueue(tx, 'features', { id, order });
    await this.queue.withdraw(tx, 'train', runId);
  }

  /**
   * Ends a slice, in a transaction that has locked the run's row: two that end at the same time see each other. The last one
   * enqueues the run. @returns false when another worker has claimed the slice since.
   */
  async finish(tx: Prisma.TransactionClient, id: string, claims: number, run: RunAttempt): Promise<boolean> {
    const { count } = await tx.featureSlice.deleteMany({ where: { id, claims } });
    if (count === 0) return false;
    if ((await tx.featureSlice.count({ where: run })) === 0) await this.queue.enqueueFirst(tx, 'train', run.runId);
    return true;
  }

  /** Lets the run continue without its slices, in a transaction that holds the attempt. @returns ids, for `stop`. */
  async giveUp(tx: Prisma.TransactionClient, runId: string): Promise<string[]> {
    const dropped = await this.drop(tx, runId);
    await this.queue.enqueueFirst(tx, 'train', runId);
    return dropped;
  }

  /** Deletes the slices of a run, in the transaction that ends it. @returns ids, for `stop`. */
  async drop(tx: Prisma.TransactionClient, runId: string): Promise<string[]> {
    const slices = await tx.featureSlice.findMany({ where: { runId }, select: { id: true } });
    const ids = slices.map(({ id }) => id);
    if (ids.length === 0) return [];
    await tx.featureSlice.deleteMany({ where: { runId } });
    await this.queue.withdraw(tx, 'features', ...ids);
    return ids;
  }

  /** Tells the workers that compute deleted slices, after the transaction. */
  stop(ids: readonly string[]): void {
    for (const id of ids) this.notices.tell('cancel', id);
  }
}

/** Divides the missing chunks into slices of equal size. @param missing indices, ascending. */
export function divide(missing: readonly number[], slices: number): PlannedSlice[] {
  const count = Math.min(slices, missing.length);
  const at = (i: number): number => Math.round((i * missing.length) / count);
  return Array.from({ length: count }, (_, i) => {
    const first = missing[at(i)] as number;
    return { id: uuid(), first, chunks: (missing[at(i + 1) - 1] as number) - first + 1 };
  });
}
