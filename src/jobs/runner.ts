import pLimit, { type LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import { type ErrorCode, HubError, shuttingDown } from '../errors.js';
import type { TaskEnd } from '../training/job.js';
import { Attempt, WorkerDeath } from './attempt.js';
import {
  type Events,
  type Finished,
  IMMEDIATE_KINDS,
  type ImmediateKind,
  type JobKind,
  type Tasks,
} from './job-kinds.js';
import type { StartWorker } from './worker-process.js';

/** A job whose worker has died this many times is given up. */
const WORKER_DEATHS = 3;

interface RunnerParts {
  readonly startWorker: StartWorker;
  readonly log: Logger;
}

/** Runs jobs, each in a worker process of its own, and starts workers that died again. It knows no table. */
export class Runner {
  /** One job of each immediate kind at a time. */
  readonly #immediate = Object.fromEntries(IMMEDIATE_KINDS.map((kind) => [kind, pLimit(1)])) as Readonly<
    Record<ImmediateKind, LimitFunction>
  >;
  readonly #underWay = new Set<Attempt<never>>();
  #closed = false;

  constructor(private readonly parts: RunnerParts) {}

  /**
   * Runs a job that somebody waits for.
   * @param signal when nobody waits any more. @returns its last event.
   * @throws the error that the job failed with, WORKER_DIED, SHUTTING_DOWN, or the signal's reason.
   */
  run<K extends ImmediateKind>(kind: K, job: Tasks[K], signal?: AbortSignal): Promise<Finished<K>> {
    return this.#immediate[kind](async () => {
      for (let deaths = 0; deaths < WORKER_DEATHS; ) {
        signal?.throwIfAborted();
        if (this.#closed) throw shuttingDown();
        try {
          return finished<K>(await this.#attempt(kind, job, signal));
        } catch (error) {
          if (!(error instanceof WorkerDeath)) throw error;
          deaths += 1;
          this.parts.log.warn({ err: error.cause, job: kind, deaths }, 'worker died');
        }
      }
      throw workerDied();
    });
  }

  /** Stops every worker where it is. */
  close(): void {
    this.#closed = true;
    for (const attempt of this.#underWay) attempt.kill();
  }

  async #attempt<K extends ImmediateKind>(kind: K, job: Tasks[K], signal?: AbortSignal): Promise<Events[K]> {
    const attempt = new Attempt<K>(this.parts.startWorker, this.parts.log.child({ job: kind }));
    const kill = (): void => attempt.kill();
    signal?.addEventListener('abort', kill);
    this.#underWay.add(attempt as Attempt<never>);
    try {
      return await attempt.work({ kind, job } as Parameters<typeof attempt.work>[0], async () => undefined);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#closed ? shuttingDown() : error;
    } finally {
      signal?.removeEventListener('abort', kill);
      this.#underWay.delete(attempt as Attempt<never>);
    }
  }
}

const workerDied = (): HubError =>
  new HubError('WORKER_DIED', `The training process died ${WORKER_DEATHS} times; the hub's log says how.`);

/** @throws the error that a job ended with; only the log says more of an unexpected one. */
function finished<K extends JobKind>(event: Events[K]): Finished<K> {
  const end = event as Finished<K> | TaskEnd;
  if (end.type === 'finished') return end as Finished<K>;
  if (end.type === 'failed' && end.code !== 'INTERNAL') throw new HubError(end.code as ErrorCode, end.message);
  throw new Error('the job failed inside the worker');
}
