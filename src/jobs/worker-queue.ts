import type { LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import { HubError } from '../errors.js';
import type { JobKind } from './job-kinds.js';
import { WorkLoop } from './work-loop.js';
import { Supervision } from './worker-supervisor.js';

/** A kind of work that is done by workers, for one row after the other. */
export interface QueuedWork<R extends { readonly id: string }, K extends JobKind> {
  /** What it makes, for the log: "The form with 8 bits". */
  readonly what: string;
  /** The next row that waits for it. */
  next(): Promise<R | null>;
  /** Does it, and keeps what came of it. */
  work(row: R, supervision: Supervision<K>): Promise<void>;
  /** Keeps why it could not be done. @param error of what nobody expected the log says more. */
  failed(row: R, error: unknown): Promise<void>;
  /** What is left to do then, whatever came of it. */
  ended?(row: R): Promise<void>;
}

interface QueueParts {
  readonly log: Logger;
  /** It takes turns with runs and sweeps: one worker at a time. */
  readonly turn: LimitFunction;
}

/** Rows wait here for one kind of work. One that was at work when the hub ended waits again when it starts. */
export class WorkerQueue<R extends { readonly id: string }, K extends JobKind> {
  readonly #loop: WorkLoop;
  #current: Supervision<K> | undefined;

  constructor(
    private readonly kind: QueuedWork<R, K>,
    private readonly parts: QueueParts,
  ) {
    const { log, turn } = parts;
    this.#loop = new WorkLoop(
      () => turn(() => this.#next()),
      (err) => log.error({ err, work: kind.what }, 'a queue cannot go on; it tries again'),
    );
  }

  wake(): void {
    this.#loop.wake();
  }

  /** Stops the worker where it is. */
  async close(): Promise<void> {
    const closed = this.#loop.close();
    this.#current?.kill();
    await closed;
  }

  async #next(): Promise<boolean> {
    if (this.#loop.closed) return false;
    const { kind } = this;
    const row = await kind.next();
    if (!row || this.#loop.closed) return false;
    const log = this.parts.log.child({ work: kind.what, for: row.id });
    this.#current = new Supervision<K>(log);
    try {
      await kind.work(row, this.#current);
    } catch (error) {
      if (this.#current.killed) return false;
      if (!(error instanceof HubError)) log.error({ err: error }, 'the work failed');
      await kind.failed(row, error);
    }
    this.#current = undefined;
    await kind.ended?.(row);
    return true;
  }
}
