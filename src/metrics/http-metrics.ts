import { Histogram, type Registry } from 'prom-client';
import { SECONDS } from './buckets.js';

/** Requests over HTTP. */
export class HttpMetrics {
  readonly #duration: Histogram;

  constructor(registry: Registry) {
    this.#duration = new Histogram({
      name: 'modelhub_http_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer.',
      labelNames: ['route', 'method', 'status'],
      buckets: SECONDS,
      registers: [registry],
    });
  }

  /**
   * @param route the path as it is registered, not as it was asked.
   * @param status `aborted` where the client did not wait for its answer.
   */
  answered(request: { route: string; method: string; status: string }, seconds: number): void {
    this.#duration.observe(request, seconds);
  }
}
