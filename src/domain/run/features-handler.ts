import { performance } from 'node:perf_hooks';
import { throughOutages } from '../../database-outage.js';
import { type Claim, ClaimLost, type JobHandler, type JobInHand } from '../../jobs/job-handler.js';
import type { WaitingJob } from '../../jobs/queue.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import { isMissing, type Prisma, type PrismaClient } from '../../storage/database.js';
import type { Job, SliceEvent, SliceJob, TaskEnd } from '../../training/job.js';
import type { FeatureCache } from './feature-cache.js';
import type { FeatureSlices } from './feature-slices.js';
import type { RunFeatures } from './run-features.js';
import { jobOf, withJobRelations } from './run-job.js';
import type { RunJournal } from './run-journal.js';
import type { RunStates } from './run-states.js';

const withRun = { run: { include: { ...withJobRelations, backbone: true } } } as const;
type SliceRow = Prisma.FeatureSliceGetPayload<{ include: typeof withRun }>;
type Finished = Extract<SliceEvent, { readonly type: 'finished' }>;

interface FeaturesParts {
  readonly prisma: PrismaClient;
  readonly blobPlace: BlobPlace;
  readonly compute: Job['compute'];
  readonly cache: FeatureCache;
  readonly slices: FeatureSlices;
  readonly journal: RunJournal;
  readonly states: RunStates;
}

/** Computes slices of the features of runs. */
export class FeaturesHandler implements JobHandler<'features'> {
  constructor(private readonly parts: FeaturesParts) {}

  waiting(): Promise<WaitingJob[]> {
    return this.parts.prisma.featureSlice.findMany({ orderBy: { id: 'asc' }, select: { id: true } });
  }

  async take({ id, signal, log }: Claim): Promise<SliceInHand | null> {
    const { prisma, cache } = this.parts;
    const row = await this.#claim(id);
    if (!row) return null;
    const { run, runId, attempt, computer, first, chunks } = row;
    if (run.state !== 'RUNNING' || run.attempt !== attempt) {
      await prisma.featureSlice.deleteMany({ where: { id } }); // void: a worker has taken the run itself
      return null;
    }
    if (computer !== cache.computedBy) {
      await this.#giveUp(row);
      return null;
    }
    log.info({ run: runId, first, chunks }, 'computing a slice of features');
    return new SliceInHand(row, signal, this.parts);
  }

  async #claim(id: string): Promise<SliceRow | null> {
    const data = { claims: { increment: 1 } };
    try {
      return await this.parts.prisma.featureSlice.update({ where: { id }, data, include: withRun });
    } catch (error) {
      if (isMissing(error)) return null; // its run has ended
      throw error;
    }
  }

  /** Lets one worker compute the rest: this one computes other digits. */
  async #giveUp({ runId, attempt, computer }: SliceRow): Promise<void> {
    const { cache, journal, slices } = this.parts;
    const message = `Features are no longer shared among workers: a worker came that computes with ${cache.computedBy}, not with ${computer}.`;
    let dropped: readonly string[] = [];
    await journal.write(runId, [{ message }], {
      ...{ before: ['RUNNING'], attempt },
      async inTransaction(tx) {
        dropped = await slices.giveUp(tx, runId);
      },
    });
    slices.stop(dropped);
  }
}

/** A slice under its claim. */
class SliceInHand implements JobInHand<'features'> {
  #features: Pick<RunFeatures, 'key' | 'pictures'> = { key: '', pictures: 0 };
  /** When the slice was begun, and the pictures of the run that had features then. */
  readonly #began = performance.now();
  #before = 0;

  constructor(
    private readonly row: SliceRow,
    private readonly signal: AbortSignal,
    private readonly parts: FeaturesParts,
  ) {}

  async load(): Promise<SliceJob> {
    const { run, first, chunks } = this.row;
    if (!run.backbone) throw new Error(`run ${run.id} has slices and no backbone`);
    const { job, features } = await jobOf(run, run.backbone, this.parts);
    this.#features = features;
    this.#before = await this.parts.cache.count(features.key);
    return { ...job, first, chunks };
  }

  /** Stores a chunk, and with it the progress of all workers. */
  async record(event: Exclude<SliceEvent, Finished | TaskEnd>): Promise<void> {
    if (event.type !== 'features') return;
    const { cache, journal } = this.parts;
    const { runId, attempt } = this.row;
    const { key, pictures: total } = this.#features;
    await this.#through(async () => {
      const done = Math.min(total, (await cache.count(key)) + event.chunk.rows);
      const seconds = (performance.now() - this.#began) / 1000;
      const secondsLeft = (seconds / Math.max(1, done - this.#before)) * (total - done);
      const progress = { phase: 'features', done, total, secondsLeft } as const;
      return journal.write(runId, [{ progress }], {
        ...{ before: ['RUNNING'], attempt },
        inTransaction: async (tx) => {
          await this.#requireClaim(tx);
          await cache.add(key, event.chunk, event.bytes, tx);
        },
      });
    });
  }

  async end(end: Finished | TaskEnd): Promise<void> {
    if (end.type === 'cancelled') return; // nobody cancels a slice: its row goes with the run
    const { journal, states, slices } = this.parts;
    const { id, claims, runId, attempt } = this.row;
    if (end.type === 'failed') {
      const data = { errorCode: end.code, error: end.message, endedAt: new Date() };
      return this.#through(() => states.tryChange(runId, 'fail', data, { attempt }));
    }
    await this.#through(() =>
      journal.write(runId, [], {
        ...{ before: ['RUNNING'], attempt },
        async inTransaction(tx) {
          if (!(await slices.finish(tx, id, claims, { runId, attempt }))) throw new ClaimLost();
        },
      }),
    );
  }

  /** The job goes back to the queue; the slice needs no change. */
  async interrupt(): Promise<void> {}

  /** @throws ClaimLost when another worker has claimed the slice, or its run has ended. */
  async #requireClaim(tx: Prisma.TransactionClient): Promise<void> {
    const { id, claims } = this.row;
    const { count } = await tx.featureSlice.updateMany({ where: { id, claims }, data: { claims } });
    if (count === 0) throw new ClaimLost();
  }

  /** Writes once the database is there. @throws ClaimLost when the write was refused. */
  async #through(write: () => Promise<boolean>): Promise<void> {
    if (!(await throughOutages(write, this.signal))) throw new ClaimLost();
  }
}
