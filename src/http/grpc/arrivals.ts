import { FairLimit } from '../../fair-limit.js';

/** All tokens together may have so many times the messages of one. */
const SHARES = 2;

/**
 * Bounds the memory of messages whose length is not known before they have arrived: only so many arrive at the same time,
 * and half of them for one token. Others wait; what they have sent stays in the network.
 */
export class Arrivals {
  readonly #all: FairLimit;
  readonly #each: number;
  /** By token, its limit and how many of its calls use it. */
  readonly #own = new Map<string, { readonly limit: FairLimit; calls: number }>();

  /** @param memory bytes that arriving messages may take. @param largest bytes of the largest message. */
  constructor(memory: number, largest: number) {
    this.#each = Math.max(1, Math.floor(memory / largest / SHARES));
    this.#all = new FairLimit(SHARES * this.#each);
  }

  /** Receives a message when there is room for it. @param caller id of the token. */
  async receive<T>(caller: string, message: () => Promise<T>): Promise<T> {
    const own = this.#own.get(caller) ?? { limit: new FairLimit(this.#each), calls: 0 };
    this.#own.set(caller, own);
    own.calls += 1;
    try {
      return await own.limit.run(caller, () => this.#all.run(caller, message));
    } finally {
      own.calls -= 1;
      if (own.calls === 0) this.#own.delete(caller);
    }
  }
}
