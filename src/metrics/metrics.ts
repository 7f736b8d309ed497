import { setTimeout as sleep } from 'node:timers/promises';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { HttpMetrics } from './http-metrics.js';
import { type Jobs, measureJobs } from './job-metrics.js';
import { measureServing, type Serving } from './serving-metrics.js';
import { measureTraining, type Training } from './training-metrics.js';
import { UploadMetrics } from './upload-metrics.js';

/** Milliseconds to wait for figures from the database; Prometheus waits 10 s for all. */
const PATIENCE_MS = 3000;

/** The sources of the metrics. */
export interface Measured {
  /** What the process does, and the version of its code. */
  readonly process: { readonly roles: string; readonly version: string };
  /** Null in a process that answers no photos. */
  readonly serving: Serving | null;
  /** The runs of the whole hub; null in a process that answers no requests. */
  readonly training: Training | null;
  readonly jobs: Jobs;
}

/**
 * The hub's metrics for Prometheus. Label values come from the hub, never from the text of a request, so that requests
 * cannot create new series.
 */
export class Metrics {
  readonly http: HttpMetrics;
  readonly uploads: UploadMetrics;
  readonly #registry = new Registry();
  readonly #updates: readonly (() => Promise<void>)[];

  constructor({ process, serving, training, jobs }: Measured) {
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: 'modelhub_process_info',
      help: 'Roles and version of the process; always 1.',
      labelNames: ['roles', 'version'],
      registers: [this.#registry],
    }).set(process, 1);
    this.http = new HttpMetrics(this.#registry);
    this.uploads = new UploadMetrics(this.#registry);
    if (serving) measureServing(this.#registry, serving);
    this.#updates = [
      measureJobs(this.#registry, jobs),
      ...(training ? [measureTraining(this.#registry, training)] : []),
    ];
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus's text format. */
  async text(): Promise<string> {
    // Without the database, those that it tells stay as they were.
    const updated = Promise.allSettled(this.#updates.map((update) => update()));
    await Promise.race([updated, sleep(PATIENCE_MS, undefined, { ref: false })]);
    return this.#registry.metrics();
  }
}
