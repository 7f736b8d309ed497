import { HubError } from '../errors.js';
import { BOUNDS } from '../limits.js';

/** The subscriptions of a WebSocket by their ids, as graphql-ws keeps them. */
interface Socket {
  readonly subscriptions: Readonly<Record<string, unknown>>;
}

type Bounded = 'sockets' | 'allSockets' | 'subscriptions' | 'tokenSubscriptions' | 'allSubscriptions';

/** The WebSockets and subscriptions of each token, and of all. */
export class SubscriptionShares {
  /** Subscriptions of each socket when it last began one: some may have ended since. */
  readonly #sockets = new Map<string, Map<Socket, number>>();
  #total = 0;

  /** Counts a socket whose token is known. @throws LIMIT_EXCEEDED. */
  open(tokenId: string, socket: Socket): void {
    const own = this.#sockets.get(tokenId) ?? new Map<Socket, number>();
    check('sockets', own.size + 1);
    let all = 1;
    for (const sockets of this.#sockets.values()) all += sockets.size;
    check('allSockets', all);
    this.#sockets.set(tokenId, own.set(socket, 0));
  }

  close(tokenId: string, socket: Socket): void {
    const own = this.#sockets.get(tokenId);
    this.#total -= own?.get(socket) ?? 0;
    own?.delete(socket);
    if (own?.size === 0) this.#sockets.delete(tokenId);
  }

  /** Checks a subscription that its socket already lists. @throws LIMIT_EXCEEDED. */
  begin(tokenId: string, socket: Socket): void {
    const own = this.#sockets.get(tokenId);
    if (!own) return;
    check('subscriptions', this.#recount(own, socket));
    for (const each of own.keys()) this.#recount(own, each);
    check('tokenSubscriptions', sum(own.values()));
    const { value } = BOUNDS.allSubscriptions;
    if (this.#total <= value) return;
    for (const sockets of this.#sockets.values()) for (const each of sockets.keys()) this.#recount(sockets, each);
    check('allSubscriptions', this.#total);
  }

  #recount(own: Map<Socket, number>, socket: Socket): number {
    const count = Object.keys(socket.subscriptions).length;
    this.#total += count - (own.get(socket) ?? 0);
    own.set(socket, count);
    return count;
  }
}

function check(bound: Bounded, received: number): void {
  const { value, what } = BOUNDS[bound];
  if (received <= value) return;
  // The first sentence has room in the reason for closing a WebSocket.
  const message = `There would be ${received} ${what}; the limit is ${value}. End others first.`;
  throw new HubError('LIMIT_EXCEEDED', message, { limit: value, received });
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
