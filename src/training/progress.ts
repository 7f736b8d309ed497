import { performance } from 'node:perf_hooks';

/** Milliseconds between two reports. */
const INTERVAL_MS = 1000;

/** The progress of a phase, in items. */
export interface Progress<P extends string> {
  readonly type: 'progress';
  readonly phase: P;
  readonly done: number;
  readonly total: number;
  /** Estimated from the rate of this process in this phase; null before it has done anything. */
  readonly secondsLeft: number | null;
}

/** Turns counts into progress events with the remaining time: the first, the last, and at most one per second between. */
export class ProgressMeter<P extends string> {
  readonly #began: number;
  #reported = Number.NEGATIVE_INFINITY;
  #done: number;

  constructor(
    private readonly phase: P,
    private readonly total: number,
    private readonly emit: (progress: Progress<P>) => void,
    /** Items that were finished before this process. They count as done, but not for the rate. */
    private readonly before = 0,
    /** Monotonic clock, in milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#began = now();
    this.#done = before;
  }

  /** Counts more finished items. */
  add(items: number): void {
    this.reach(this.#done + items);
  }

  /** Sets the number of finished items. */
  reach(items: number): void {
    this.#done = items;
    const now = this.now();
    if (now - this.#reported < INTERVAL_MS && this.#done < this.total) return;
    this.#reported = now;
    const own = this.#done - this.before;
    const secondsLeft = own > 0 ? ((now - this.#began) / 1000 / own) * (this.total - this.#done) : null;
    this.emit({ type: 'progress', phase: this.phase, done: this.#done, total: this.total, secondsLeft });
  }
}
