import type { Notices } from '../../cluster/notices.js';
import { HubError } from '../../errors.js';
import type { JobQueue } from '../../jobs/queue.js';
import type { Runner } from '../../jobs/runner.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { SweepMetric } from '../../training/epoch-metrics.js';
import { gridTrials, randomTrials, type SearchParameter } from '../../training/search-space.js';
import type { Actor, Requester } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { BackboneService } from '../backbone/backbone-service.js';
import type { Caller } from '../caller.js';
import { notFound } from '../not-found.js';
import { deletionRefusal, ownerColumns } from '../owner.js';
import { idOf, type Page, type PageRequest, pageOfRows } from '../page.js';
import type { Quotas } from '../quota/quotas.js';
import { labelColumns } from '../run/run-label.js';
import { checkClasses, planTransfer, type TransferRequest } from '../run/run-plan.js';
import { cannotCancel, isFinal } from '../run/run-transitions.js';
import type { Sweep, SweepMethod, SweepSummary } from './sweep.js';
import { toSummary, toSweep, withSummaryRelations, withSweepRelations } from './sweep-row.js';

export interface SweepRequest {
  readonly base: TransferRequest;
  readonly method: SweepMethod;
  readonly parameters: readonly SearchParameter[];
  /** Number of trials of a RANDOM sweep. */
  readonly runs?: number | null;
  readonly seed: number;
  readonly metric: SweepMetric;
  readonly stopEarly: boolean;
}

export class SweepService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly queue: JobQueue,
    private readonly runner: Pick<Runner, 'cancel'>,
    private readonly notices: Notices,
    private readonly quotas: Quotas,
    private readonly backbones: Pick<BackboneService, 'requireObtainable'>,
  ) {}

  /**
   * Queues a sweep. Its trials are drawn and checked here, and never change.
   * @throws BAD_INPUT, NOT_FOUND, LIMIT_EXCEEDED, BACKBONE_UNAVAILABLE.
   */
  async start(request: SweepRequest, actor: Actor): Promise<Sweep> {
    const { base, method, parameters, runs = null, seed, metric, stopEarly } = request;
    await this.quotas.admitRuns();
    const { recipe, datasetVersionId, backboneName } = await planTransfer(this.prisma, base);
    if ((method === 'RANDOM') !== (runs !== null)) {
      const message = 'A RANDOM sweep needs `runs`, the number of trials; a GRID must not have it.';
      throw new HubError('BAD_INPUT', message, { method, runs });
    }
    const trials = runs === null ? gridTrials(recipe, parameters) : randomTrials(recipe, parameters, runs, seed);
    await checkClasses(
      this.prisma,
      datasetVersionId,
      trials.map((values) => ({ ...recipe, ...values })),
    );
    await this.backbones.requireObtainable(backboneName);
    const data = {
      ...{ recipe, datasetVersionId, backboneName, method, seed, metric, stopEarly },
      ...labelColumns(base),
      ...ownerColumns(actor),
      parameters: parameters.map((parameter) => ({ ...parameter }) as Prisma.InputJsonObject),
      trials: {
        createMany: {
          data: trials.map((values, i) => ({ number: i + 1, values: values as Prisma.InputJsonObject })),
        },
      },
    };
    const id = await this.prisma.$transaction(async (tx) => {
      const sweep = await tx.sweep.create({ data, select: { id: true } });
      await this.queue.enqueue(tx, 'sweep', sweep);
      const details = { method, trials: trials.length, datasetVersionId, backbone: backboneName };
      const entry = { action: 'SWEEP_STARTED', subject: `sweep ${sweep.id}`, details } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      return sweep.id;
    });
    return this.#require(id);
  }

  /** Cancels a queued sweep at once, and a running one soon. @throws NOT_FOUND, or CONFLICT when it has ended already. */
  async cancel(id: string, actor: Actor): Promise<Sweep> {
    const { state } = await this.#require(id);
    if (isFinal(state)) throw cannotCancel('sweep', { id, state });
    if (!this.runner.cancel('sweep', id)) {
      await this.#cancelElsewhere(id);
      this.notices.tell('cancel', id);
    }
    const entry = { action: 'SWEEP_CANCELLED', subject: `sweep ${id}` } as const;
    await this.prisma.auditEvent.create({ data: auditRow(actor, entry) });
    return this.#require(id);
  }

  /**
   * Deletes a sweep with its trials. A TRAINER deletes its own ones.
   * @throws NOT_FOUND; FORBIDDEN naming who may; CONFLICT unless it has ended and its run is deleted.
   */
  async delete(id: string, { caller, actor }: Requester): Promise<void> {
    const found = await this.#require(id);
    const refusal = sweepDeletionRefusal(found, caller);
    if (refusal) throw refusal;
    const { state, runId } = found;
    if (!isFinal(state)) {
      throw new HubError('CONFLICT', `The sweep is ${state} and cannot be deleted. Cancel it first.`, { id, state });
    }
    if (runId)
      throw new HubError('CONFLICT', `The run ${runId} was made from the sweep. Delete the run first.`, { id, runId });
    await this.prisma.$transaction([
      this.prisma.sweep.delete({ where: { id } }),
      this.prisma.auditEvent.create({ data: auditRow(actor, { action: 'SWEEP_DELETED', subject: `sweep ${id}` }) }),
    ]);
  }

  async find(id: string): Promise<Sweep | null> {
    const row = await this.prisma.sweep.findUnique({ where: { id }, include: withSweepRelations });
    return row && toSweep(row);
  }

  /** A page, newest first. Ids are in the order of creation, so an id is a cursor. */
  async page(request: PageRequest): Promise<Page<SweepSummary>> {
    const { first, after } = request;
    const rows = await this.prisma.sweep.findMany({
      where: after === null ? {} : { id: { lt: idOf(after) } },
      include: withSummaryRelations,
      orderBy: { id: 'desc' },
      take: first + 1,
    });
    return pageOfRows(
      rows,
      request,
      (shown) => shown.map(toSummary),
      ({ id }) => id,
      () => this.prisma.sweep.count(),
    );
  }

  async #require(id: string): Promise<Sweep> {
    const sweep = await this.find(id);
    if (!sweep) throw notFound('sweep', id);
    return sweep;
  }

  /** Cancels a sweep that another process runs, or nobody: it waits, or its worker has just died. */
  async #cancelElsewhere(id: string): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.sweep.updateMany({
        where: { id, state: { in: ['QUEUED', 'RUNNING'] } },
        data: { state: 'CANCELLED', endedAt: new Date() },
      });
      if (count === 1) {
        await tx.sweepTrial.updateMany({ where: { sweepId: id, state: 'QUEUED' }, data: { state: 'CANCELLED' } });
        await this.queue.withdraw(tx, 'sweep', id);
        return;
      }
      const sweep = await tx.sweep.findUnique({ where: { id }, select: { state: true } });
      if (!sweep) throw notFound('sweep', id);
      throw cannotCancel('sweep', { id, state: sweep.state });
    });
  }
}

/** Why a caller may not delete a sweep, whatever its state; null if it may. */
export function sweepDeletionRefusal({ id, owner }: Pick<Sweep, 'id' | 'owner'>, caller: Caller): HubError | null {
  return deletionRefusal(`The sweep ${id} was started by`, owner, caller);
}
