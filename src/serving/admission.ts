import { HubError } from '../errors.js';
import { Deadline } from './deadline.js';
import type { Photos } from './photo-source.js';
import type { ServingBounds } from './serving-bounds.js';

/** Weight of the newest batch in the moving average of the time per photo. */
const NEWEST = 0.2;

/** All tokens together have so many times the places of one. */
const SHARES = 2;

/** The place of an accepted request. */
export interface Place {
  /** Id of its token. */
  readonly caller: string;
  /** Photos that it counts for in the queue; 0 while they arrive. */
  photos: number;
  /** Bytes of its body in memory. */
  bytes: number;
  readonly deadline: Deadline;
}

/** What the requests of one token take. */
interface Share {
  /** Requests whose photos are arriving. */
  arriving: number;
  /** Photos that have arrived and wait for an answer. */
  waiting: number;
  bytes: number;
}

/**
 * Accepts or refuses requests at once: an accepted photo should be answered before its deadline, so a request that would
 * wait too long is refused before anything of it is read. A photo takes a place in the queue once it has arrived. Each
 * token has places and memory of its own, and all together have twice as much.
 */
export class Admission {
  #waiting = 0;
  #bytes = 0;
  #perPhoto = 0;
  readonly #shares = new Map<string, Share>();

  constructor(private readonly bounds: ServingBounds) {}

  /** Photos that are accepted and not answered yet; a request whose photos are arriving counts as one. */
  get waiting(): number {
    let arriving = 0;
    for (const share of this.#shares.values()) arriving += share.arriving;
    return this.#waiting + arriving;
  }

  /** Milliseconds per photo; 0 before the first batch. */
  get perPhoto(): number {
    return this.#perPhoto;
  }

  /**
   * Accepts a request that is not read yet, if there would be room for one photo.
   * @throws OVERLOADED, with the seconds after which to retry.
   */
  accept(caller: string): Place {
    const { servingDeadline, servingQueue } = this.bounds;
    this.#requireRoom(caller, 1, servingDeadline);
    const share = this.#shares.get(caller) ?? { arriving: 0, waiting: 0, bytes: 0 };
    if (share.arriving >= servingQueue) {
      const why = `${share.arriving} of this token are arriving, and servingQueue allows ${servingQueue}`;
      throw this.#refusal(why, share.arriving, { limit: 'servingQueue', value: servingQueue });
    }
    this.#shares.set(caller, share);
    share.arriving += 1;
    return { caller, photos: 0, bytes: 0, deadline: new Deadline(servingDeadline) };
  }

  /**
   * Counts bytes of an accepted request that are about to be kept in memory until it is answered.
   * @throws OVERLOADED when the accepted photos would take more than `maxPhotoMemory`, or those of one token half of it; a
   * photo alone may.
   */
  hold(place: Place, bytes: number): void {
    place.deadline.signal.throwIfAborted(); // it has left, and nothing of it is kept
    const { maxPhotoMemory } = this.bounds;
    const share = this.#shareOf(place);
    const own = place.bytes + bytes;
    const check = (others: number, most: number, whose: string, all: string): void => {
      if (others === 0 || others + own <= most) return;
      const why = `those ${whose}that wait have ${megabytes(others)}, this one ${megabytes(own)}, and the limit for ${all} is ${megabytes(most)} (maxPhotoMemory)`;
      throw this.#refusal(why, this.#waiting, { limit: 'maxPhotoMemory', value: most }, others + own);
    };
    check(share.bytes - place.bytes, maxPhotoMemory / SHARES, 'of this token ', 'one token');
    check(this.#bytes - place.bytes, maxPhotoMemory, '', 'all');
    place.bytes = own;
    share.bytes += bytes;
    this.#bytes += bytes;
  }

  /**
   * Takes places in the queue for the photos of a request that has arrived.
   * @throws OVERLOADED, LIMIT_EXCEEDED for more than `servingQueue` photos, or DEADLINE_EXCEEDED after the deadline.
   */
  take(place: Place, { count, deadline }: Photos): void {
    place.deadline.signal.throwIfAborted(); // it has left
    const { servingQueue, servingDeadline } = this.bounds;
    if (count < 1 || count > servingQueue) {
      const message = `A request can have 1 to ${servingQueue} photos (servingQueue); ${count} were received.`;
      throw new HubError('LIMIT_EXCEEDED', message, { limit: 'servingQueue', value: servingQueue, received: count });
    }
    const within = Math.min(deadline ?? servingDeadline, servingDeadline);
    this.#requireRoom(place.caller, count, within);
    const share = this.#shareOf(place);
    share.arriving -= 1;
    share.waiting += count;
    this.#waiting += count;
    place.photos = count;
    if (deadline !== undefined) place.deadline.shorten(within);
  }

  leave(place: Place): void {
    const { caller, photos, bytes, deadline } = place;
    const share = this.#shareOf(place);
    if (photos === 0) share.arriving -= 1;
    share.waiting -= photos;
    share.bytes -= bytes;
    if (share.arriving + share.waiting === 0) this.#shares.delete(caller);
    this.#waiting -= photos;
    this.#bytes -= bytes;
    deadline.clear();
  }

  /** Updates the time per photo. */
  computed(photos: number, milliseconds: number): void {
    const perPhoto = milliseconds / photos;
    this.#perPhoto = this.#perPhoto === 0 ? perPhoto : NEWEST * perPhoto + (1 - NEWEST) * this.#perPhoto;
  }

  #shareOf({ caller }: Place): Share {
    return this.#shares.get(caller) as Share; // as long as one of its requests has a place
  }

  /** @param deadline milliseconds. */
  #requireRoom(caller: string, photos: number, deadline: number): void {
    const { servingQueue } = this.bounds;
    const own = this.#shares.get(caller)?.waiting ?? 0;
    if (own + photos > servingQueue) {
      const why = `${own} of this token wait for an answer, and servingQueue allows ${servingQueue}`;
      throw this.#refusal(why, own, { limit: 'servingQueue', value: servingQueue });
    }
    if (this.#waiting + photos > SHARES * servingQueue) {
      const why = `${this.#waiting} wait for an answer, and all tokens together may have ${SHARES * servingQueue}`;
      throw this.#refusal(why, this.#waiting, { limit: 'servingQueue', value: SHARES * servingQueue });
    }
    const before = this.#before(caller, own + photos);
    const milliseconds = Math.round((before + photos) * this.#perPhoto);
    if (before > 0 && milliseconds > deadline) {
      const why = `an answer would take about ${milliseconds} ms, and it is wanted within ${deadline} ms`;
      throw this.#refusal(why, before, { limit: 'servingDeadline', value: deadline });
    }
  }

  /** Photos that are computed before the last of a token's `photos`: its own, and as many of each other token. */
  #before(caller: string, photos: number): number {
    let before = 0;
    for (const [other, { waiting }] of this.#shares) before += other === caller ? waiting : Math.min(waiting, photos);
    return before;
  }

  /** `retryAfter` is the time in which half of the waiting photos are answered. */
  #refusal(why: string, others: number, limit: { limit: string; value: number }, received = others): HubError {
    const retryAfter = Math.max(1, Math.ceil((others * this.#perPhoto) / 2000));
    const message = `The hub has more photos than it can answer: ${why}. Ask again in ${retryAfter} s.`;
    return new HubError('OVERLOADED', message, { ...limit, received, retryAfter });
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 100_000) / 10} MB`;
