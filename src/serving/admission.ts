import { HubError } from '../errors.js';
import { Deadline } from './deadline.js';
import type { Photos } from './photo-source.js';
import type { ServingBounds } from './serving-bounds.js';

/** Weight of the newest batch in the moving average of the time per photo. */
const NEWEST = 0.2;

/** The place of an accepted request in the queue. */
export interface Place {
  /** Photos that it counts for. */
  photos: number;
  /** Bytes of them, as they were sent. */
  bytes: number;
  readonly deadline: Deadline;
}

/**
 * Accepts or refuses requests at once: an accepted photo should be answered before its deadline, so a request that would
 * wait too long is refused before anything of it is read.
 */
export class Admission {
  #waiting = 0;
  #bytes = 0;
  #perPhoto = 0;

  constructor(private readonly bounds: ServingBounds) {}

  /** Photos that are accepted and not answered yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Milliseconds per photo; 0 before the first batch. */
  get perPhoto(): number {
    return this.#perPhoto;
  }

  /**
   * Accepts a request that is not read yet, as one photo.
   * @throws OVERLOADED, with the seconds after which to retry.
   */
  accept(): Place {
    const { servingDeadline } = this.bounds;
    this.#requireRoom(1, this.#waiting, servingDeadline);
    this.#waiting += 1;
    return { photos: 1, bytes: 0, deadline: new Deadline(servingDeadline) };
  }

  /**
   * Accepts what reading the request has shown: further photos, and a shorter deadline.
   * @throws OVERLOADED, LIMIT_EXCEEDED for more than `servingQueue` photos, or DEADLINE_EXCEEDED after the deadline.
   */
  take(place: Place, { count, deadline }: Photos): void {
    place.deadline.signal.throwIfAborted(); // it has left
    const { servingQueue, servingDeadline } = this.bounds;
    if (count < 1 || count > servingQueue) {
      const message = `A request can have 1 to ${servingQueue} photos (servingQueue); ${count} were received.`;
      throw new HubError('LIMIT_EXCEEDED', message, { limit: 'servingQueue', value: servingQueue, received: count });
    }
    if (count === place.photos && deadline === undefined) return;
    const within = Math.min(deadline ?? servingDeadline, servingDeadline);
    this.#requireRoom(count, this.#waiting - place.photos, within);
    this.#waiting += count - place.photos;
    place.photos = count;
    place.deadline.shorten(within);
  }

  /**
   * Counts bytes that reading the photos is about to keep in memory.
   * @throws OVERLOADED when the accepted photos would together take more than `maxPhotoMemory`; a photo alone may.
   */
  hold(place: Place, bytes: number): void {
    place.deadline.signal.throwIfAborted(); // it has left
    const { maxPhotoMemory } = this.bounds;
    const others = this.#bytes - place.bytes;
    const own = place.bytes + bytes;
    if (others > 0 && others + own > maxPhotoMemory) {
      const megabytes = (value: number) => `${Math.ceil(value / 100_000) / 10} MB`;
      const why = `those that wait have ${megabytes(others)}, this one ${megabytes(own)}, and the limit for all is ${megabytes(maxPhotoMemory)} (maxPhotoMemory)`;
      throw this.#refusal(
        why,
        this.#waiting - place.photos,
        { limit: 'maxPhotoMemory', value: maxPhotoMemory },
        others + own,
      );
    }
    this.#bytes += bytes;
    place.bytes = own;
  }

  leave(place: Place): void {
    this.#waiting -= place.photos;
    this.#bytes -= place.bytes;
    place.deadline.clear();
  }

  /** Updates the time per photo. */
  computed(photos: number, milliseconds: number): void {
    const perPhoto = milliseconds / photos;
    this.#perPhoto = this.#perPhoto === 0 ? perPhoto : NEWEST * perPhoto + (1 - NEWEST) * this.#perPhoto;
  }

  /** @param others photos that were accepted before. @param deadline milliseconds. */
  #requireRoom(photos: number, others: number, deadline: number): void {
    const { servingQueue } = this.bounds;
    if (others + photos > servingQueue) {
      const why = `${others} wait for an answer, and servingQueue allows ${servingQueue}`;
      throw this.#refusal(why, others, { limit: 'servingQueue', value: servingQueue });
    }
    const milliseconds = Math.round((others + photos) * this.#perPhoto);
    if (others > 0 && milliseconds > deadline) {
      const why = `an answer would take about ${milliseconds} ms, and it is wanted within ${deadline} ms`;
      throw this.#refusal(why, others, { limit: 'servingDeadline', value: deadline });
    }
  }

  /** `retryAfter` is the time in which half of the waiting photos are answered. */
  #refusal(why: string, others: number, limit: { limit: string; value: number }, received = others): HubError {
    const retryAfter = Math.max(1, Math.ceil((others * this.#perPhoto) / 2000));
    const message = `The hub has more photos than it can answer: ${why}. Ask again in ${retryAfter} s.`;
    return new HubError('OVERLOADED', message, { ...limit, received, retryAfter });
  }
}
