import { createInterface } from 'node:readline';
import type { Logger } from 'pino';
import { type ErrorCode, HubError } from '../errors.js';
import type { TaskEnd } from '../training/job.js';
import type { Events, Finished, JobKind } from './job-kinds.js';
import { LAST_EVENTS, type WorkerProcess } from './worker-process.js';

/** A worker that died by itself is started again this many times. */
const WORKER_DEATHS = 3;

/** Something other than the death of a worker. */
class NotWritten extends Error {}

/** Work that workers do, one after the other where one dies, until it is done, cancelled or killed. */
export class Supervision<K extends JobKind> {
  readonly #aborted = new AbortController();
  #worker: WorkerProcess<K> | undefined;
  #killed = false;

  /** @param log names what the work is for. */
  constructor(private readonly log: Logger) {}

  /** Aborted when the work is to end, in either way. */
  get signal(): AbortSignal {
    return this.#aborted.signal;
  }

  get killed(): boolean {
    return this.#killed;
  }

  /** Asks it to end at the next batch. */
  cancel(): void {
    this.#aborted.abort();
    this.#worker?.cancel();
  }

  /** Stops it where it is. */
  kill(): void {
    this.#killed = true;
    this.#aborted.abort();
    this.#worker?.kill();
  }

  /**
   * @param next makes the next worker, and says what to do with what it reports; null when nothing is left to do.
   * @throws WORKER_DIED, or the signal's reason.
   */
  async run(
    next: () => Promise<{ start: () => WorkerProcess<K>; record: (event: Events[K]) => Promise<void> } | null>,
  ): Promise<void> {
    for (let deaths = 0; ; ) {
      this.signal.throwIfAborted();
      const work = await next();
      if (work === null) return;
      this.signal.throwIfAborted(); // before there is a worker to stop
      try {
        await this.#follow(work.start(), work.record);
      } catch (error) {
        if (this.signal.aborted) throw error;
        if (error instanceof NotWritten) throw error.cause;
        deaths += 1;
        this.log.warn({ err: error, deaths }, 'training process died');
        if (deaths >= WORKER_DEATHS) {
          throw new HubError('WORKER_DIED', `The training process died ${deaths} times; the hub's log says how.`);
        }
      }
    }
  }

  /**
   * One task of which nothing but the end counts.
   * @returns its last event. @throws what it failed with; of what nobody expected only the log says more.
   */
  async finish(start: () => WorkerProcess<K>): Promise<Finished<K>> {
    let last: Events[K] | undefined;
    const record = async (event: Events[K]): Promise<void> => {
      if (LAST_EVENTS.has(event.type)) last = event; // it also tells what it takes of the machine
    };
    await this.run(async () => (last ? null : { start, record }));
    const end = last as Finished<K> | TaskEnd | undefined;
    if (end?.type === 'finished') return end as Finished<K>;
    if (end?.type === 'failed' && end.code !== 'INTERNAL') throw new HubError(end.code as ErrorCode, end.message);
    throw new Error('the task failed inside the worker');
  }

  async #follow(worker: WorkerProcess<K>, record: (event: Events[K]) => Promise<void>): Promise<void> {
    this.#worker = worker;
    createInterface({ input: worker.errors }).on('line', (line) => this.log.warn({ worker: line }));
    for await (const event of worker.events) {
      await record(event).catch((cause: unknown) => {
        worker.kill();
        throw new NotWritten('what the worker told cannot be written', { cause });
      });
    }
  }
}
