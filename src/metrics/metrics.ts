import { collectDefaultMetrics, Registry } from 'prom-client';
import { HttpMetrics } from './http-metrics.js';
import { measureServing, type Serving } from './serving-metrics.js';
import { measureTraining, type Training } from './training-metrics.js';
import { UploadMetrics } from './upload-metrics.js';

/** What is told of by others, or asked when somebody wants to know. */
export interface Measured {
  readonly serving: Serving;
  readonly training: Training;
}

/**
 * What Prometheus may know of the hub. Labels have values that the hub has itself, never the text of a request: nobody
 * can make up more of them.
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

  /** All of them in Prometheus's text format. */
  async text(): Promise<string> {
    await this.#updateTraining();
    return this.#registry.metrics();
  }
}
