import { HubError } from '../../errors.js';
import type { RunState } from './run.js';

/** Actions on a run by state, with the state that each leads to. Every other action is refused. */
export const TRANSITIONS = {
  QUEUED: { start: 'RUNNING', cancel: 'CANCELLED', move: 'QUEUED' },
  RUNNING: { succeed: 'SUCCEEDED', fail: 'FAILED', cancel: 'CANCELLED', interrupt: 'QUEUED' },
  SUCCEEDED: { delete: null },
  FAILED: { resume: 'QUEUED', delete: null },
  CANCELLED: { resume: 'QUEUED', delete: null },
} as const satisfies Record<RunState, Readonly<Record<string, RunState | null>>>;

type Table = typeof TRANSITIONS;
export type RunAction = { [S in RunState]: keyof Table[S] }[RunState];
/** An action that ends in a new state. */
export type Transition = Exclude<RunAction, 'move' | 'delete'>;

/** The states that allow an action. */
export function statesBefore(action: RunAction): RunState[] {
  return (Object.keys(TRANSITIONS) as RunState[]).filter((state) => action in TRANSITIONS[state]);
}

/** The state after a transition; it does not depend on the state before. */
export function stateAfter(transition: Transition): RunState {
  const [before] = statesBefore(transition) as [RunState];
  return (TRANSITIONS[before] as Readonly<Record<string, RunState>>)[transition] as RunState;
}

export function isFinal(state: RunState): boolean {
  return 'delete' in TRANSITIONS[state];
}

/** CONFLICT for cancelling a job that has ended. @param details its id, under the name that its callers know, and its state. */
export function cannotCancel(
  what: string,
  details: { readonly state: RunState; readonly [id: string]: string },
): HubError {
  return new HubError('CONFLICT', `The ${what} is ${details.state} and cannot be cancelled.`, details);
}
