import { createInterface } from 'node:readline';
import type { Logger } from 'pino';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { featureKey } from '../../training/features.js';
import type { Job, TrainingEvent } from '../../training/job.js';
import { pictureSize } from '../../training/picture-size.js';
import { pictureCount } from '../../training/pictures.js';
import { recipeSchema } from '../../training/recipe.js';
import type { startWorker, WorkerProcess } from '../../training/worker-process.js';
import type { BackboneRow, BackboneService } from '../backbone/backbone.service.js';
import { type FeatureCache, featureBytes } from './feature-cache.js';
import type { RunEvents } from './run.events.js';
import { type RunRow, withRunRelations } from './run.record.js';

/** A worker that died by itself is started again from the last checkpoint this many times. */
const WORKER_DEATHS = 3;

/** A worker that dies, or a hub that is stopped, costs at most this much training. */
const CHECKPOINT_SECONDS = 60;

/** What the queue needs to make a job of a run. */
export interface QueueParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly blobFolder: string;
  readonly backbones: BackboneService;
  readonly cache: FeatureCache;
  readonly events: RunEvents;
  readonly log: Logger;
  readonly startWorker: typeof startWorker;
}

/** The run under way. */
interface Current {
  readonly id: string;
  readonly cancelled: AbortController;
  worker?: WorkerProcess;
}

/** Runs wait their turn here; one worker at a time. Everything that a run reports is written before it is told on. */
export class RunQueue {
  #current: Current | undefined;
  #working: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(private readonly parts: QueueParts) {}

  /** Takes up what an earlier hub left: a run that was under way goes on from its checkpoint, before all others. */
  async recover(): Promise<void> {
    await this.parts.prisma.run.updateMany({ where: { state: 'RUNNING' }, data: { state: 'QUEUED' } });
    this.wake();
  }

  /** Looks for work, now or as soon as the present run is done. */
  wake(): void {
    this.#again = true;
    this.#working ??= this.#drain().finally(() => {
      this.#working = undefined;
      if (this.#again && !this.#closed) this.wake(); // work that came while the last look was ending
    });
  }

  /** Cancels a run that waits or is under way. @throws NOT_FOUND, or CONFLICT when it has ended already. */
  async cancel(id: string): Promise<void> {
    const { prisma, events } = this.parts;
    if (this.#current?.id === id) {
      this.#current.cancelled.abort();
      this.#current.worker?.cancel();
      return;
    }
    const ended = { state: 'CANCELLED', endedAt: new Date() } as const;
    const { count } = await prisma.run.updateMany({ where: { id, state: 'QUEUED' }, data: ended });
    if (count === 1) return events.publish({ runId: id, state: 'CANCELLED' });
    const run = await prisma.run.findUnique({ where: { id }, select: { state: true } });
    if (!run) throw new HubError('NOT_FOUND', 'There is no run with this id.', { id });
    throw new HubError('CONFLICT', `The run is ${run.state} and cannot be cancelled.`, { id, state: run.state });
  }

  /** Stops the worker where it is; the run goes on from its checkpoint when a hub starts again. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#current?.cancelled.abort();
    this.#current?.worker?.kill();
    await this.#working;
  }

  async #drain(): Promise<void> {
    const { prisma, log } = this.parts;
    while (this.#again && !this.#closed) {
      this.#again = false;
      const next = await prisma.run.findFirst({ where: { state: 'QUEUED' }, orderBy: { id: 'asc' } });
      if (!next) continue;
      this.#again = true;
      try {
        await this.#execute(next.id);
      } catch (error) {
        if (this.#closed) return;
        if (this.#current?.cancelled.signal.aborted) {
          await this.#end(next.id, { state: 'CANCELLED' });
          continue;
        }
        const known = error instanceof HubError;
        if (!known) log.error({ err: error, run: next.id }, 'run failed inside the hub');
        const message = known ? error.message : 'The run failed inside the hub; its log says why.';
        await this.#fail(next.id, known ? error.code : 'INTERNAL', message);
      } finally {
        this.#current = undefined;
      }
    }
  }

  async #execute(id: string): Promise<void> {
    const { prisma, events, backbones } = this.parts;
    const current: Current = { id, cancelled: new AbortController() };
    this.#current = current;
    const { startedAt, backboneName } = await prisma.run.findUniqueOrThrow({ where: { id } });
    const begun = { state: 'RUNNING', startedAt: startedAt ?? new Date() } as const;
    const { count } = await prisma.run.updateMany({ where: { id, state: 'QUEUED' }, data: begun });
    if (count === 0) return; // cancelled since it was found
    events.publish({ runId: id, state: 'RUNNING' });

    const { signal } = current.cancelled;
    const onDownload = (done: number, total: number): void =>
      events.publish({ runId: id, state: 'RUNNING', phase: 'backbone', done, total });
    const backbone = await backbones.require(backboneName, onDownload, signal);
    await prisma.run.update({ where: { id }, data: { backboneId: backbone.id } });

    for (let deaths = 0; ; ) {
      if (this.#closed) return; // which aborts as well
      if (signal.aborted) return this.#end(id, { state: 'CANCELLED' });
      const run = await prisma.run.findUniqueOrThrow({ where: { id }, include: withRunRelations });
      const { job, key } = await this.#jobOf(run, backbone);
      if (this.#closed) return; // before there was a worker to kill
      try {
        return await this.#work(current, job, key);
      } catch (error) {
        if (this.#closed) return;
        deaths += 1;
        this.parts.log.warn({ err: error, run: id, deaths }, 'training process died');
        if (deaths >= WORKER_DEATHS) {
          throw new HubError('WORKER_DIED', `The training process died ${deaths} times; the hub's log says how.`);
        }
      }
    }
  }

  async #jobOf(run: RunRow, backbone: BackboneRow): Promise<{ job: Job; key: string }> {
    const { blobFolder, cache } = this.parts;
    const recipe = recipeSchema.parse(run.recipe);
    const { manifestBlob, contentHash, width, height, imageCount } = run.datasetVersion;
    const size = pictureSize(width, height, recipe.imageSize);
    const { splitLayer: split, mirror } = recipe;
    const key = featureKey({ contentHash, backboneHash: backbone.sha256, size, split, mirror });
    const bytes = pictureCount(imageCount, mirror) * featureBytes(backbone.architecture, recipe.imageSize, split);
    const uncached = await cache.makeRoom(key, bytes);
    const job: Job = {
      manifestBlob,
      backboneBlob: backbone.sha256,
      parentBlob: run.parentRun?.weightsBlob ?? null,
      recipe,
      size,
      featureChunks: uncached === null ? await cache.use(key) : [],
      uncached,
      checkpointBlob: run.checkpointBlob,
      checkpointSeconds: CHECKPOINT_SECONDS,
      blobFolder,
    };
    return { job, key };
  }

  /** Runs one worker to its end. Throws when it dies before that. */
  async #work(current: Current, job: Job, key: string): Promise<void> {
    const { log, startWorker } = this.parts;
    const worker = startWorker(job);
    current.worker = worker;
    createInterface({ input: worker.errors }).on('line', (line) => log.warn({ run: current.id, worker: line }));
    if (current.cancelled.signal.aborted) worker.cancel();
    for await (const event of worker.events) await this.#record(current.id, key, event);
  }

  async #record(id: string, key: string, event: TrainingEvent): Promise<void> {
    const { prisma, events, log } = this.parts;
    switch (event.type) {
      case 'started':
        await prisma.run.update({ where: { id }, data: { engine: { ...event.engine } } });
        return;
      case 'log':
        log.info({ run: id }, event.message);
        return events.publish({ runId: id, state: 'RUNNING', message: event.message });
      case 'progress': {
        const { phase, done, total, secondsLeft } = event;
        return events.publish({ runId: id, state: 'RUNNING', phase, done, total, secondsLeft });
      }
      case 'features':
        return this.parts.cache.add(key, event.chunk, event.bytes);
      case 'checkpoint':
        return this.#keepCheckpoint(id, event.checkpointBlob, []);
      case 'epoch': {
        const { metrics, checkpointBlob } = event;
        await this.#keepCheckpoint(id, checkpointBlob, [prisma.runEpoch.create({ data: { runId: id, ...metrics } })]);
        return events.publish({ runId: id, state: 'RUNNING', phase: 'training', epoch: metrics });
      }
      case 'finished': {
        const { weightsBlob, keptEpoch, test, seconds, peakMemoryBytes } = event;
        return this.#end(id, {
          state: 'SUCCEEDED',
          weightsBlob,
          keptEpoch,
          testAccuracy: test.accuracy,
          testLoss: test.loss,
          confusion: test.confusion.map((row) => [...row]),
          timings: { ...seconds },
          peakMemoryBytes: BigInt(peakMemoryBytes),
        });
      }
      case 'cancelled':
        return this.#end(id, { state: 'CANCELLED' });
      case 'failed':
        return this.#fail(id, event.code, event.message);
    }
  }

  /** Writes where the run can go on, together with what became known there; the checkpoint before is deleted. */
  async #keepCheckpoint(
    id: string,
    checkpointBlob: string,
    writes: readonly Prisma.PrismaPromise<unknown>[],
  ): Promise<void> {
    const { prisma, blobs } = this.parts;
    const before = await prisma.run.findUniqueOrThrow({ where: { id }, select: { checkpointBlob: true } });
    await prisma.$transaction([...writes, prisma.run.update({ where: { id }, data: { checkpointBlob } })]);
    if (before.checkpointBlob && before.checkpointBlob !== checkpointBlob) await blobs.delete(before.checkpointBlob);
  }

  #fail(id: string, errorCode: string, error: string): Promise<void> {
    return this.#end(id, { state: 'FAILED', errorCode, error });
  }

  /** Writes a final state. A checkpoint is of no more use then, but for one that shows how far a failed run came. */
  async #end(
    id: string,
    data: Parameters<PrismaClient['run']['update']>[0]['data'] & { state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED' },
  ): Promise<void> {
    const { prisma, blobs, events } = this.parts;
    const { checkpointBlob } = await prisma.run.findUniqueOrThrow({ where: { id }, select: { checkpointBlob: true } });
    const done = data.state === 'FAILED' ? {} : { checkpointBlob: null };
    await prisma.run.update({ where: { id }, data: { ...data, ...done, endedAt: new Date() } });
    if (checkpointBlob && data.state !== 'FAILED') await blobs.delete(checkpointBlob);
    events.publish({ runId: id, state: data.state });
  }
}
