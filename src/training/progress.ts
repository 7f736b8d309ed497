import { performance } from 'node:perf_hooks';
import type { Phase, TrainingEvent } from './job.js';

/** Milliseconds between two reports. */
const INTERVAL_MS = 250;

/** Turns counts into progress events with the time that remains, a few a second at most. */
export class ProgressMeter {
  readonly #began = performance.now();
  #reported = Number.NEGATIVE_INFINITY;
  #done = 0;

  constructor(
    private readonly phase: Phase,
    private readonly total: number,
    private readonly emit: (event: TrainingEvent) => void,
  ) {}

  /** Counts items that are done now. */
  add(items: number): void {
    this.#done += items;
    const now = performance.now();
    if (now - this.#reported < INTERVAL_MS && this.#done < this.total) return;
    this.#reported = now;
    const secondsLeft = ((now - this.#began) / 1000 / this.#done) * (this.total - this.#done);
    this.emit({ type: 'progress', phase: this.phase, done: this.#done, total: this.total, secondsLeft });
  }
}
