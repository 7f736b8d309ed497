import type { DriftedPart } from './drift.js';
import type { PredictionService } from './prediction-service.js';

/** Days of traffic that are compared with the test images; as a retraining rule does unless it says otherwise. */
const DAYS = 30;
/** Milliseconds for which drift is not measured again: it counts all answers of these days. */
const FRESH_MS = 60_000;
/** Most parts of a model that count; more would make the order slow, and less clear. */
const MOST_PARTS = 20;
/** Models whose drift is remembered. */
const MOST_MODELS = 1000;

interface Measured {
  readonly at: number;
  readonly parts: Promise<readonly DriftedPart[]>;
}

/** The parts of each model's traffic that drifted, measured at most once a minute. */
export class DriftedTraffic {
  readonly #measured = new Map<string, Measured>();

  constructor(private readonly predictions: Pick<PredictionService, 'drifted'>) {}

  /** Those first that grew most. */
  of(model: string): Promise<readonly DriftedPart[]> {
    const now = Date.now();
    const known = this.#measured.get(model);
    if (known && now - known.at < FRESH_MS) return known.parts;
    const since = new Date(now - DAYS * 24 * 3_600_000);
    const parts = this.predictions.drifted(model, since).then((all) => all.slice(0, MOST_PARTS));
    parts.catch(() => this.#measured.delete(model)); // the next one measures again
    this.#measured.delete(model);
    if (this.#measured.size >= MOST_MODELS) this.#measured.delete(this.#measured.keys().next().value as string);
    this.#measured.set(model, { at: now, parts });
    return parts;
  }
}
