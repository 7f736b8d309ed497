import { Histogram, type Registry } from 'prom-client';
import { SECONDS } from './buckets.js';

/** Metrics of HTTP requests. */
export class HttpMetrics {
  readonly #duration: Histogram;

  constructor(registry: Registry) {
    this.#duration = new Histogram({
      name: 'modelhub_http_request_duration_seconds',
      help: 'Time from the head of a request to the end of its response.',
      labelNames: ['route', 'method', 'status'],
      buckets: SECONDS,
      registers: [registry],
    });
  }

  /**
   * Counts a request.
   * @param route the path as registered, not as requested.
   * @param status of the response; `aborted` when the client closed the connection before it.
   */
  answered(request: { route: string; method: string; status: string }, seconds: number): void {
    this.#duration.observe(request, seconds);
  }
}
