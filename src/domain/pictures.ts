import { HubError } from '../errors.js';
import { FairLimit } from '../fair-limit.js';
import { BOUNDS } from '../limits.js';

/** Who a picture is for. */
export interface Viewer {
  /** Id of the token. */
  readonly tokenId: string;
  /** Aborted when nobody waits for the answer any more. Each request has its own. */
  readonly gone: AbortSignal;
}

/**
 * Renders pictures one by one, tokens in turns: libvips would otherwise take the threads and cores that classification
 * needs. What nobody waits for any more is not rendered.
 */
export class Pictures {
  readonly #oneByOne = new FairLimit(1);
  /** Pictures of each request. The cost of a request is checked before, but not all of its lists have a known length. */
  readonly #counts = new WeakMap<AbortSignal, number>();

  /** @throws LIMIT_EXCEEDED for one picture too many. */
  async render<T>({ tokenId, gone }: Viewer, work: () => Promise<T>): Promise<T> {
    const count = (this.#counts.get(gone) ?? 0) + 1;
    this.#counts.set(gone, count);
    const { value } = BOUNDS.pictures;
    if (count > value) {
      const message = `The answer has more than ${value} pictures, the limit of one request. Ask for fewer at once.`;
      throw new HubError('LIMIT_EXCEEDED', message, { limit: value });
    }
    return this.#oneByOne.run(tokenId, () => {
      gone.throwIfAborted();
      return work();
    });
  }
}
