import type { RunPhase, RunProgress } from './run-event.js';

/**
 * Progress of a run over all its attempts. An attempt repeats the work after the last checkpoint: what was counted as done
 * stays, and grows again once the attempt has caught up. The remaining time includes the repeated work.
 */
export class SteadyProgress {
  readonly #last: Map<RunPhase, RunProgress>;

  /** @param last of earlier attempts, by phase. */
  constructor(last: readonly RunProgress[]) {
    this.#last = new Map(last.map((progress) => [progress.phase, progress]));
  }

  next(progress: RunProgress): RunProgress {
    const last = this.#last.get(progress.phase);
    // Another total is other work: a recomputed cache, or another file.
    const done = last?.total === progress.total ? Math.max(last.done, progress.done) : progress.done;
    const steady = { ...progress, done };
    this.#last.set(progress.phase, steady);
    return steady;
  }
}
