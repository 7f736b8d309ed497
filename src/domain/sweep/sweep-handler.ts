import { HubError } from '../../errors.js';
import { type Claim, ClaimLost, type JobHandler, type JobInHand } from '../../jobs/job-handler.js';
import type { HeldJobs, WaitingJob } from '../../jobs/queue.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Job, SweepEvent, SweepJob, TaskEnd } from '../../training/job.js';
import { resultOf } from '../../training/trial.js';
import { HUB_ACTOR } from '../actor.js';
import type { BackboneService } from '../backbone/backbone-service.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { ownerOf } from '../owner.js';
import type { FeatureCache } from '../run/feature-cache.js';
import type { RunService } from '../run/run-service.js';
import { sweepJobOf } from './sweep-job.js';
import { type SweepRow, toSweep, withSweepRelations } from './sweep-row.js';

interface SweepParts {
  readonly prisma: PrismaClient;
  readonly blobPlace: BlobPlace;
  readonly compute: Job['compute'];
  readonly backbones: BackboneService;
  readonly cache: FeatureCache;
  /** Where the best trial becomes a run. */
  readonly runs: Pick<RunService, 'writeQueued'>;
  readonly changes: ChangeNotices;
}

type Finished = Extract<SweepEvent, { readonly type: 'finished' }>;

/** Trains the trials of sweeps. */
export class SweepHandler implements JobHandler<'sweep'> {
  constructor(private readonly parts: SweepParts) {}

  /** Every queued sweep. A sweep that an earlier hub left running continues with the trials that are missing. */
  async waiting(held: HeldJobs): Promise<WaitingJob[]> {
    const { sweep } = this.parts.prisma;
    const running = (await sweep.findMany({ where: { state: 'RUNNING' }, select: { id: true } })).map(({ id }) => id);
    const run = await held(running);
    const left = running.filter((id) => !run.has(id));
    await sweep.updateMany({ where: { id: { in: left }, state: 'RUNNING' }, data: { state: 'QUEUED' } });
    return sweep.findMany({ where: { state: 'QUEUED' }, orderBy: { id: 'asc' }, select: { id: true } });
  }

  async take(claim: Claim): Promise<SweepInHand | null> {
    const { id } = claim;
    const row = await this.parts.prisma.$transaction(async (tx) => {
      const { count } = await tx.sweep.updateMany({
        where: { id, state: { in: ['QUEUED', 'RUNNING'] } },
        data: { state: 'RUNNING', attempt: { increment: 1 } },
      });
      if (count === 0) return null;
      const sweep = await tx.sweep.findUniqueOrThrow({ where: { id }, include: withSweepRelations });
      if (!sweep.startedAt) await tx.sweep.update({ where: { id }, data: { startedAt: new Date() } });
      return sweep;
    });
    return row && new SweepInHand(row, claim, this.parts);
  }
}

/** A sweep under its claim. A trial that its worker reports is written at once. */
class SweepInHand implements JobInHand<'sweep'> {
  #job: SweepJob | undefined;
  /** Key of the features in the cache. */
  #features = '';

  constructor(
    private readonly row: SweepRow,
    private readonly claim: Claim,
    private readonly parts: SweepParts,
  ) {}

  async load(): Promise<SweepJob | Finished> {
    if (this.row.trials.every(({ state }) => state !== 'QUEUED')) return { type: 'finished' };
    const { backbones } = this.parts;
    const backbone = await backbones.require(this.row.backboneName, () => undefined, this.claim.signal);
    await this.#write({ backboneId: backbone.id });
    const { job, key } = await sweepJobOf(this.row, backbone, this.parts);
    this.#features = key;
    this.#job = job;
    return job;
  }

  async record(event: Exclude<SweepEvent, Finished | TaskEnd>): Promise<void> {
    if (event.type === 'features') return this.parts.cache.add(this.#features, event.chunk, event.bytes);
    if (event.type === 'trial') return this.#keepTrial(event);
    if (event.type === 'log') this.claim.log.info(event.message);
  }

  async end(end: Finished | TaskEnd): Promise<void> {
    if (end.type === 'cancelled') return this.#end({ state: 'CANCELLED' });
    if (end.type === 'failed') return this.#end({ state: 'FAILED', errorCode: end.code, error: end.message });
    return this.#finish();
  }

  interrupt(): Promise<void> {
    return this.#write({ state: 'QUEUED' });
  }

  async #keepTrial(event: Extract<SweepEvent, { readonly type: 'trial' }>): Promise<void> {
    const { number, state, history, reason, seconds } = event;
    const recipe = this.#job?.trials.find((trial) => trial.number === number)?.recipe;
    const result = recipe && history.length > 0 ? resultOf(history, recipe) : null;
    const data = {
      ...{ state, reason, seconds },
      epochs: history.map((epoch) => ({ ...epoch })),
      keptEpoch: result?.epoch ?? null,
      validationAccuracy: result?.validationAccuracy ?? null,
      validationLoss: result?.validationLoss ?? null,
    };
    await this.#write({}, async (tx) => {
      await tx.sweepTrial.update({ where: { sweepId_number: { sweepId: this.row.id, number } }, data });
    });
  }

  /** The best trial becomes a run in the transaction that ends the sweep. */
  async #finish(): Promise<void> {
    const { prisma, runs, changes } = this.parts;
    const sweep = await prisma.sweep.findUniqueOrThrow({ where: { id: this.row.id }, include: withSweepRelations });
    const { best } = toSweep(sweep);
    if (!best) throw new HubError('DIVERGED', 'No trial of the sweep came to a result; each says why.');
    const { id: sweepId, datasetVersionId, backboneName, name, note } = sweep;
    const plan = {
      kind: 'TRANSFER',
      datasetVersionId,
      backboneName,
      parentRunId: null,
      recipe: best.recipe,
      label: { name, note },
    } as const;
    let runId: string | undefined;
    await this.#end({ state: 'SUCCEEDED' }, async (tx) => {
      if (sweep.run) return; // an earlier hub wrote it before the end
      runId = await runs.writeQueued(tx, plan, { sweepId }, ownerOf(sweep), HUB_ACTOR);
    });
    if (runId) changes.tell('RUN', runId);
  }

  async #end(
    data: Prisma.SweepUpdateManyMutationInput,
    besides?: (tx: Prisma.TransactionClient) => Promise<void>,
  ): Promise<void> {
    await this.#write({ ...data, endedAt: new Date() }, async (tx) => {
      const waiting = { sweepId: this.row.id, state: 'QUEUED' } as const;
      await tx.sweepTrial.updateMany({ where: waiting, data: { state: 'CANCELLED' } });
      await besides?.(tx);
    });
  }

  /** Writes columns of the row, and more in the same transaction, unless the claim is lost. */
  async #write(
    data: Prisma.SweepUncheckedUpdateManyInput,
    besides?: (tx: Prisma.TransactionClient) => Promise<void>,
  ): Promise<void> {
    const { id, attempt } = this.row;
    await this.parts.prisma.$transaction(async (tx) => {
      const where = { id, attempt, state: 'RUNNING' } as const;
      const { count } = await tx.sweep.updateMany({ where, data: { attempt, ...data } });
      if (count === 0) throw new ClaimLost();
      await besides?.(tx);
    });
  }
}
