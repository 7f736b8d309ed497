import { setTimeout as sleep } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { HttpMetrics } from './http-metrics.js';
import { measureServing, type Serving } from './serving-metrics.js';
import { measureTraining, type Training } from './training-metrics.js';
import { UploadMetrics } from './upload-metrics.js';

/** Milliseconds to wait for figures from the database; Prometheus waits 10 s for all. */
const PATIENCE_MS = 3000;

/** The sources of the metrics. */
export interface Measured {
  readonly serving: Serving;
  readonly training: Training;
}

/**
 * The hub's metrics for Prometheus. Label values come from the hub, never from the text of a request, so that requests
 * cannot create new series.
 */
export class Metrics {
  readonly http: HttpMetrics;
  readonly uploads: UploadMetrics;
  readonly #registry = new Registry();
  readonly #updateTraining: () => Promise<void>;

  constructor({ serving, training }: Measured) {
    collectDefaultMetrics({ register: this.#registry });
    this.http = new HttpMetrics(this.#registry);
    this.uploads = new UploadMetrics(this.#registry);
    measureServing(this.#registry, serving);
    this.#updateTraining = measureTraining(this.#registry, training);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus's text format. */
  async text(): Promise<string> {
    // Without the database, those of training stay as they were.
    await Promise.race([this.#updateTraining().catch(() => undefined), sleep(PATIENCE_MS, undefined, { ref: false })]);
    return this.#registry.metrics();
  }
}
