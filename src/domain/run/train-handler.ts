import type { CodeVersion } from '../../code-version.js';
import { throughOutages } from '../../database-outage.js';
import { type Claim, ClaimLost, HandedOn, type JobHandler, type JobInHand } from '../../jobs/job-handler.js';
import type { HeldJobs, WaitingJob } from '../../jobs/queue.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import { isUniqueViolation, type Prisma, type PrismaClient } from '../../storage/database.js';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import type { Job, TaskEnd, TrainingEvent } from '../../training/job.js';
import { type Progress, ProgressMeter } from '../../training/progress.js';
import type { Recipe } from '../../training/recipe.js';
import type { BackboneRow, BackboneService } from '../backbone/backbone-service.js';
import { type EpochFigures, figuresAfter } from './epoch-figures.js';
import type { FeatureCache } from './feature-cache.js';
import type { FeatureSharing, FeatureWatch, SharePlan } from './feature-sharing.js';
import type { FeatureSlices } from './feature-slices.js';
import { judgeReproduction } from './reproduction.js';
import type { RunBlobs } from './run-blobs.js';
import type { EventDetails } from './run-event-row.js';
import { jobOf, withJobRelations } from './run-job.js';
import type { RunJournal, SideEffects } from './run-journal.js';
import { recipeOf } from './run-row.js';
import type { RunStates } from './run-states.js';
import { statesBefore, type Transition } from './run-transitions.js';
import { SteadyProgress } from './steady-progress.js';

type RunRow = Prisma.RunGetPayload<{ include: typeof withJobRelations }>;
type Finished = Extract<TrainingEvent, { readonly type: 'finished' }>;

interface TrainParts {
  readonly prisma: PrismaClient;
  readonly blobPlace: BlobPlace;
  readonly compute: Job['compute'];
  readonly backbones: BackboneService;
  readonly cache: FeatureCache;
  readonly slices: FeatureSlices;
  readonly sharing: FeatureSharing;
  readonly runBlobs: RunBlobs;
  readonly journal: RunJournal;
  readonly states: RunStates;
  /** The code that runs. */
  readonly code: Promise<CodeVersion>;
}

/** Trains runs. */
export class TrainHandler implements JobHandler<'train'> {
  constructor(private readonly parts: TrainParts) {}

  /**
   * Every queued run whose parent has weights; the others have no job yet. A run that an earlier hub left running waits again,
   * before the runs that came after it.
   */
  async waiting(held: HeldJobs): Promise<WaitingJob[]> {
    const { prisma, states } = this.parts;
    // A run that waits for slices of its features gets its job from the last of them.
    const isRunning = { state: 'RUNNING', featureSlices: { none: {} } } as const;
    const running = (await prisma.run.findMany({ where: isRunning, select: { id: true } })).map(({ id }) => id);
    const run = await held(running); // read after the rows: a run that has just been claimed has a job
    for (const id of running) if (!run.has(id)) await states.tryChange(id, 'interrupt');
    const canStart = [{ parentRunId: null }, { parentRun: { state: 'SUCCEEDED' as const } }];
    const where = { state: 'QUEUED', OR: canStart } as const;
    const queued = await prisma.run.findMany({ where, select: { id: true, queueOrder: true } });
    return queued.map(({ id, queueOrder: order }) => ({ id, order }));
  }

  async take(claim: Claim): Promise<RunInHand | null> {
    const { journal, slices, states } = this.parts;
    const { id } = claim;
    if (await slices.isAwaited(id)) return null;
    let row: RunRow | undefined;
    const effects: SideEffects = {
      data: { attempt: { increment: 1 } },
      async inTransaction(tx) {
        row = await tx.run.findUniqueOrThrow({ where: { id }, include: withJobRelations });
        if (!row.startedAt) await tx.run.update({ where: { id }, data: { startedAt: new Date() } });
      },
    };
    // A run whose worker died is running still.
    if (!(await states.tryChange(id, 'start', effects.data, effects))) {
      await journal.write(id, [], { ...effects, before: ['RUNNING'] });
    }
    if (!row) return null;
    const steady = new SteadyProgress(await journal.lastProgress(id));
    return new RunInHand(row, claim, this.parts, steady);
  }
}

/** A run under its claim. Every event of its worker is written here, then published. */
class RunInHand implements JobInHand<'train'> {
  /** Key of its features in the cache. */
  #features = '';
  #featureWatch: FeatureWatch | undefined;
  /** Figures of the last checkpoint. */
  #progress: Pick<RunRow, 'checkpointBlob' | keyof EpochFigures>;
  readonly #recipe: Recipe;

  constructor(
    private readonly row: RunRow,
    private readonly claim: Claim,
    private readonly parts: TrainParts,
    private readonly steady: SteadyProgress,
  ) {
    const { checkpointBlob, validationAccuracy, validationLoss } = row;
    const { bestValidationAccuracy, bestValidationLoss, epochSeconds } = row;
    const figures = { validationAccuracy, validationLoss, bestValidationAccuracy, bestValidationLoss, epochSeconds };
    this.#progress = { checkpointBlob, ...figures };
    this.#recipe = recipeOf(row);
  }

  async load(): Promise<Job> {
    const backbone = await this.#backbone();
    const { job, features } = await jobOf(this.row, backbone, this.parts);
    this.#features = features.key;
    this.#featureWatch = this.parts.sharing.watch(features.pictures, features.perChunk, job.featureChunks);
    return job;
  }

  async record(event: Exclude<TrainingEvent, Finished | TaskEnd>): Promise<void> {
    switch (event.type) {
      case 'started': {
        const environment = { code: { ...(await this.parts.code) }, ...event.environment };
        return this.#write([], { data: { engine: { ...event.engine }, environment } });
      }
      case 'log':
        this.claim.log.info(event.message);
        return this.#write([{ message: event.message }]);
      case 'progress': {
        const { type: _, ...progress } = event;
        return this.#write([{ progress: this.steady.next(progress) }]);
      }
      case 'system':
        return this.#write([{ system: event.use }]);
      case 'features':
        await throughOutages(() => this.parts.cache.add(this.#features, event.chunk, event.bytes), this.claim.signal);
        return this.#share(await this.#featureWatch?.next(event.chunk));
      case 'checkpoint':
        return this.#keepCheckpoint(event.checkpointBlob, event.epochs);
    }
  }

  async end(end: Finished | TaskEnd): Promise<void> {
    const endedAt = new Date();
    if (end.type === 'cancelled') return this.#change('cancel', { data: { endedAt } });
    if (end.type === 'failed') {
      return this.#change('fail', { data: { errorCode: end.code, error: end.message, endedAt } });
    }
    const {
      weightsBlob,
      keptEpoch,
      test,
      predictionsBlob,
      probabilitiesBlob,
      seconds,
      computedPictures,
      peakMemoryBytes,
    } = end;
    const confusion = test.confusion.map((line) => [...line]);
    const kept = await this.parts.prisma.runEpoch.findUnique({
      where: { runId_epoch: { runId: this.row.id, epoch: keptEpoch } },
      select: { validationAccuracy: true, validationLoss: true },
    });
    const figures = { weightsBlob, keptEpoch, testAccuracy: test.accuracy, testLoss: test.loss, confusion };
    const data = {
      ...figures,
      ...kept,
      ...(await judgeReproduction(this.parts.prisma, this.row.id, figures)),
      predictionsBlob,
      probabilitiesBlob,
      computedPictures,
      timings: { ...seconds },
      peakMemoryBytes: BigInt(peakMemoryBytes),
      checkpointBlob: null,
      endedAt,
    };
    const { checkpointBlob } = this.#progress;
    const cleanUp = async (): Promise<void> => {
      if (checkpointBlob) await this.parts.runBlobs.deleteCheckpoint(checkpointBlob);
    };
    return this.#change('succeed', { data, cleanUp });
  }

  interrupt(): Promise<void> {
    return this.#change('interrupt', {});
  }

  /** The backbone that the run asks for, downloaded if need be. The row names it from now on. */
  async #backbone(): Promise<BackboneRow> {
    let told: Promise<unknown> = Promise.resolve();
    let meter: ProgressMeter<'backbone'> | undefined;
    const onDownload = (done: number, total: number): void => {
      const report = ({ type: _, ...progress }: Progress<'backbone'>): void => {
        told = told.then(() => this.#write([{ progress: this.steady.next(progress) }]));
        told.catch(() => undefined); // awaited below; until then its failure must not end the process
      };
      meter ??= new ProgressMeter('backbone', total, report, done); // a download resumes
      meter.reach(done);
    };
    const backbone = await this.parts.backbones.require(this.row.backboneName, onDownload, this.claim.signal);
    await told;
    await this.#write([], { data: { backboneId: backbone.id } });
    return backbone;
  }

  /** Hands the rest of the features to several workers. @throws HandedOn when it has. */
  async #share(plan: SharePlan | string | null | undefined): Promise<void> {
    if (!plan) return;
    if (typeof plan === 'string') return this.#write([{ message: plan }]);
    this.claim.signal.throwIfAborted();
    const { slices, sharing } = this.parts;
    const run = { runId: this.row.id, attempt: this.row.attempt };
    this.claim.log.info(plan.message);
    await this.#write([{ message: plan.message }], {
      inTransaction: (tx) => slices.write(tx, run, sharing.computer, plan.slices),
    });
    throw new HandedOn();
  }

  /** Writes the checkpoint with the epochs that have ended since the previous one, which is deleted. */
  async #keepCheckpoint(checkpointBlob: string, epochs: readonly EpochMetrics[]): Promise<void> {
    const old = this.#progress.checkpointBlob;
    const figures = epochs.reduce((before, epoch) => figuresAfter(before, epoch, this.#recipe), this.#progress);
    this.#progress = { ...figures, checkpointBlob };
    const events = epochs.map((epoch) => ({ epoch }));
    await this.#write(events, { data: this.#progress });
    if (old && old !== checkpointBlob) await this.parts.runBlobs.deleteCheckpoint(old);
  }

  async #write(events: readonly EventDetails[], effects: SideEffects = {}): Promise<void> {
    const { id, attempt } = this.row;
    const before = statesBefore('succeed'); // a run that was cancelled meanwhile takes no more
    const isWritten = await throughOutages(
      (mayBeDone) =>
        this.parts.journal.write(id, events, { ...effects, before, attempt }).catch((error: unknown) => {
          if (mayBeDone && isUniqueViolation(error)) return true; // these epochs are there
          throw error;
        }),
      this.claim.signal,
    );
    if (!isWritten) throw new ClaimLost();
  }

  async #change(transition: Transition, { data, ...effects }: SideEffects): Promise<void> {
    const { id, attempt } = this.row;
    const isChanged = await throughOutages(
      () => this.parts.states.tryChange(id, transition, data, { ...effects, attempt }),
      this.claim.signal,
    );
    if (!isChanged) throw new ClaimLost();
  }
}
