import { createInterface } from 'node:readline';
import { HubError } from '../../errors.js';
import type { Prisma } from '../../storage/database.js';
import type { SweepEvent, SweepJob } from '../../training/job.js';
import { resultOf } from '../../training/trial.js';
import type { WorkerProcess } from '../../training/worker-process.js';
import { sweepJobOf } from './sweep.job.js';
import type { SweepParts } from './sweep.queue.js';
import { bestTrial, recipeOf, type SweepRow, withSweepRelations } from './sweep.record.js';

/** A worker that died by itself is started again for the trials that are missing this many times. */
const WORKER_DEATHS = 3;

/** One sweep under way. A trial that its worker reports is written at once. */
export class SweepExecution {
  readonly #cancelled = new AbortController();
  #worker: WorkerProcess<SweepEvent> | undefined;
  #killed = false;

  constructor(
    readonly id: string,
    private readonly parts: SweepParts,
  ) {}

  /** Asks it to end at the next call of its trainer. */
  cancel(): void {
    this.#cancelled.abort();
    this.#worker?.cancel();
  }

  /** Stops it where it is; the sweep stays RUNNING until a hub takes it up again. */
  kill(): void {
    this.#killed = true;
    this.#cancelled.abort();
    this.#worker?.kill();
  }

  /** Works on the sweep until it is in a final state; does nothing when it does not wait any more. */
  async run(): Promise<void> {
    try {
      await this.#run();
    } catch (error) {
      if (this.#killed) return;
      if (this.#cancelled.signal.aborted) {
        await this.#end({ state: 'CANCELLED' });
        return;
      }
      const known = error instanceof HubError;
      if (!known) this.parts.log.error({ err: error, sweep: this.id }, 'sweep failed inside the hub');
      const message = known ? error.message : 'The sweep failed inside the hub; its log says why.';
      await this.#end({ state: 'FAILED', errorCode: known ? error.code : 'INTERNAL', error: message });
    }
  }

  async #run(): Promise<void> {
    const { id } = this;
    const { prisma, backbones, log } = this.parts;
    const { count } = await prisma.sweep.updateMany({ where: { id, state: 'QUEUED' }, data: { state: 'RUNNING' } });
    if (count === 0) return; // cancelled since it was found
    const begun = await this.#read();
    await prisma.sweep.update({ where: { id }, data: { startedAt: begun.startedAt ?? new Date() } });
    const { signal } = this.#cancelled;
    const backbone = await backbones.require(begun.backboneName, () => undefined, signal);
    await prisma.sweep.update({ where: { id }, data: { backboneId: backbone.id } });
    for (let deaths = 0; ; ) {
      signal.throwIfAborted();
      const sweep = await this.#read();
      const { job, key } = await sweepJobOf(sweep, backbone, this.parts);
      if (job.trials.length === 0) return await this.#finish(sweep);
      signal.throwIfAborted(); // before there is a worker to stop
      try {
        if (!(await this.#work(job, key))) return;
      } catch (error) {
        if (signal.aborted) throw error;
        deaths += 1;
        log.warn({ err: error, sweep: id, deaths }, 'sweep process died');
        if (deaths >= WORKER_DEATHS) {
          throw new HubError('WORKER_DIED', `The training process died ${deaths} times; the hub's log says how.`);
        }
      }
    }
  }

  /** Runs one worker to its end. Throws when it dies before that. @returns whether all trials were made. */
  async #work(job: SweepJob, key: string): Promise<boolean> {
    const { log, cache, startSweepWorker } = this.parts;
    const worker = startSweepWorker(job);
    this.#worker = worker;
    createInterface({ input: worker.errors }).on('line', (line) => log.warn({ sweep: this.id, worker: line }));
    if (this.#cancelled.signal.aborted) worker.cancel();
    for await (const event of worker.events) {
      if (event.type === 'features') await cache.add(key, event.chunk, event.bytes);
      else if (event.type === 'trial') await this.#keepTrial(event, job);
      else if (event.type === 'log') log.info({ sweep: this.id }, event.message);
      else if (event.type === 'cancelled') return this.#end({ state: 'CANCELLED' });
      else if (event.type === 'failed') {
        return this.#end({ state: 'FAILED', errorCode: event.code, error: event.message });
      }
    }
    return true;
  }

  async #keepTrial(event: Extract<SweepEvent, { type: 'trial' }>, { trials }: SweepJob): Promise<void> {
    const { number, state, history, reason, seconds } = event;
    const recipe = trials.find((trial) => trial.number === number)?.recipe;
    const result = recipe && history.length > 0 ? resultOf(history, recipe) : null;
    await this.parts.prisma.sweepTrial.update({
      where: { sweepId_number: { sweepId: this.id, number } },
      data: {
        ...{ state, reason, seconds },
        epochs: history.map((epoch) => ({ ...epoch })),
        keptEpoch: result?.epoch ?? null,
        validationAccuracy: result?.validationAccuracy ?? null,
        validationLoss: result?.validationLoss ?? null,
      },
    });
  }

  /** The best trial becomes a run, which is made once, however often the hub comes to this place. */
  async #finish(sweep: SweepRow): Promise<void> {
    const best = bestTrial(sweep);
    if (!best) throw new HubError('DIVERGED', 'No trial of the sweep came to a result; each says why.');
    if (!sweep.run) {
      const { id: sweepId, datasetVersionId, backboneName } = sweep;
      const recipe = recipeOf(best, sweep);
      const plan = { kind: 'TRANSFER', datasetVersionId, backboneName, parentRunId: null, recipe } as const;
      await this.parts.runs.queueRun(plan, { sweepId });
    }
    await this.#end({ state: 'SUCCEEDED' });
  }

  #read(): Promise<SweepRow> {
    return this.parts.prisma.sweep.findUniqueOrThrow({ where: { id: this.id }, include: withSweepRelations });
  }

  async #end(data: Prisma.SweepUpdateInput): Promise<false> {
    const { prisma } = this.parts;
    await prisma.$transaction([
      prisma.sweepTrial.updateMany({
        where: { sweepId: this.id, state: 'QUEUED' },
        data: { state: 'CANCELLED' },
      }),
      prisma.sweep.update({ where: { id: this.id }, data: { ...data, endedAt: new Date() } }),
    ]);
    return false;
  }
}
