import type { Caller } from './caller.js';

/** Author of a change, as the audit records it. */
export interface Actor {
  /** Name of the token; "hub" for the hub itself. */
  readonly name: string;
  /** Id of the request in the log; null for changes that the hub makes by itself. */
  readonly requestId: string | null;
}

/** The hub itself. */
export const HUB_ACTOR: Actor = { name: 'hub', requestId: null };

/** Author of a request, for services that need both the token and the audit's actor. */
export interface Requester {
  readonly caller: Caller;
  readonly actor: Actor;
}
