import { createInterface } from 'node:readline';
import type { Logger } from 'pino';
import { HubError } from '../errors.js';
import type { Tracing } from '../tracing/tracing.js';
import type { Events, JobKind, Task } from './job-kinds.js';
import { LAST_EVENTS, type StartWorker, type WorkerProcess } from './worker-process.js';

/** Thrown when a worker dies before it has reported the end of its task. */
export class WorkerDeath extends Error {}

/** One attempt at a job, from loading its task to the last event of its worker. */
export class Attempt<K extends JobKind> {
  readonly #aborted = new AbortController();
  #worker: WorkerProcess<K> | undefined;
  #killed = false;

  /** @param log whose lines name the job. */
  constructor(
    private readonly start: StartWorker,
    readonly log: Logger,
    private readonly tracing?: Tracing,
  ) {}

  /** Aborted when the job is cancelled or killed. */
  get signal(): AbortSignal {
    return this.#aborted.signal;
  }

  get killed(): boolean {
    return this.#killed;
  }

  /** Asks the worker to stop at the next batch. */
  cancel(): void {
    this.#aborted.abort();
    this.#worker?.cancel();
  }

  /** Kills the worker at once. */
  kill(): void {
    this.#killed = true;
    this.#aborted.abort();
    this.#worker?.kill();
  }

  /**
   * Runs the task in a worker.
   * @param record receives every event but the last. When it fails, the worker is killed.
   * @returns the last event. @throws WorkerDeath, OUT_OF_MEMORY, the error of `record`, or the signal's reason.
   */
  async work(task: Task<K>, record: (event: Events[K]) => Promise<void>): Promise<Events[K]> {
    this.signal.throwIfAborted();
    const worker = this.start(this.tracing ? { ...task, isTimed: true } : task);
    this.#worker = worker;
    createInterface({ input: worker.errors }).on('line', (line) => this.log.warn({ worker: line }));
    const events = worker.events[Symbol.asyncIterator]();
    for (;;) {
      const { value: event } = await events.next().catch((cause: unknown) => {
        this.signal.throwIfAborted();
        if (cause instanceof HubError) throw cause;
        throw new WorkerDeath('the worker died', { cause });
      });
      if (event.type === 'part') {
        this.tracing?.record(event);
        continue;
      }
      if (LAST_EVENTS.has(event.type)) return event;
      try {
        await record(event);
      } catch (error) {
        worker.kill();
        throw error;
      }
    }
  }
}
