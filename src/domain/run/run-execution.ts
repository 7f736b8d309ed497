import { HubError, toHubError } from '../../errors.js';
import type { WorkerProcess } from '../../jobs/worker-process.js';
import { Supervision } from '../../jobs/worker-supervisor.js';
import type { Job } from '../../training/job.js';
import { ProgressMeter } from '../../training/progress.js';
import type { BackboneRow, BackboneService } from '../backbone/backbone-service.js';
import { type EventWriterParts, RunEventWriter } from './run-event-writer.js';
import { jobOf, withJobRelations } from './run-job.js';
import { isFinal } from './run-transitions.js';

/** What a run needs to be worked on. */
export interface ExecutionParts extends EventWriterParts {
  readonly blobFolder: string;
  readonly backbones: BackboneService;
  readonly startWorker: (job: Job) => WorkerProcess<'train'>;
}

/** One run under way: its backbone, its workers, its end. */
export class RunExecution {
  readonly #recorder: RunEventWriter;
  readonly #supervision: Supervision<'train'>;

  constructor(
    readonly id: string,
    private readonly parts: ExecutionParts,
  ) {
    this.#recorder = new RunEventWriter(id, parts);
    this.#supervision = new Supervision(parts.log.child({ run: id }));
  }

  /** Asks it to end at the next batch. */
  cancel(): void {
    this.#supervision.cancel();
  }

  /** Stops it where it is; the run stays RUNNING, and goes on from its checkpoint when it is taken up again. */
  kill(): void {
    this.#supervision.kill();
  }

  /**
   * Works on the run until it is in a final state; does nothing when it does not wait any more. Throws where that cannot be
   * written; the run is still RUNNING then, and goes on when it is taken up again.
   */
  async run(): Promise<void> {
    const { id } = this;
    const { states, log } = this.parts;
    try {
      await this.#run();
    } catch (thrown) {
      if (this.#supervision.killed) return;
      const error = toHubError(thrown);
      const endedAt = new Date();
      if (this.#supervision.signal.aborted) return void (await states.tryChange(id, 'cancel', { endedAt }));
      const known = error instanceof HubError;
      if (!known) log.error({ err: error, run: id }, 'run failed inside the hub');
      const errorCode = known ? error.code : 'INTERNAL';
      const message = known ? error.message : 'The run failed inside the hub; its log says why.';
      await states.tryChange(id, 'fail', { errorCode, error: message, endedAt });
    }
  }

  async #run(): Promise<void> {
    const { id } = this;
    const { prisma, states, startWorker } = this.parts;
    const { startedAt } = await prisma.run.findUniqueOrThrow({ where: { id } });
    if (!(await states.tryChange(id, 'start', { startedAt: startedAt ?? new Date() }))) return; // cancelled meanwhile
    const backbone = await this.#backbone();
    await this.#supervision.run(async () => {
      const run = await prisma.run.findUniqueOrThrow({ where: { id }, include: withJobRelations });
      if (isFinal(run.state)) return null;
      const { job, key } = await jobOf(run, backbone, this.parts);
      return { start: () => startWorker(job), record: (event) => this.#recorder.record(key, event) };
    });
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
    const backbone = await backbones.require(backboneName, onDownload, this.#supervision.signal);
    await told;
    await prisma.run.update({ where: { id: this.id }, data: { backboneId: backbone.id } });
    return backbone;
  }
}
