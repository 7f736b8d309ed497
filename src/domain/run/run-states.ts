import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { notFound } from '../not-found.js';
import type { FeatureSlices } from './feature-slices.js';
import type { FollowingChange, FollowingRuns } from './following-runs.js';
import type { RunState } from './run.js';
import type { RunJournal, SideEffects } from './run-journal.js';
import { type RunAction, stateAfter, statesBefore, TRANSITIONS, type Transition } from './run-transitions.js';

/** A user's actions as past participles, for refusals. The hub alone takes the others. */
const DONE: Readonly<Partial<Record<RunAction, string>>> = {
  cancel: 'cancelled',
  move: 'moved in the queue',
  resume: 'resumed',
  delete: 'deleted',
};

/** The only way to change a run's state. */
export class RunStates {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly journal: RunJournal,
    private readonly following: FollowingRuns,
    private readonly slices: FeatureSlices,
  ) {}

  /**
   * Writes the new state with other columns and what it means for the runs that follow, and publishes the events. Of two
   * concurrent changes that exclude each other, one wins.
   * @param effects may narrow the states before, and name the attempt. @returns whether the change was made.
   */
  async tryChange(
    id: string,
    transition: Transition,
    data: Prisma.RunUncheckedUpdateInput = {},
    effects: Omit<SideEffects, 'data'> = {},
  ): Promise<boolean> {
    const state = stateAfter(transition);
    const before = statesBefore(transition);
    let followed: readonly FollowingChange[] = [];
    let dropped: readonly string[] = [];
    const inTransaction = async (tx: Prisma.TransactionClient): Promise<void> => {
      await effects.inTransaction?.(tx);
      if (state !== 'RUNNING') dropped = await this.slices.drop(tx, id);
      followed = await this.following.follow(tx, id, transition);
    };
    const isWritten = await this.journal.write(id, [{ state }], {
      ...{ before, ...effects, data: { ...data, state } },
      inTransaction,
    });
    if (!isWritten) return false;
    this.slices.stop(dropped);
    this.following.announce(followed);
    return true;
  }

  /** As `tryChange`. @throws NOT_FOUND, or CONFLICT naming the state and the actions that it allows. */
  async change(...change: Parameters<RunStates['tryChange']>): Promise<void> {
    if (await this.tryChange(...change)) return;
    const [id, transition] = change;
    await this.require(id, transition);
    throw new HubError('CONFLICT', 'The state of the run has just changed. Try again.', { id });
  }

  /** The current state. @throws NOT_FOUND, or CONFLICT where it does not allow the action. */
  async require(id: string, action: RunAction): Promise<RunState> {
    const run = await this.prisma.run.findUnique({ where: { id }, select: { state: true } });
    if (!run) throw notFound('run', id);
    const { state } = run;
    if (action in TRANSITIONS[state]) return state;
    const done = DONE[action] ?? `told to ${action}`;
    const possible = Object.keys(TRANSITIONS[state]).flatMap((other) => DONE[other as RunAction] ?? []);
    const message = `The run is ${state} and cannot be ${done}; it can be ${possible.join(' or ')}.`;
    throw new HubError('CONFLICT', message, { id, state, possible });
  }
}
