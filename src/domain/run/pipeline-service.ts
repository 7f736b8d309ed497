import { randomUUID } from 'node:crypto';
import type { JobQueue } from '../../jobs/queue.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import type { BackboneService } from '../backbone/backbone-service.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { Quotas } from '../quota/quotas.js';
import { auditStart, createQueued } from './queued-run.js';
import type { Run } from './run.js';
import { type PipelineRequest, planPipeline } from './run-plan.js';
import type { RunService } from './run-service.js';

interface PipelineParts {
  readonly prisma: PrismaClient;
  readonly queue: JobQueue;
  readonly runs: Pick<RunService, 'require'>;
  readonly quotas: Quotas;
  readonly backbones: Pick<BackboneService, 'requireObtainable'>;
  readonly changes: ChangeNotices;
}

/** A place for a pipeline that something else has asked for. */
export interface PipelinePlace {
  /** Id of the new pipeline. */
  readonly id: string;
  /** Writes more in the same transaction. */
  readonly alongside: (tx: Prisma.TransactionClient) => Promise<void>;
}

export class PipelineService {
  constructor(private readonly parts: PipelineParts) {}

  /**
   * Queues all runs of a pipeline. The first can start; each other one waits for the weights of the run before it.
   * @throws NOT_FOUND, BAD_INPUT, BACKBONE_UNAVAILABLE, LIMIT_EXCEEDED.
   */
  async start(request: PipelineRequest, actor: Actor, place?: PipelinePlace): Promise<Run[]> {
    const { prisma, queue, runs, quotas, backbones, changes } = this.parts;
    const plans = await planPipeline(prisma, request);
    await quotas.admitRuns(plans.length);
    await backbones.requireObtainable(request.backbone);
    const origin = { pipelineId: place?.id ?? randomUUID(), pipeline: request.pipeline };
    const ids = await prisma.$transaction(async (tx) => {
      const written: string[] = [];
      for (const [i, plan] of plans.entries()) {
        const stage = { ...origin, stage: i + 1, stages: plans.length };
        const job = await createQueued(tx, { ...plan, parentRunId: written.at(-1) ?? null }, stage, actor);
        if (i === 0) await queue.enqueue(tx, 'train', job);
        written.push(job.id);
      }
      for (const [i, plan] of plans.entries()) {
        const parentRunId = written[i - 1] ?? null;
        await auditStart(tx, written[i] as string, { ...plan, parentRunId }, origin, actor);
      }
      await place?.alongside(tx);
      return written;
    });
    for (const id of ids) changes.tell('RUN', id);
    return Promise.all(ids.map((id) => runs.require(id)));
  }
}
