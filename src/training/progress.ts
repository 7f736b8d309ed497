import { performance } from 'node:perf_hooks';

/** Milliseconds between two reports. */
const INTERVAL_MS = 1000;

/** The progress of a phase, in items. */
export interface Progress<P extends string> {
  readonly type: 'progress';
  readonly phase: P;
  readonly done: number;
  readonly total: number;
  /** Estimated from the rate so far in this phase. */
  readonly secondsLeft: number;
}

/** Turns counts into progress events with the remaining time: the first, the last, and at most one per second between. */
export class ProgressMeter<P extends string> {
  readonly #began = performance.now();
  #reported = Number.NEGATIVE_INFINITY;
  #done = 0;

  constructor(
    private readonly phase: P,
    private readonly total: number,
    private readonly emit: (progress: Progress<P>) => void,
  ) {}

  /** Counts more finished items. */
  add(items: number): void {
    this.reach(this.#done + items);
  }

  /** Sets the number of finished items. */
  reach(items: number): void {
    this.#done = items;
    const now = performance.now();
    if (now - this.#reported < INTERVAL_MS && this.#done < this.total) return;
    this.#reported = now;
    const secondsLeft = ((now - this.#began) / 1000 / this.#done) * (this.total - this.#done);
    this.emit({ type: 'progress', phase: this.phase, done: this.#done, total: this.total, secondsLeft });
  }
}
