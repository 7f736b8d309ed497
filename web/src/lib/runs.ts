import type { Enum } from '../graphql';
import { shortId } from './format.js';

export type RunState = Enum<'RunState'>;
export type RunKind = Enum<'RunKind'>;
export type RunAction = 'cancel' | 'resume' | 'move' | 'delete';

/** Every state, in the order of a run's life: its name, its line in the log, and the actions it allows. */
const STATES: Readonly<
  Record<RunState, { readonly name: string; readonly logged: string; readonly allows: readonly RunAction[] }>
> = {
  QUEUED: { name: 'Queued', logged: 'Queued', allows: ['cancel', 'move'] },
  RUNNING: { name: 'Running', logged: 'Started', allows: ['cancel'] },
  SUCCEEDED: { name: 'Succeeded', logged: 'Succeeded', allows: ['delete'] },
  FAILED: { name: 'Failed', logged: 'Failed', allows: ['resume', 'delete'] },
  CANCELLED: { name: 'Canceled', logged: 'Canceled', allows: ['resume', 'delete'] },
};
export const RUN_STATES = Object.keys(STATES) as readonly RunState[];

export const stateName = (state: RunState): string => STATES[state].name;
export const stateLogged = (state: RunState): string => STATES[state].logged;
/** Whether an action makes sense in a state; the hub decides. */
export const isAllowed = (action: RunAction, state: RunState): boolean => STATES[state].allows.includes(action);
export const isUnderWay = (state: RunState): boolean => isAllowed('cancel', state);

export const KIND_NAMES: Readonly<Record<RunKind, string>> = { TRANSFER: 'Transfer', FINE_TUNE: 'Fine-tune' };
export const RUN_KINDS = Object.keys(KIND_NAMES) as readonly RunKind[];

/** Names of runs that are shown together: those that they have, else short IDs. Equal names get the ID too. */
export function namesOf(runs: readonly { readonly id: string; readonly name: string | null }[]): string[] {
  return runs.map(({ id, name }) => {
    if (name === null) return shortId(id);
    return runs.some((other) => other.id !== id && other.name === name) ? `${name} ${shortId(id)}` : name;
  });
}
