import type { Caller } from './caller.js';
import type { Changes } from './change/changes.js';
import type { Registrations } from './dataset/registrations.js';
import type { RunService } from './run/run.service.js';

/** For subscriptions, which type-graphql starts without the resolver's instance. */
export interface Subscribed {
  readonly changes: Changes;
  readonly runs: RunService;
  readonly registrations: Registrations;
}

/** On whose behalf something is changed, for the audit. */
export interface By {
  /** Name of the token. */
  readonly actor: string;
  /** Under which number the log knows the request; null where the hub itself did it. */
  readonly requestId: string | null;
}

/** What the hub does by itself. */
export const THE_HUB: By = { actor: 'hub', requestId: null };

/** What a resolver knows about a request. */
export interface Context extends Subscribed, By {
  readonly requestId: string;
  /** Whose token it came with. */
  readonly caller: Caller;
}

/** The context of one request. */
export function contextOf(caller: Caller, requestId: string, subscribed: Subscribed): Context {
  return { caller, actor: caller.name, requestId, ...subscribed };
}
