import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { Logger } from 'pino';

/** What OpenTelemetry's processors call to send a batch. */
interface Exporter<T> {
  export(items: T[], done: (result: ExportResult) => void): void;
  shutdown(): Promise<void>;
  forceFlush(): Promise<void>;
}

/**
 * Counts what the collector takes and what is lost: batches that it does not take, and what comes while the queue before them
 * is full. The log says when it begins and when it has ended, each once.
 */
export class Delivery<T> implements Exporter<T> {
  #queued = 0;
  #lost = 0;
  #isAway = false;

  /** @param most items in the queue of the processor. @param log is not sent, when it is the log that cannot be sent. */
  constructor(
    private readonly what: 'spans' | 'log lines',
    private readonly exporter: Partial<Pick<Exporter<T>, 'forceFlush'>> & Omit<Exporter<T>, 'forceFlush'>,
    readonly most: number,
    private readonly log: Logger,
  ) {}

  /** Whether the last batch did not arrive. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Counts an item that is given to the processor. */
  queue(): void {
    if (this.#queued < this.most) this.#queued += 1;
    else this.#lost += 1;
  }

  export(items: T[], done: (result: ExportResult) => void): void {
    this.#queued -= items.length;
    this.exporter.export(items, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#arrived();
      else this.#failed(items.length, result.error);
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  /** Says what is lost at the end. */
  close(): void {
    const lost = this.#lost + this.#queued;
    if (lost > 0) this.log.warn({ lost }, `the collector did not get all ${this.what}`);
  }

  #arrived(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.log.info({ lost: this.#lost }, `the collector takes ${this.what} again`);
  }

  #failed(items: number, error: Error | undefined): void {
    this.#lost += items;
    if (this.#isAway) return;
    this.#isAway = true;
    const reason = error?.message || (error as NodeJS.ErrnoException | undefined)?.code;
    const advice = `the hub works on, and drops ${this.what} until the collector takes them`;
    this.log.warn({ reason }, `${this.what} cannot be sent to the collector of --otlp; ${advice}`);
  }
}
