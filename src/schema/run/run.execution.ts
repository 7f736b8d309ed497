import { createInterface } from 'node:readline';
import type { Logger } from 'pino';
import type { CodeVersion } from '../../code-version.js';
import { HubError } from '../../errors.js';
import type { PrismaClient } from '../../storage/database.js';
import type { EpochMetrics, Job, TrainingEvent } from '../../training/job.js';
import { ProgressMeter } from '../../training/progress.js';
import type { startWorker, WorkerProcess } from '../../training/worker-process.js';
import type { BackboneRow, BackboneService } from '../backbone/backbone.service.js';
import type { FeatureCache } from './feature-cache.js';
import { judgeReproduction } from './reproduction.js';
import type { RunBlobs } from './run.blobs.js';
import { jobOf, withJobRelations } from './run.job.js';
import type { EventDetails, RunJournal } from './run.journal.js';
import type { RunStates } from './run.states.js';

/** A worker that died by itself is started again from the last checkpoint this many times. */
const WORKER_DEATHS = 3;

/** What a run needs to be worked on. */
export interface ExecutionParts {
  readonly prisma: PrismaClient;
  readonly runBlobs: RunBlobs;
  readonly blobFolder: string;
  readonly backbones: BackboneService;
  /** The code that runs. */
  readonly code: Promise<CodeVersion>;
  readonly cache: FeatureCache;
  readonly journal: RunJournal;
  readonly states: RunStates;
  readonly log: Logger;
  readonly startWorker: typeof startWorker;
}

/** One run under way. Everything that its worker reports is written before it is told on. */
export class RunExecution {
  readonly #cancelled = new AbortController();
  #worker: WorkerProcess | undefined;
  #killed = false;

  constructor(
    readonly id: string,
    private readonly parts: ExecutionParts,
  ) {}

  /** Asks it to end at the next batch. */
  cancel(): void {
    this.#cancelled.abort();
    this.#worker?.cancel();
  }

  /** Stops it where it is; the run stays RUNNING, and goes on from its checkpoint when it is taken up again. */
  kill(): void {
    this.#killed = true;
    this.#cancelled.abort();
    this.#worker?.kill();
  }

  /** Works on the run until it is in a final state; does nothing when it does not wait any more. */
  async run(): Promise<void> {
    const { id } = this;
    const { states, log } = this.parts;
    try {
      await this.#run();
    } catch (error) {
      if (this.#killed) return;
      if (this.#cancelled.signal.aborted) return states.change(id, 'cancel', { endedAt: new Date() });
      const known = error instanceof HubError;
      if (!known) log.error({ err: error, run: id }, 'run failed inside the hub');
      const message = known ? error.message : 'The run failed inside the hub; its log says why.';
      await this.#fail(known ? error.code : 'INTERNAL', message);
    }
  }

  async #run(): Promise<void> {
    const { id } = this;
    const { prisma, states, log } = this.parts;
    const { startedAt } = await prisma.run.findUniqueOrThrow({ where: { id } });
    if (!(await states.tryChange(id, 'start', { startedAt: startedAt ?? new Date() }))) return; // cancelled meanwhile
    const backbone = await this.#backbone();
    for (let deaths = 0; ; ) {
      this.#cancelled.signal.throwIfAborted();
      const run = await prisma.run.findUniqueOrThrow({ where: { id }, include: withJobRelations });
      const { job, key } = await jobOf(run, backbone, this.parts);
      if (this.#killed) return; // before there was a worker to kill
      try {
        return await this.#work(job, key);
      } catch (error) {
        if (this.#killed) return;
        deaths += 1;
        log.warn({ err: error, run: id, deaths }, 'training process died');
        if (deaths >= WORKER_DEATHS) {
          throw new HubError('WORKER_DIED', `The training process died ${deaths} times; the hub's log says how.`);
        }
      }
    }
  }

  /** The backbone that the run asks for, downloaded if need be; from now on it is on record. */
  async #backbone(): Promise<BackboneRow> {
    const { prisma, backbones } = this.parts;
    const { backboneName } = await prisma.run.findUniqueOrThrow({ where: { id: this.id } });
    let told: Promise<unknown> = Promise.resolve();
    let meter: ProgressMeter<'backbone'> | undefined;
    const onDownload = (done: number, total: number): void => {
      meter ??= new ProgressMeter('backbone', total, ({ type: _, ...progress }) => {
        told = told.then(() => this.#tell({ progress }));
        told.catch(() => undefined); // awaited below; until then its failure must not end the process
      });
      meter.reach(done);
    };
    const backbone = await backbones.require(backboneName, onDownload, this.#cancelled.signal);
    await told;
    await prisma.run.update({ where: { id: this.id }, data: { backboneId: backbone.id } });
    return backbone;
  }

  /** Runs one worker to its end. Throws when it dies before that. */
  async #work(job: Job, key: string): Promise<void> {
    const { log, startWorker } = this.parts;
    const worker = startWorker(job);
    this.#worker = worker;
    createInterface({ input: worker.errors }).on('line', (line) => log.warn({ run: this.id, worker: line }));
    if (this.#cancelled.signal.aborted) worker.cancel();
    for await (const event of worker.events) await this.#record(key, event);
  }

  async #record(key: string, event: TrainingEvent): Promise<void> {
    const { id } = this;
    const { prisma, states, cache, log } = this.parts;
    switch (event.type) {
      case 'started': {
        const { host, libraries, node } = event.environment;
        const environment = {
          code: { ...(await this.parts.code) },
          node,
          libraries: libraries.map((library) => ({ ...library })),
          host: { ...host },
        };
        await prisma.run.update({ where: { id }, data: { engine: { ...event.engine }, environment } });
        return;
      }
      case 'log':
        log.info({ run: id }, event.message);
        return this.#tell({ message: event.message });
      case 'progress': {
        const { type: _, ...progress } = event;
        return this.#tell({ progress });
      }
      case 'system':
        return this.#tell({ system: event.use });
      case 'features':
        return cache.add(key, event.chunk, event.bytes);
      case 'checkpoint':
        return this.#keepCheckpoint(event.checkpointBlob);
      case 'epoch':
        return this.#keepCheckpoint(event.checkpointBlob, event.metrics);
      case 'finished': {
        const { weightsBlob, keptEpoch, test, predictionsBlob, seconds, computedPictures, peakMemoryBytes } = event;
        const { checkpointBlob } = await prisma.run.findUniqueOrThrow({ where: { id } });
        const confusion = test.confusion.map((row) => [...row]);
        const figures = { weightsBlob, keptEpoch, testAccuracy: test.accuracy, testLoss: test.loss, confusion };
        await states.change(id, 'succeed', {
          ...figures,
          ...(await judgeReproduction(prisma, id, figures)),
          predictionsBlob,
          computedPictures,
          timings: { ...seconds },
          peakMemoryBytes: BigInt(peakMemoryBytes),
          checkpointBlob: null,
          endedAt: new Date(),
        });
        if (checkpointBlob) await this.parts.runBlobs.deleteUnused(checkpointBlob);
        return;
      }
      case 'cancelled':
        return states.change(id, 'cancel', { endedAt: new Date() });
      case 'failed':
        return this.#fail(event.code, event.message);
    }
  }

  async #tell(details: EventDetails): Promise<void> {
    await this.parts.journal.write(this.id, details);
  }

  /** Writes where the run can go on, with the epoch that ended there if one did; the checkpoint before is deleted. */
  async #keepCheckpoint(checkpointBlob: string, epoch?: EpochMetrics): Promise<void> {
    const { id } = this;
    const { prisma, journal, runBlobs } = this.parts;
    const before = await prisma.run.findUniqueOrThrow({ where: { id } });
    if (epoch) {
      const { validationAccuracy, validationLoss, seconds } = epoch;
      const data = {
        checkpointBlob,
        epochs: { create: { ...epoch } },
        bestValidationAccuracy: Math.max(before.bestValidationAccuracy ?? 0, validationAccuracy),
        bestValidationLoss: Math.min(before.bestValidationLoss ?? validationLoss, validationLoss),
        epochSeconds: (before.epochSeconds ?? 0) + seconds,
      };
      await journal.write(id, { epoch }, { data });
    } else {
      await prisma.run.update({ where: { id }, data: { checkpointBlob } });
    }
    const old = before.checkpointBlob;
    if (old && old !== checkpointBlob) await runBlobs.deleteUnused(old);
  }

  #fail(errorCode: string, error: string): Promise<void> {
    return this.parts.states.change(this.id, 'fail', { errorCode, error, endedAt: new Date() });
  }
}
