import type { Changes } from './change/changes.js';
import type { Registrations } from './dataset/registrations.js';
import type { RunService } from './run/run.service.js';

/** For subscriptions, which type-graphql starts without the resolver's instance. */
export interface Subscribed {
  readonly changes: Changes;
  readonly runs: RunService;
  readonly registrations: Registrations;
}

/** What a resolver knows about a request. */
export interface Context extends Subscribed {
  /** Under which number the log knows it. */
  readonly requestId: string;
  /** Name of the token that it came with. */
  readonly actor: string;
}
