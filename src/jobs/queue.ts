import { setTimeout as wait } from 'node:timers';
import { type ConstructorOptions, fromPrisma, type JobInsert, PgBoss, type Queue } from 'pg-boss';
import type { Logger } from 'pino';
import type { Database, Prisma } from '../storage/database.js';
import { TRACEPARENT, type Tracing } from '../tracing/tracing.js';
import { CHORES, type Chore, QUEUED_KINDS, type QueuedKind } from './job-kinds.js';

/** PostgreSQL schema of the queue's tables. */
const SCHEMA = 'jobs';
/** Queue of jobs that were given up, until their rows record it. */
const GIVEN_UP = 'given-up';
/** A job whose worker has died this many times is given up. */
export const WORKER_DEATHS = 3;

const SECONDS_PER_DAY = 24 * 3600;
/** Seconds without a heartbeat after which another process may claim a job; pg-boss takes 10 at least. */
const LEASE_SECONDS = 15;
/** Milliseconds between checks for such jobs. */
const CHECK_MS = 5000;
/** Milliseconds after which a claim is renewed: pg-boss ends every claim after a day. */
const RENEWAL_MS = 12 * 3600 * 1000;
/** pg-boss deletes jobs that have waited this long; runs may wait without limit. */
const RETENTION_SECONDS = 10 * 365 * SECONDS_PER_DAY;
const LARGEST_PRIORITY = 2 ** 31 - 1;
/** Milliseconds added to the time of a delayed job before it is announced: timers may fire slightly early. */
const SLACK_MS = 5;

export type JobName = QueuedKind | Chore;

/** A job that a row should have. */
export interface WaitingJob {
  readonly id: string;
  /** Jobs of a kind run in ascending order, then in the order in which they were enqueued. */
  readonly order?: number;
  /** Earliest time at which it runs. */
  readonly at?: Date;
}

/** Those of some rows that have a job already. Of a database that this process has alone, none at the start. */
export type HeldJobs = (ids: readonly string[]) => Promise<ReadonlySet<string>>;

/** A job that this process has claimed. */
export interface ClaimedJob {
  readonly kind: JobName;
  readonly id: string;
  /** Number of times its worker has died. */
  readonly deaths: number;
  /** Whether it was given up, so that only its row must be ended. */
  readonly isGivenUp: boolean;
  readonly claimedAt: number;
  /** The span that enqueued it, as W3C Trace Context names it. */
  readonly traceparent?: string | undefined;
  /** Name of its queue in pg-boss, and its id there. */
  readonly queue: string;
  readonly jobId: string;
}

/**
 * The queue of background work: pg-boss on the connection pool of the hub's database. A job has only the id of its row.
 * A finished job is deleted, since the row records its outcome. So the queue can always be rebuilt from the rows.
 */
export class JobQueue {
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Looks for jobs of processes that died. */
  #checking: NodeJS.Timeout | undefined;
  /** When the database last did not answer. */
  #lastOutage = performance.now();

  private constructor(
    private readonly boss: PgBoss,
    private readonly database: Database,
    /** Whether other processes take jobs from this queue: claims are leases then, which heartbeats renew. */
    readonly isShared: boolean,
    private readonly tracing: Tracing | undefined,
  ) {}

  /** @param isShared whether other processes may use the database. */
  static async open(database: Database, log: Logger, isShared = false, tracing?: Tracing): Promise<JobQueue> {
    const { pool, kind } = database;
    let announce = (): void => undefined;
    const db: ConstructorOptions['db'] = {
      executeSql: (text, values) => pool.query(text, values),
      // The channel on which pg-boss announces new jobs wakes the runner instead of pg-boss's own workers.
      listen: async (channel) => ({ close: await database.listen(channel, () => announce()) }),
    };
    const boss = new PgBoss({
      backend: kind === 'pglite' ? 'pglite' : 'postgres',
      schema: SCHEMA,
      db,
      useListenNotify: true,
      supervise: false, // `#takeFromDead` calls it
      monitorIntervalSeconds: CHECK_MS / 1000,
      // The queues never change, and no job is scheduled by pg-boss or depends on another one.
      queueCacheIntervalSeconds: SECONDS_PER_DAY,
      flowIntervalSeconds: SECONDS_PER_DAY,
      schedule: false,
      registerInstance: false,
    });
    boss.on('error', (err) => log.error({ err }, 'the job queue failed'));
    boss.on('warning', ({ message, data }) => log.debug({ data }, message));
    await boss.start();
    const options: Omit<Queue, 'name'> = {
      notify: true,
      retryLimit: WORKER_DEATHS - 1,
      retentionSeconds: RETENTION_SECONDS,
      expireInSeconds: SECONDS_PER_DAY,
    };
    await boss.createQueue(GIVEN_UP, options);
    for (const name of [...QUEUED_KINDS, ...CHORES]) {
      await boss.createQueue(name, { ...options, deadLetter: GIVEN_UP, heartbeatSeconds: LEASE_SECONDS });
    }
    const queue = new JobQueue(boss, database, isShared, tracing);
    announce = () => queue.#announce();
    if (isShared) queue.#checking = setInterval(() => void queue.#takeFromDead(), CHECK_MS).unref();
    return queue;
  }

  /** Milliseconds between heartbeats. */
  get heartbeatMs(): number {
    return (LEASE_SECONDS * 1000) / 4;
  }

  /**
   * Enqueues a job in the transaction that writes its row: neither is stored without the other. An earlier job of the row is
   * replaced: one that was given up stays in its queue, and one that has just written its end is not removed yet.
   */
  async enqueue(
    tx: Prisma.TransactionClient,
    kind: JobName,
    job: WaitingJob,
    traceparent = this.tracing?.current?.traceparent,
  ): Promise<void> {
    const db = fromPrisma(tx);
    await this.boss.deleteJob(kind, job.id, { db }); // pg-boss ignores a job whose id it has already
    await this.boss.insert(kind, [toInsert(job, traceparent)], { db });
    this.#announceAt(job.at);
  }

  /** As `enqueue`, ahead of all jobs of the kind. */
  async enqueueFirst(tx: Prisma.TransactionClient, kind: JobName, id: string): Promise<void> {
    await this.enqueue(tx, kind, { id, order: -LARGEST_PRIORITY });
  }

  /** Removes jobs in the transaction that ends their rows. Those that run are stopped by their next heartbeat. */
  async withdraw(tx: Prisma.TransactionClient, kind: JobName, ...ids: readonly string[]): Promise<void> {
    await this.boss.deleteJob(kind, [...ids], { db: fromPrisma(tx) });
  }

  /** Changes the order of waiting jobs, in the transaction that changes the order of their rows. */
  async reorder(
    tx: Prisma.TransactionClient,
    kind: JobName,
    jobs: readonly Required<Pick<WaitingJob, 'id' | 'order'>>[],
  ) {
    const priorities = jobs.map(({ order }) => -order);
    // pg-boss updates one job per statement, 7 ms each; a move may shift thousands.
    await tx.$executeRaw`
      UPDATE jobs.job SET priority = placed.priority
      FROM unnest(${jobs.map(({ id }) => id)}::uuid[], ${priorities}::int[]) AS placed(id, priority)
      WHERE job.name = ${kind} AND job.id = placed.id AND job.state < 'active'`;
  }

  /**
   * Gives every row a job that needs one and has none. Call it at the start. A process that has the database alone replaces
   * all jobs of the kind: none of them is running.
   * @param waiting reads the jobs that rows wait for. It is called after the old jobs are deleted: a row that a request
   * writes meanwhile has a new job, is read, or both.
   */
  async rebuild(kind: JobName, waiting: (held: HeldJobs) => Promise<readonly WaitingJob[]>): Promise<void> {
    if (!this.isShared) await this.boss.deleteAllJobs(kind);
    const wanted = await waiting((ids) => this.#held(kind, ids));
    const held = await this.#held(
      kind,
      wanted.map(({ id }) => id),
    );
    const jobs = wanted.filter(({ id }) => !held.has(id));
    if (jobs.length > 0)
      await this.boss.insert(
        kind,
        jobs.map((job) => toInsert(job)),
      );
    for (const { at } of jobs) this.#announceAt(at);
  }

  /** Those of the ids that have a job, waiting or running. */
  async #held(kind: JobName, ids: readonly string[]): Promise<Set<string>> {
    if (!this.isShared || ids.length === 0) return new Set();
    const rows = await this.database.client.$queryRaw<{ id: string }[]>`
      SELECT id::text FROM jobs.job
      WHERE state < 'completed' AND (name = ${kind} AND id = ANY(${ids}::uuid[])
        OR name = ${GIVEN_UP} AND source_name = ${kind} AND source_id = ANY(${ids}::uuid[]))`;
    return new Set(rows.map(({ id }) => id));
  }

  /** Number of jobs that wait, by kind. */
  async waiting(): Promise<ReadonlyMap<JobName, number>> {
    const rows = await this.database.client.$queryRaw<{ name: JobName; count: bigint }[]>`
      SELECT name, count(*) FROM jobs.job WHERE state < 'active' AND name <> ${GIVEN_UP} GROUP BY name`;
    return new Map(rows.map(({ name, count }) => [name, Number(count)]));
  }

  /** Claims the next job of the first kind that has one. */
  async claim(kinds: readonly JobName[]): Promise<ClaimedJob | null> {
    for (const kind of kinds) {
      const [job] = await this.boss.fetch(kind, { includeMetadata: true });
      if (job) return { kind, id: job.id, deaths: job.retryCount, isGivenUp: false, ...placeOf(kind, job) };
    }
    return null;
  }

  /** Claims a job that was given up. */
  async claimGivenUp(): Promise<ClaimedJob | null> {
    const [job] = await this.boss.fetch(GIVEN_UP, { includeMetadata: true });
    if (!job) return null;
    const [kind, id] = [job.sourceName as JobName, job.sourceId as string];
    return { kind, id, deaths: WORKER_DEATHS, isGivenUp: true, ...placeOf(GIVEN_UP, job) };
  }

  /** Removes a finished job. */
  async done(job: ClaimedJob): Promise<void> {
    await this.boss.deleteJob(job.queue, fenceOf(job));
  }

  /** Counts the death of a job's worker. The job returns to the head of the queue or is given up. */
  async died(job: ClaimedJob): Promise<void> {
    await this.boss.fail(job.queue, fenceOf(job));
  }

  /** Returns a claimed job to the queue without counting a death. */
  async again(job: ClaimedJob, at?: Date): Promise<void> {
    await this.database.client.$transaction(async (tx) => {
      await this.boss.deleteJob(job.queue, job.jobId, { db: fromPrisma(tx) });
      await this.enqueue(tx, job.kind, { id: job.id, order: -LARGEST_PRIORITY, ...(at && { at }) }, job.traceparent);
    });
  }

  /**
   * Renews the claim of a running job.
   * @returns the job with its present claim, or null when another process has claimed it.
   */
  async keep(job: ClaimedJob): Promise<ClaimedJob | null> {
    const { affected } = (await this.boss.touch(job.queue, fenceOf(job))) as { readonly affected?: number };
    if (affected === 0) return null;
    return performance.now() - job.claimedAt < RENEWAL_MS ? job : this.renew(job);
  }

  /**
   * Returns the jobs of processes whose heartbeat stopped to the queue. After an outage of the database the others have the
   * time of a lease to renew theirs.
   */
  async #takeFromDead(): Promise<void> {
    try {
      await this.database.pool.query('SELECT 1');
      if (performance.now() - this.#lastOutage < LEASE_SECONDS * 1000) return;
      await this.boss.supervise();
      this.#announce(); // pg-boss does not announce the jobs that it returns
    } catch {
      this.#lastOutage = performance.now();
    }
  }

  /** Replaces a job with a new one that this process claims at once. */
  async renew(job: ClaimedJob): Promise<ClaimedJob> {
    await this.database.client.$transaction(async (tx) => {
      const db = fromPrisma(tx);
      await this.boss.deleteJob(job.queue, job.jobId, { db });
      await this.boss.insert(job.queue, [{ id: job.jobId, priority: LARGEST_PRIORITY, ...linkTo(job.traceparent) }], {
        db,
      });
      await this.boss.fetch(job.queue, { db });
    });
    return { ...job, deaths: 0, claimedAt: performance.now() };
  }

  /** Calls a listener whenever a job may be ready to claim. */
  onWork(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    clearInterval(this.#checking);
    for (const timer of this.#timers) clearTimeout(timer);
    await this.boss.stop({ graceful: false, close: false });
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Announces a delayed job when its time comes. */
  #announceAt(at: Date | undefined): void {
    if (!at) return;
    const timer = wait(
      () => {
        this.#timers.delete(timer);
        this.#announce();
      },
      Math.max(0, at.getTime() - Date.now()) + SLACK_MS,
    ).unref();
    this.#timers.add(timer);
  }
}

function toInsert({ id, order, at }: WaitingJob, traceparent?: string): JobInsert {
  return {
    id,
    ...(order !== undefined && { priority: -order }),
    ...(at && { startAfter: at }),
    ...linkTo(traceparent),
  };
}

const linkTo = (traceparent: string | undefined) =>
  traceparent !== undefined && { data: { [TRACEPARENT]: traceparent } };

const placeOf = (queue: string, { id, data }: { readonly id: string; readonly data: unknown }) => {
  const { [TRACEPARENT]: traceparent } = (data ?? {}) as { [TRACEPARENT]?: string };
  return { queue, jobId: id, claimedAt: performance.now(), traceparent };
};

/** Restricts a call to this claim, so that it does not affect a job that another process has claimed since. */
const fenceOf = ({ jobId, deaths, isGivenUp }: ClaimedJob) => ({ id: jobId, retryCount: isGivenUp ? 0 : deaths });
