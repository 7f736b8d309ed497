import { setTimeout as wait } from 'node:timers/promises';
import { HubError } from '../errors.js';
import { FairLimit } from '../fair-limit.js';
import { BOUNDS } from '../limits.js';

/** Pause after a picture while photos wait for an answer, in times of what it took: rendering has a quarter of one core then. */
const PAUSE = 3;

/** Who a picture is for. */
export interface Viewer {
  /** Id of the token. */
  readonly tokenId: string;
  /** Aborted when the answer was sent, or nobody waits for it any more. Each request has its own. */
  readonly gone: AbortSignal;
}

/** What a request has rendered. */
interface Request {
  pictures: number;
  /** Resolves when the request has a place among those of its token. */
  readonly place: Promise<void>;
}

/**
 * Renders pictures one by one, tokens in turns: libvips would otherwise take the threads and cores that classification
 * needs. While photos wait for an answer, rendering pauses after each picture. A request keeps its pictures in memory until it
 * is answered, so only a few of each token render at the same time. What nobody waits for any more is not rendered.
 */
export class Pictures {
  readonly #oneByOne = new FairLimit(1);
  /** By token. */
  readonly #places = new Map<string, FairLimit>();
  /** The cost of a request is checked before, but not all of its lists have a known length. */
  readonly #requests = new WeakMap<AbortSignal, Request>();

  /** @param isServing whether photos wait for an answer. */
  constructor(private readonly isServing: () => boolean) {}

  /** @param pictures that this counts for. @throws LIMIT_EXCEEDED for one picture too many. */
  async render<T>(viewer: Viewer, work: () => Promise<T>, pictures = 1): Promise<T> {
    const { tokenId, gone } = viewer;
    const request = this.#requests.get(gone) ?? { pictures: 0, place: this.#takePlace(viewer) };
    this.#requests.set(gone, request);
    request.pictures += pictures;
    const { value } = BOUNDS.pictures;
    if (request.pictures > value) {
      const message = `The answer has more than ${value} pictures, the limit of one request. Ask for fewer at once.`;
      throw new HubError('LIMIT_EXCEEDED', message, { limit: value });
    }
    await request.place;
    return new Promise((resolve, reject) => {
      void this.#oneByOne.run(tokenId, async () => {
        if (gone.aborted) return reject(gone.reason);
        const began = performance.now();
        await work().then(resolve, reject);
        if (this.isServing()) await wait(PAUSE * (performance.now() - began));
      });
    });
  }

  /** Waits for a place, which the request keeps until it is gone. */
  #takePlace({ tokenId, gone }: Viewer): Promise<void> {
    const places = this.#places.get(tokenId) ?? new FairLimit(BOUNDS.pictureRequests.value);
    this.#places.set(tokenId, places);
    return new Promise((resolve) => {
      void places.run(tokenId, async () => {
        resolve();
        if (gone.aborted) return;
        await new Promise((ended) => gone.addEventListener('abort', ended, { once: true }));
      });
    });
  }
}
