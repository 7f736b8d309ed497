import type { JobQueue } from '../../jobs/queue.js';
import type { Prisma } from '../../storage/database.js';
import type { RunJournal } from './run-journal.js';
import type { Transition } from './run-transitions.js';

/** Code of a run that was cancelled because the run before it ended without weights. */
const SKIPPED = 'STAGE_SKIPPED';

/** A change of a run that follows from a change of the run before it. */
export interface FollowingChange {
  readonly id: string;
  readonly state: 'QUEUED' | 'CANCELLED';
}

/**
 * The queued runs that wait for the weights of their parent. Such a run has no job: the parent's success enqueues it, in the
 * transaction that stores the weights; the parent's failure or cancellation cancels it, and its resumption brings it back.
 */
export class FollowingRuns {
  constructor(
    private readonly queue: JobQueue,
    private readonly journal: RunJournal,
  ) {}

  /** Carries out what a change of a run means for those after it. @returns their changes, to announce after the transaction. */
  async follow(tx: Prisma.TransactionClient, id: string, transition: Transition): Promise<FollowingChange[]> {
    switch (transition) {
      case 'succeed':
        await this.#release(tx, id);
        return [];
      case 'fail':
        return this.#skip(tx, id, 'failed');
      case 'cancel':
        return this.#skip(tx, id, 'was cancelled');
      case 'resume':
        return this.#restore(tx, id);
      default:
        return [];
    }
  }

  announce(changes: readonly FollowingChange[]): void {
    for (const { id, state } of changes) this.journal.announce(id, [{ state }]);
  }

  async #release(tx: Prisma.TransactionClient, id: string): Promise<void> {
    // The lock makes a simultaneous cancellation wait; it then withdraws the job.
    const waiting = await tx.$queryRaw<{ id: string; order: number }[]>`
      SELECT id, queue_order AS "order" FROM runs WHERE parent_run_id = ${id} AND state = 'QUEUED' FOR UPDATE`;
    for (const job of waiting) await this.queue.enqueue(tx, 'train', job);
  }

  async #skip(tx: Prisma.TransactionClient, id: string, how: string): Promise<FollowingChange[]> {
    const error = `Its parent run ${id} ${how}. Resume that run; this one then follows.`;
    const data = { error, errorCode: SKIPPED, endedAt: new Date() };
    return this.#change(tx, await descendants(tx, id, 'QUEUED', null), 'CANCELLED', data);
  }

  async #restore(tx: Prisma.TransactionClient, id: string): Promise<FollowingChange[]> {
    const data = { error: null, errorCode: null, endedAt: null };
    return this.#change(tx, await descendants(tx, id, 'CANCELLED', SKIPPED), 'QUEUED', data);
  }

  async #change(
    tx: Prisma.TransactionClient,
    ids: readonly string[],
    state: FollowingChange['state'],
    data: Prisma.RunUncheckedUpdateInput,
  ): Promise<FollowingChange[]> {
    for (const id of ids) await this.journal.append(tx, id, [{ state }], { data: { ...data, state } });
    return ids.map((id) => ({ id, state }));
  }
}

/** The runs in a state, with an error code, that a run reaches through such runs alone; each after its parent, and locked. */
async function descendants(
  tx: Prisma.TransactionClient,
  id: string,
  state: FollowingChange['state'],
  code: string | null,
): Promise<string[]> {
  const reached = [id];
  for (const parent of reached) {
    const children = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM runs
      WHERE parent_run_id = ${parent} AND state::text = ${state} AND error_code IS NOT DISTINCT FROM ${code}
      ORDER BY queue_order FOR UPDATE`;
    reached.push(...children.map((child) => child.id));
  }
  return reached.slice(1);
}
