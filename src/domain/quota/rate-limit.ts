import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Limit, limitExceeded } from './limit.js';

/** Limits the requests per minute of each token. */
export class RateLimit {
  readonly #requests: RateLimiterMemory;

  /** @param maxRequests requests of one token per minute. */
  constructor(private readonly maxRequests: number) {
    this.#requests = new RateLimiterMemory({ points: maxRequests, duration: 60 });
  }

  /** Counts a request. @throws LIMIT_EXCEEDED. */
  async count(tokenId: string): Promise<void> {
    try {
      await this.#requests.consume(tokenId);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const limit = await this.limit(tokenId);
      throw limitExceeded(limit, 'requests of this token in a minute', Math.ceil(refused.msBeforeNext / 1000));
    }
  }

  /** The limit, with the use of one token. */
  async limit(tokenId: string): Promise<Limit> {
    const used = (await this.#requests.get(tokenId))?.consumedPoints ?? 0;
    return { name: 'requestsPerMinute', option: '--max-requests', limit: this.maxRequests, used };
  }
}
