import { Counter, Gauge, type Registry } from 'prom-client';

/** Metrics of GraphQL requests with files. */
export class UploadMetrics {
  readonly #bytes: Counter;
  readonly #uploads: Counter;
  readonly #underWay: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#uploads = new Counter({
      name: 'modelhub_uploads_total',
      help: 'Started requests with files.',
      registers,
    });
    this.#underWay = new Gauge({
      name: 'modelhub_uploads_active',
      help: 'Requests with files in progress.',
      registers,
    });
    this.#bytes = new Counter({
      name: 'modelhub_upload_bytes_total',
      help: 'Bytes received in requests with files.',
      registers,
    });
  }

  begin(): { received(bytes: number): void; end(): void } {
    this.#uploads.inc();
    this.#underWay.inc();
    return { received: (bytes) => this.#bytes.inc(bytes), end: () => this.#underWay.dec() };
  }
}
