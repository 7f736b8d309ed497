import { setImmediate as otherWork } from 'node:timers/promises';
import { FairLimit } from '../../fair-limit.js';
import {
  type Importance,
  importanceOf,
  type Observation,
  type ParameterImportance,
} from '../../training/importance.js';
import type { Viewer } from '../pictures.js';
import type { Sweep } from './sweep.js';

/** Trials below which nothing can be said. */
const FEWEST = 4;
/** Trials per hyperparameter below which importance is a hint. */
const ENOUGH = 10;
/** Share of the variance below which importance is a hint. */
const WELL_EXPLAINED = 0.3;
/** Sweeps whose importance is kept in memory. */
const KEPT = 16;

/** Importance of a hyperparameter of a sweep. */
export interface HyperparameterImportance extends ParameterImportance {
  readonly name: string;
}

/** What the trials of a sweep say about its hyperparameters. */
export interface SweepImportance {
  /** Trials on which it is based: all that have ended, also those that were stopped early or failed. */
  readonly trials: number;
  /** Share of the variance of ranks that the forest predicts; null without a forest. */
  readonly explained: number | null;
  /** Most important first; empty where the trials say nothing. */
  readonly parameters: readonly HyperparameterImportance[];
  /** Why it is missing or weak; null if it is neither. */
  readonly note: string | null;
}

/** Computes which hyperparameters of a sweep matter: one sweep at a time, tokens in turns. */
export class SweepImportances {
  readonly #oneByOne = new FairLimit(1);
  /** By sweep and number of ended trials, the least recently used first. */
  readonly #kept = new Map<string, Importance>();

  async of(sweep: Sweep, viewer: Viewer): Promise<SweepImportance> {
    const names = sweep.parameters.map(({ name }) => name);
    const trials = observationsOf(sweep, names);
    if (trials.length < FEWEST) {
      const note = `Importance needs at least ${FEWEST} trials that have ended; there are ${trials.length}.`;
      return { trials: trials.length, explained: null, parameters: [], note };
    }
    const { explained, parameters } = await this.#oneByOne.run(viewer.tokenId, () =>
      this.#compute(sweep, trials, viewer),
    );
    if (explained <= 0) {
      const note = `The hyperparameters do not predict which of the ${trials.length} trials are better. Their differences are chance, or take more trials to see.`;
      return { trials: trials.length, explained, parameters: [], note };
    }
    return {
      trials: trials.length,
      explained,
      parameters: parameters
        .map((parameter, i) => ({ name: names[i] as string, ...parameter }))
        .sort((a, b) => b.importance - a.importance),
      note: weakness(trials.length, names.length, explained),
    };
  }

  async #compute(sweep: Sweep, trials: readonly Observation[], { gone }: Viewer): Promise<Importance> {
    const key = `${sweep.id} ${sweep.endedTrials}`;
    const kept = this.#kept.get(key);
    if (kept) return kept;
    const trees = importanceOf(trials, sweep.seed);
    for (;;) {
      gone.throwIfAborted();
      const { done, value } = trees.next();
      if (done) {
        this.#kept.set(key, value);
        const [oldest] = this.#kept.keys();
        if (this.#kept.size > KEPT && oldest) this.#kept.delete(oldest);
        return value;
      }
      await otherWork();
    }
  }
}

/** The trials that have ended. One that failed, because training diverged, is worse than any other. */
function observationsOf({ trials, metric }: Sweep, names: readonly string[]): Observation[] {
  return trials.flatMap(({ state, values, validationAccuracy, validationLoss }) => {
    const figure = metric === 'VALIDATION_ACCURACY' ? validationAccuracy : validationLoss && -validationLoss;
    const score = state === 'FAILED' ? Number.NEGATIVE_INFINITY : figure;
    if (state === 'QUEUED' || state === 'CANCELLED' || score === null) return [];
    return [{ values: names.map((name) => values[name]), score }];
  });
}

function weakness(trials: number, parameters: number, explained: number): string | null {
  if (explained < WELL_EXPLAINED) {
    const share = Math.round(100 * explained);
    return `Weak: the values predict ${share}% of the differences between trials. The rest is chance, or takes more trials to see.`;
  }
  if (trials < ENOUGH * parameters) {
    return `Weak: ${trials} trials for ${parameters} hyperparameters. About ${ENOUGH} per hyperparameter say more.`;
  }
  return null;
}
