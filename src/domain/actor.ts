import type { Caller } from './caller.js';
import type { Owner } from './owner.js';

/** Author of a change, as the audit records it. */
export interface Actor extends Owner {
  /** Id of the request in the log; null for changes that the hub makes by itself. */
  readonly requestId: string | null;
}

/** The hub itself. */
export const HUB_ACTOR: Actor = { name: 'hub', tokenId: null, role: null, requestId: null };

/** Author of a request, for services that need both the token and the audit's actor. */
export interface Requester {
  readonly caller: Caller;
  readonly actor: Actor;
}

/** The author of a request. */
export function actorOf({ name, tokenId, role }: Caller, requestId: string): Actor {
  return { name, tokenId, role, requestId };
}
