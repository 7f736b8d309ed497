import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { notFound } from '../not-found.js';
import type { RunState } from './run.js';
import type { Besides, RunJournal } from './run-journal.js';

/** What can happen to a run in each state, and the state that it is in then. Whatever is not here is refused. */
export const TRANSITIONS = {
  QUEUED: { start: 'RUNNING', cancel: 'CANCELLED', move: 'QUEUED' },
  RUNNING: { succeed: 'SUCCEEDED', fail: 'FAILED', cancel: 'CANCELLED', interrupt: 'QUEUED' },
  SUCCEEDED: { delete: null },
  FAILED: { resume: 'QUEUED', delete: null },
  CANCELLED: { resume: 'QUEUED', delete: null },
} as const satisfies Record<RunState, Readonly<Record<string, RunState | null>>>;

type Table = typeof TRANSITIONS;
export type Transition = { [S in RunState]: keyof Table[S] }[RunState];
/** Those that lead to a state. */
export type Change = Exclude<Transition, 'move' | 'delete'>;

/** What a caller may do, and how a refusal words it. The other transitions are the hub's own. */
const ACTIONS: Readonly<Partial<Record<Transition, string>>> = {
  cancel: 'cancelled',
  move: 'moved in the queue',
  resume: 'resumed',
  delete: 'deleted',
};

/** The states in which something can happen. */
export function statesBefore(transition: Transition): RunState[] {
  return (Object.keys(TRANSITIONS) as RunState[]).filter((state) => transition in TRANSITIONS[state]);
}

/** The state behind a change, whatever the one before it. */
function stateBehind(change: Change): RunState {
  return Object.values<Readonly<Record<string, RunState | null>>>(TRANSITIONS).find((row) => change in row)![
    change
  ] as RunState;
}

export function isFinal(state: RunState): boolean {
  return 'delete' in TRANSITIONS[state];
}

/** The only way by which a run's state changes. */
export class RunStates {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly journal: RunJournal,
  ) {}

  /**
   * Changes the state and what else is known by then, and tells it. Of two at once that exclude each other, one wins.
   * @param besides may name fewer states than allow it. @returns whether it was done.
   */
  async tryChange(
    id: string,
    change: Change,
    data: Prisma.RunUncheckedUpdateInput = {},
    besides: Omit<Besides, 'data'> = {},
  ): Promise<boolean> {
    const state = stateBehind(change);
    return this.journal.write(id, [{ state }], { before: statesBefore(change), ...besides, data: { ...data, state } });
  }

  /** As `tryChange`. @throws NOT_FOUND, or CONFLICT naming the state and what can be done in it. */
  async change(...asked: Parameters<RunStates['tryChange']>): Promise<void> {
    if (await this.tryChange(...asked)) return;
    const [id, change] = asked;
    await this.require(id, change);
    throw new HubError('CONFLICT', 'The state of the run has just changed: ask again.', { id });
  }

  /** The present state. @throws NOT_FOUND, or CONFLICT when it does not allow this. */
  async require(id: string, transition: Transition): Promise<RunState> {
    const run = await this.prisma.run.findUnique({ where: { id }, select: { state: true } });
    if (!run) throw notFound('run', id);
    const { state } = run;
    if (transition in TRANSITIONS[state]) return state;
    const done = ACTIONS[transition] ?? `told to ${transition}`;
    const possible = Object.keys(TRANSITIONS[state]).flatMap((other) => ACTIONS[other as Transition] ?? []);
    const message = `The run is ${state} and cannot be ${done}; it can be ${possible.join(' or ')}.`;
    throw new HubError('CONFLICT', message, { id, state, possible });
  }
}
