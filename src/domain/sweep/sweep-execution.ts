import { HubError, toHubError } from '../../errors.js';
import { Supervision } from '../../jobs/worker-supervisor.js';
import type { Prisma } from '../../storage/database.js';
import type { SweepEvent, SweepJob } from '../../training/job.js';
import { resultOf } from '../../training/trial.js';
import { isFinal } from '../run/run-transitions.js';
import { sweepJobOf } from './sweep-job.js';
import type { SweepParts } from './sweep-queue.js';
import { type SweepRow, toSweep, withSweepRelations } from './sweep-row.js';

/** One sweep under way. A trial that its worker reports is written at once. */
export class SweepExecution {
  readonly #supervision: Supervision<'sweep'>;

  constructor(
    readonly id: string,
    private readonly parts: SweepParts,
  ) {
    this.#supervision = new Supervision(parts.log.child({ sweep: id }));
  }

  /** Asks it to end at the next call of its trainer. */
  cancel(): void {
    this.#supervision.cancel();
  }

  /** Stops it where it is; the sweep stays RUNNING until a hub takes it up again. */
  kill(): void {
    this.#supervision.kill();
  }

  /** Works on the sweep until it is in a final state; does nothing when it does not wait any more. */
  async run(): Promise<void> {
    try {
      await this.#run();
    } catch (thrown) {
      if (this.#supervision.killed) return;
      const error = toHubError(thrown);
      if (this.#supervision.signal.aborted) return this.#end({ state: 'CANCELLED' });
      const known = error instanceof HubError;
      if (!known) this.parts.log.error({ err: error, sweep: this.id }, 'sweep failed inside the hub');
      const message = known ? error.message : 'The sweep failed inside the hub; its log says why.';
      await this.#end({ state: 'FAILED', errorCode: known ? error.code : 'INTERNAL', error: message });
    }
  }

  async #run(): Promise<void> {
    const { id } = this;
    const { prisma, backbones, startSweepWorker } = this.parts;
    const { count } = await prisma.sweep.updateMany({ where: { id, state: 'QUEUED' }, data: { state: 'RUNNING' } });
    if (count === 0) return; // cancelled since it was found
    const begun = await this.#read();
    await prisma.sweep.update({ where: { id }, data: { startedAt: begun.startedAt ?? new Date() } });
    const backbone = await backbones.require(begun.backboneName, () => undefined, this.#supervision.signal);
    await prisma.sweep.update({ where: { id }, data: { backboneId: backbone.id } });
    await this.#supervision.run(async () => {
      const sweep = await this.#read();
      if (isFinal(sweep.state)) return null;
      const { job, key } = await sweepJobOf(sweep, backbone, this.parts);
      if (job.trials.length > 0) {
        return { start: () => startSweepWorker(job), record: (event) => this.#record(event, job, key) };
      }
      await this.#finish(sweep);
      return null;
    });
  }

  async #record(event: SweepEvent, job: SweepJob, key: string): Promise<void> {
    const { log, cache } = this.parts;
    if (event.type === 'features') return cache.add(key, event.chunk, event.bytes);
    if (event.type === 'trial') return this.#keepTrial(event, job);
    if (event.type === 'log') log.info({ sweep: this.id }, event.message);
    if (event.type === 'cancelled') return this.#end({ state: 'CANCELLED' });
    if (event.type === 'failed') return this.#end({ state: 'FAILED', errorCode: event.code, error: event.message });
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
    const { best } = toSweep(sweep);
    if (!best) throw new HubError('DIVERGED', 'No trial of the sweep came to a result; each says why.');
    if (!sweep.run) {
      const { id: sweepId, datasetVersionId, backboneName } = sweep;
      const { recipe } = best;
      const plan = { kind: 'TRANSFER', datasetVersionId, backboneName, parentRunId: null, recipe } as const;
      await this.parts.runs.queueRun(plan, { sweepId });
    }
    await this.#end({ state: 'SUCCEEDED' });
  }

  #read(): Promise<SweepRow> {
    return this.parts.prisma.sweep.findUniqueOrThrow({ where: { id: this.id }, include: withSweepRelations });
  }

  /** Does nothing where it has ended already. */
  async #end(data: Prisma.SweepUpdateManyMutationInput): Promise<void> {
    const { prisma } = this.parts;
    await prisma.$transaction([
      prisma.sweepTrial.updateMany({ where: { sweepId: this.id, state: 'QUEUED' }, data: { state: 'CANCELLED' } }),
      prisma.sweep.updateMany({ where: { id: this.id, state: 'RUNNING' }, data: { ...data, endedAt: new Date() } }),
    ]);
  }
}
