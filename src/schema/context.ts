import type { Actor } from '../domain/actor.js';
import type { Caller } from '../domain/caller.js';
import type { ChangeNotices } from '../domain/change/change-notices.js';
import type { Registrations } from '../domain/dataset/ingestions.js';
import type { RunService } from '../domain/run/run-service.js';

/** For subscriptions, which type-graphql starts without the resolver's instance. */
export interface SubscriptionSources {
  readonly changes: ChangeNotices;
  readonly runs: RunService;
  readonly registrations: Registrations;
}

/** What a resolver knows about a request. */
export interface Context extends SubscriptionSources {
  readonly requestId: string;
  /** The token that the request came with. */
  readonly caller: Caller;
  /** The same caller, as the audit records it. */
  readonly actor: Actor;
}

/** The context of one request. */
export function contextOf(caller: Caller, requestId: string, sources: SubscriptionSources): Context {
  return { caller, requestId, actor: { name: caller.name, requestId }, ...sources };
}
