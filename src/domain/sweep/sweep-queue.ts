import type { LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import { HubError } from '../../errors.js';
import { WorkLoop } from '../../jobs/work-loop.js';
import type { WorkerProcess } from '../../jobs/worker-process.js';
import type { PrismaClient } from '../../storage/database.js';
import type { SweepJob } from '../../training/job.js';
import type { BackboneService } from '../backbone/backbone-service.js';
import { notFound } from '../not-found.js';
import type { FeatureCache } from '../run/feature-cache.js';
import type { RunService } from '../run/run-service.js';
import { SweepExecution } from './sweep-execution.js';

export interface SweepParts {
  readonly prisma: PrismaClient;
  readonly blobFolder: string;
  readonly backbones: BackboneService;
  readonly cache: FeatureCache;
  /** Where the best trial becomes a run. */
  readonly runs: RunService;
  readonly log: Logger;
  readonly startSweepWorker: (job: SweepJob) => WorkerProcess<'sweep'>;
  /** Runs and sweeps take turns: one worker at a time. */
  readonly turn: LimitFunction;
}

/** Sweeps wait their turn here. */
export class SweepQueue {
  readonly #loop = new WorkLoop(
    () => this.parts.turn(() => this.#next()),
    (err) => this.parts.log.error({ err }, 'the queue of sweeps cannot go on; it tries again'),
  );
  #current: SweepExecution | undefined;

  constructor(private readonly parts: SweepParts) {}

  wake(): void {
    this.#loop.wake();
  }

  /** Cancels a sweep that waits or is under way. @throws NOT_FOUND, or CONFLICT when it has ended already. */
  async cancel(id: string): Promise<void> {
    const { prisma } = this.parts;
    if (this.#current?.id === id) return this.#current.cancel();
    const { count } = await prisma.sweep.updateMany({
      where: { id, state: 'QUEUED' },
      data: { state: 'CANCELLED', endedAt: new Date() },
    });
    if (count === 1) {
      await prisma.sweepTrial.updateMany({ where: { sweepId: id, state: 'QUEUED' }, data: { state: 'CANCELLED' } });
      return;
    }
    const sweep = await prisma.sweep.findUnique({ where: { id }, select: { state: true } });
    if (!sweep) throw notFound('sweep', id);
    throw new HubError('CONFLICT', `The sweep is ${sweep.state} and cannot be cancelled.`, { id, state: sweep.state });
  }

  /** Stops the worker where it is; the sweep goes on when a hub starts again. */
  async close(): Promise<void> {
    const closed = this.#loop.close();
    this.#current?.kill();
    await closed;
  }

  async #next(): Promise<boolean> {
    const { sweep } = this.parts.prisma;
    if (this.#loop.closed) return false;
    // Left by an earlier hub, or by this one when it could not write the end: it goes on with the trials that are missing.
    await sweep.updateMany({ where: { state: 'RUNNING' }, data: { state: 'QUEUED' } });
    const next = await sweep.findFirst({ where: { state: 'QUEUED' }, orderBy: { id: 'asc' } });
    if (!next || this.#loop.closed) return false;
    this.#current = new SweepExecution(next.id, this.parts);
    await this.#current.run().finally(() => {
      this.#current = undefined;
    });
    return true;
  }
}
