import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { SweepMetric } from '../../training/epoch-metrics.js';
import { gridTrials, randomTrials, type SearchParameter } from '../../training/search-space.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { notFound } from '../not-found.js';
import type { Quotas } from '../quota/quotas.js';
import { planTransfer, type TransferRequest } from '../run/run-plan.js';
import { isFinal } from '../run/run-transitions.js';
import type { Sweep, SweepMethod, SweepPage } from './sweep.js';
import type { SweepQueue } from './sweep-queue.js';
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
    private readonly queue: SweepQueue,
    private readonly quotas: Quotas,
  ) {}

  /** Queues a sweep. Its trials are drawn and checked here, and never change. */
  async start(request: SweepRequest): Promise<Sweep> {
    const { base, method, parameters, runs = null, seed, metric, stopEarly } = request;
    await this.quotas.admitRun();
    const { recipe, datasetVersionId, backboneName } = await planTransfer(this.prisma, base);
    if ((method === 'RANDOM') !== (runs !== null)) {
      const message = 'A RANDOM sweep needs `runs`, the number of trials; a GRID must not have it.';
      throw new HubError('BAD_INPUT', message, { method, runs });
    }
    const trials = runs === null ? gridTrials(recipe, parameters) : randomTrials(recipe, parameters, runs, seed);
    const { id } = await this.prisma.sweep.create({
      data: {
        ...{ recipe, datasetVersionId, backboneName, method, seed, metric, stopEarly },
        parameters: parameters.map((parameter) => ({ ...parameter }) as Prisma.InputJsonObject),
        trials: {
          createMany: {
            data: trials.map((values, i) => ({ number: i + 1, values: values as Prisma.InputJsonObject })),
          },
        },
      },
      select: { id: true },
    });
    this.queue.wake();
    return this.#require(id);
  }

  async cancel(id: string): Promise<Sweep> {
    await this.queue.cancel(id);
    return this.#require(id);
  }

  /** Deletes a sweep with its trials. @throws NOT_FOUND, or CONFLICT unless it has ended and its run is deleted. */
  async delete(id: string, actor: Actor): Promise<void> {
    const found = await this.find(id);
    if (!found) throw notFound('sweep', id);
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
  async page(first: number, after: string | null): Promise<SweepPage> {
    const rows = await this.prisma.sweep.findMany({
      where: after ? { id: { lt: after } } : {},
      include: withSummaryRelations,
      orderBy: { id: 'desc' },
      take: first + 1,
    });
    const sweeps = rows.slice(0, first).map(toSummary);
    return { sweeps, next: rows.length > first ? (sweeps.at(-1)?.id ?? null) : null };
  }

  async #require(id: string): Promise<Sweep> {
    const sweep = await this.find(id);
    if (!sweep) throw notFound('sweep', id);
    return sweep;
  }
}
