import pLimit, { type LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import { isDatabaseOutage } from '../database-outage.js';
import { type ErrorCode, HubError, shuttingDown, toHubError } from '../errors.js';
import { TRACEPARENT, type Tracing } from '../tracing/tracing.js';
import type { TaskEnd } from '../training/job.js';
import { Attempt, WorkerDeath } from './attempt.js';
import {
  type ChoreHandler,
  ClaimLost,
  HandedOn,
  type JobHandler,
  type JobHandlers,
  type JobInHand,
} from './job-handler.js';
import {
  CHORES,
  type Events,
  type Finished,
  IMMEDIATE_KINDS,
  type ImmediateKind,
  type JobKind,
  QUEUED_KINDS,
  type QueuedKind,
  SUBJECTS,
  type Task,
  type Tasks,
} from './job-kinds.js';
import { Lane } from './lane.js';
import { type ClaimedJob, type JobName, type JobQueue, WORKER_DEATHS } from './queue.js';
import type { StartWorker } from './worker-process.js';

/** Number of webhook messages that are delivered at the same time. */
const DELIVERIES = 8;

interface RunnerParts {
  readonly startWorker: StartWorker;
  /** Kinds of jobs that this runner leaves to other processes; none by default. */
  readonly leaves?: readonly JobName[];
  readonly log: Logger;
  readonly tracing?: Tracing | undefined;
}

/** How to stop a running job. */
type Stoppable = Pick<Attempt<JobKind>, 'cancel' | 'kill'>;

/** The claim of a running job, which heartbeats renew. */
interface KeptClaim {
  job: ClaimedJob;
  isLost: boolean;
  check(): void;
  stop(): void;
}

/**
 * Runs each job in its own worker process, and restarts workers that died. It knows no tables: the handler of each job
 * kind reads and writes the rows.
 */
export class Runner {
  #queue: JobQueue | undefined;
  #lanes: readonly Lane[] = [];
  /** One job of each immediate kind at a time. */
  readonly #immediate = Object.fromEntries(IMMEDIATE_KINDS.map((kind) => [kind, pLimit(1)])) as Readonly<
    Record<ImmediateKind, LimitFunction>
  >;
  /** Running jobs; a queued job has its kind and id as the key. */
  readonly #underWay = new Map<unknown, Stoppable>();
  /** Claims of running jobs, by kind and id. */
  readonly #claims = new Map<string, KeptClaim>();
  readonly #closed = new AbortController();
  #handlers: JobHandlers | undefined;

  constructor(private readonly parts: RunnerParts) {}

  /** Gives the rows their jobs and starts to take jobs. */
  async start(queue: JobQueue, handlers: JobHandlers): Promise<void> {
    this.#queue = queue;
    this.#handlers = handlers;
    for (const kind of [...QUEUED_KINDS, ...CHORES]) {
      if (this.#closed.signal.aborted) return;
      await queue.rebuild(kind, (held) => handlers[kind].waiting(held));
    }
    if (this.#closed.signal.aborted) return;
    const common = {
      log: this.parts.log,
      isShared: queue.isShared,
      claim: (kinds: readonly JobName[]) => queue.claim(kinds),
      perform: (job: ClaimedJob) => this.#perform(job),
      again: (job: ClaimedJob) => queue.again(job),
    };
    const taken = (kinds: readonly JobName[]) => kinds.filter((kind) => !this.parts.leaves?.includes(kind));
    const features = taken(['features']);
    const lanes = [
      {
        // Releases take turns with runs: a run stores a blob before its row names it.
        kinds: taken([...QUEUED_KINDS.filter((kind) => kind !== 'features' && kind !== 'predict'), 'release']),
        width: 1,
        claim: async (kinds: readonly JobName[]) =>
          (await queue.claimGivenUp()) ?? (await queue.claim(features)) ?? queue.claim(kinds),
      },
      { kinds: taken(['predict']), width: 1 },
      { kinds: taken(['deliver']), width: DELIVERIES },
      { kinds: taken(['retrain']), width: 1 },
      { kinds: taken(['upkeep']), width: 1 },
    ];
    this.#lanes = lanes.filter(({ kinds }) => kinds.length > 0).map((lane) => new Lane({ ...common, ...lane }));
    for (const lane of this.#lanes) lane.open();
    queue.onWork(() => {
      for (const lane of this.#lanes) lane.wake();
    });
  }

  /** Asks a job to end at its next batch. @returns false when this process does not run it. */
  cancel(kind: QueuedKind, id: string): boolean {
    const attempt = this.#underWay.get(keyOf(kind, id));
    attempt?.cancel();
    return attempt !== undefined;
  }

  /** The queued jobs that this process runs. */
  running(): { readonly kind: JobName; readonly id: string }[] {
    return [...this.#claims.values()].map(({ job: { kind, id } }) => ({ kind, id }));
  }

  /** Checks at once whether the jobs of a row that run here are still this process's: it may have been cancelled elsewhere. */
  check(id: string): void {
    for (const claim of this.#claims.values()) if (claim.job.id === id) claim.check();
  }

  /**
   * Runs a job that a caller waits for.
   * @param signal aborted when the caller no longer waits. @returns its last event.
   * @throws the error of the job, WORKER_DIED, SHUTTING_DOWN, or the signal's reason.
   */
  run<K extends ImmediateKind>(kind: K, job: Tasks[K], signal?: AbortSignal): Promise<Finished<K>> {
    return this.#immediate[kind](async () => {
      for (let deaths = 0; deaths < WORKER_DEATHS; ) {
        signal?.throwIfAborted();
        if (this.#closed.signal.aborted) throw shuttingDown();
        try {
          return finished<K>(await this.#traced(kind, () => this.#attempt(kind, job, signal)));
        } catch (error) {
          if (!(error instanceof WorkerDeath)) throw error;
          deaths += 1;
          this.parts.log.warn({ err: error.cause, job: kind, deaths }, 'worker died');
        }
      }
      throw workerDied();
    });
  }

  /** Stops claiming jobs and kills every worker. Queued jobs resume at the next start. */
  async close(): Promise<void> {
    this.#closed.abort();
    for (const attempt of this.#underWay.values()) attempt.kill();
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  /** Does a claimed job as a part of the trace that enqueued it. */
  #perform(job: ClaimedJob): Promise<boolean> {
    const { tracing } = this.parts;
    if (!tracing) return this.#performClaimed(job);
    const parent = job.traceparent === undefined ? null : { [TRACEPARENT]: job.traceparent };
    const attributes = {
      'messaging.system': 'pg-boss',
      'messaging.operation.type': 'process',
      'messaging.destination.name': job.kind,
      [`modelhub.${SUBJECTS[job.kind]}.id`]: job.id,
    };
    return tracing.run(`process ${job.kind}`, { kind: 'consumer', parent, attributes }, () =>
      this.#performClaimed(job),
    );
  }

  /** Does a claimed job. @returns whether its worker died. @throws when not even its failure can be written. */
  async #performClaimed(job: ClaimedJob): Promise<boolean> {
    const { startWorker, log, tracing } = this.parts;
    const queue = this.#queue as JobQueue;
    const { kind, id } = job;
    const attempt = new Attempt<QueuedKind>(startWorker, log.child({ job: kind, [SUBJECTS[kind]]: id }), tracing);
    const key = keyOf(kind, id);
    this.#underWay.set(key, attempt);
    if (this.#closed.signal.aborted) attempt.kill();
    const claim = this.#keep(job, attempt);
    this.#claims.set(key, claim);
    try {
      const handler = (this.#handlers as JobHandlers)[kind];
      const again = await ('perform' in handler
        ? (handler as ChoreHandler).perform(id, attempt.signal)
        : this.#work(handler as JobHandler<QueuedKind>, job, attempt));
      if (again) await queue.again(claim.job, again);
      else await queue.done(claim.job);
    } catch (error) {
      if (error instanceof HandedOn) return false;
      if (attempt.killed && !claim.isLost) {
        if (queue.isShared) await queue.again(claim.job); // the hub is stopping: another process takes the job
        return false;
      }
      if (error instanceof WorkerDeath) {
        this.#underWay.delete(key); // from here on a cancellation is written by its caller: no worker would see it
        attempt.log.warn({ err: error.cause, deaths: claim.job.deaths + 1 }, 'worker process died');
        await queue.died(claim.job);
        return true;
      }
      if (!(error instanceof ClaimLost) && !claim.isLost) throw error;
      attempt.log.warn({ err: error }, 'another process has claimed the job');
      if (!claim.isLost) await queue.done(claim.job);
    } finally {
      claim.stop();
      this.#claims.delete(key);
      this.#underWay.delete(key);
    }
    return false;
  }

  async #work(handler: JobHandler<QueuedKind>, job: ClaimedJob, attempt: Attempt<QueuedKind>): Promise<undefined> {
    const { signal, log } = attempt;
    const inHand = (await handler.take({ id: job.id, signal, log })) as JobInHand<JobKind & QueuedKind> | null;
    if (!inHand) return;
    try {
      if (job.isGivenUp) throw workerDied();
      const loaded = await inHand.load();
      const end =
        'type' in loaded
          ? loaded
          : await attempt.work({ kind: job.kind, job: loaded } as Task<QueuedKind>, (event) =>
              inHand.record(event as never),
            );
      await this.#end(inHand, end as TaskEnd);
    } catch (error) {
      if (error instanceof HandedOn) {
        if (signal.aborted && !attempt.killed) await inHand.end({ type: 'cancelled' }); // cancelled meanwhile
        throw error;
      }
      // Without the database no end can be written: the job is done again once it is back.
      const isPassing = error instanceof WorkerDeath || error instanceof ClaimLost || isDatabaseOutage(error);
      if (attempt.killed && this.#closed.signal.aborted) await inHand.interrupt();
      if (attempt.killed || isPassing) throw error;
      if (signal.aborted) await inHand.end({ type: 'cancelled' });
      else await this.#end(inHand, failureOf(error, SUBJECTS[job.kind], log));
    }
  }

  async #end(inHand: JobInHand<JobKind & QueuedKind>, end: TaskEnd): Promise<void> {
    if (end.type === 'failed') this.parts.tracing?.current?.fail(end.code);
    await inHand.end(end);
  }

  /** Renews the claim of a job with heartbeats, where another process could claim it. */
  #keep(job: ClaimedJob, attempt: Stoppable): KeptClaim {
    const queue = this.#queue as JobQueue;
    const beat = async (): Promise<void> => {
      const now = await queue.keep(kept.job);
      if (now) kept.job = now;
      else {
        kept.isLost = true;
        attempt.kill();
      }
    };
    // A failed heartbeat does not mean that the claim is lost.
    const check = (): void => void (queue.isShared && beat().catch(() => undefined));
    const timer = queue.isShared ? setInterval(check, queue.heartbeatMs) : undefined;
    const kept: KeptClaim = { job, isLost: false, check, stop: () => clearInterval(timer) };
    return kept;
  }

  #traced<T>(kind: ImmediateKind, work: () => Promise<T>): Promise<T> {
    const { tracing } = this.parts;
    return tracing ? tracing.run(`process ${kind}`, {}, work) : work();
  }

  async #attempt<K extends ImmediateKind>(kind: K, job: Tasks[K], signal?: AbortSignal): Promise<Events[K]> {
    const { startWorker, log, tracing } = this.parts;
    const attempt = new Attempt<K>(startWorker, log.child({ job: kind }), tracing);
    const kill = (): void => attempt.kill();
    signal?.addEventListener('abort', kill);
    this.#underWay.set(attempt, attempt);
    try {
      return await attempt.work({ kind, job } as Task<K>, async () => undefined);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#closed.signal.aborted ? shuttingDown() : error;
    } finally {
      signal?.removeEventListener('abort', kill);
      this.#underWay.delete(attempt);
    }
  }
}

const keyOf = (kind: JobName, id: string): string => `${kind} ${id}`;

const workerDied = (): HubError =>
  new HubError('WORKER_DIED', `The worker process died ${WORKER_DEATHS} times; the hub's log has the details.`);

/** The end of a job that failed outside its worker. Only the log has the details of an unexpected error. */
function failureOf(thrown: unknown, subject: string, log: Logger): TaskEnd {
  const error = toHubError(thrown);
  if (error instanceof HubError) return { type: 'failed', code: error.code, message: error.message };
  log.error({ err: error }, `${subject} failed inside the hub`);
  const message = `The ${subject} failed inside the hub; its log has the reason.`;
  return { type: 'failed', code: 'INTERNAL', message };
}

/** @throws the error of a failed job; only the log has the details of an unexpected one. */
function finished<K extends ImmediateKind>(event: Events[K]): Finished<K> {
  const end = event as Finished<K> | TaskEnd;
  if (end.type === 'finished') return end as Finished<K>;
  if (end.type === 'failed' && end.code !== 'INTERNAL') throw new HubError(end.code as ErrorCode, end.message);
  throw new Error('the job failed inside the worker');
}
