import { HubError } from '../errors.js';

/** The time within which a request is answered. */
export class Deadline {
  readonly #passed = new AbortController();
  readonly #late: Promise<never>;
  #fail: (error: HubError) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #milliseconds = Number.POSITIVE_INFINITY;
  /** By `performance.now()`. */
  #endsAt = Number.POSITIVE_INFINITY;

  constructor(milliseconds: number) {
    this.#late = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#late.catch(() => undefined); // a request that failed before is told only that
    this.shorten(milliseconds);
  }

  /** Its length. */
  get milliseconds(): number {
    return this.#milliseconds;
  }

  /** Aborted when the request has ended without an answer. */
  get signal(): AbortSignal {
    return this.#passed.signal;
  }

  /** Sets the deadline so many milliseconds from now, unless it is earlier already. */
  shorten(milliseconds: number): void {
    const endsAt = performance.now() + milliseconds;
    if (endsAt >= this.#endsAt) return;
    this.#endsAt = endsAt;
    this.#milliseconds = milliseconds;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail(deadlineExceeded(milliseconds)), milliseconds);
  }

  /** Waits for work until the deadline. @throws DEADLINE_EXCEEDED; the work itself continues until it sees the signal. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#late]);
  }

  /** Stops work that still runs for a request that has failed. */
  abort(error: unknown): void {
    this.#passed.abort(error);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

function deadlineExceeded(milliseconds: number): HubError {
  const message = `There was no answer within ${Math.round(milliseconds)} ms, the deadline. Ask again, or with fewer photos at once.`;
  return new HubError('DEADLINE_EXCEEDED', message, { limit: 'servingDeadline', value: milliseconds });
}
