import { createInterface } from 'node:readline';
import { HubError } from '../../errors.js';
import type { Job } from '../../training/job.js';
import { ProgressMeter } from '../../training/progress.js';
import type { startWorker, WorkerProcess } from '../../training/worker-process.js';
import type { BackboneRow, BackboneService } from '../backbone/backbone.service.js';
import { jobOf, withJobRelations } from './run.job.js';
import { type RecorderParts, RunRecorder } from './run.recorder.js';

/** A worker that died by itself is started again from the last checkpoint this many times. */
const WORKER_DEATHS = 3;

/** What a run needs to be worked on. */
export interface ExecutionParts extends RecorderParts {
  readonly blobFolder: string;
  readonly backbones: BackboneService;
  readonly startWorker: typeof startWorker;
}

/** One run under way: its backbone, its workers, its end. */
export class RunExecution {
  readonly #cancelled = new AbortController();
  readonly #recorder: RunRecorder;
  #worker: WorkerProcess | undefined;
  #killed = false;

  constructor(
    readonly id: string,
    private readonly parts: ExecutionParts,
  ) {
    this.#recorder = new RunRecorder(id, parts);
  }

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
      const endedAt = new Date();
      if (this.#cancelled.signal.aborted) return void (await states.tryChange(id, 'cancel', { endedAt }));
      const known = error instanceof HubError;
      if (!known) log.error({ err: error, run: id }, 'run failed inside the hub');
      const errorCode = known ? error.code : 'INTERNAL';
      const message = known ? error.message : 'The run failed inside the hub; its log says why.';
      await states.tryChange(id, 'fail', { errorCode, error: message, endedAt });
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
        told = told.then(() => this.#recorder.tell({ progress }));
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
    for await (const event of worker.events) await this.#recorder.record(key, event);
  }
}
