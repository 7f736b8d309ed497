import { HubError } from '../errors.js';
import type { ServingBounds } from './serving-bounds.js';

/** How much of a new measurement counts. */
const NEWEST = 0.2;

/**
 * Decides at once whether photos can be answered in time. What is accepted should keep its deadline, so what would not
 * is refused before anything of it is read.
 */
export class Admission {
  #waiting = 0;
  #perPhoto = 0;

  constructor(private readonly bounds: ServingBounds) {}

  /** Photos that are accepted and not answered yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Milliseconds that a photo takes; 0 until one was computed. */
  get perPhoto(): number {
    return this.#perPhoto;
  }

  /**
   * @param deadline milliseconds within which an answer is wanted.
   * @returns what to call when the photos are answered or given up.
   * @throws OVERLOADED, with the seconds after which to ask again.
   */
  accept(photos: number, deadline: number): () => void {
    const { servingQueue } = this.bounds;
    if (this.#waiting + photos > servingQueue) {
      const why = `${this.#waiting} photos wait for an answer, and servingQueue allows ${servingQueue}`;
      throw this.#refusal(why, { limit: 'servingQueue', value: servingQueue });
    }
    const milliseconds = Math.round((this.#waiting + photos) * this.#perPhoto);
    if (this.#waiting > 0 && milliseconds > deadline) {
      const why = `an answer would take about ${milliseconds} ms, and it is wanted within ${deadline} ms`;
      throw this.#refusal(why, { limit: 'servingDeadline', value: deadline });
    }
    this.#waiting += photos;
    return () => {
      this.#waiting -= photos;
    };
  }

  /** Learns how fast photos are computed. */
  computed(photos: number, milliseconds: number): void {
    const perPhoto = milliseconds / photos;
    this.#perPhoto = this.#perPhoto === 0 ? perPhoto : NEWEST * perPhoto + (1 - NEWEST) * this.#perPhoto;
  }

  /** When half of what waits should be answered, there is room again. */
  #refusal(why: string, limit: { limit: string; value: number }): HubError {
    const retryAfter = Math.max(1, Math.ceil((this.#waiting * this.#perPhoto) / 2000));
    const message = `The hub has more photos than it can answer: ${why}. Ask again in ${retryAfter} s.`;
    return new HubError('OVERLOADED', message, { ...limit, received: this.#waiting, retryAfter });
  }
}
