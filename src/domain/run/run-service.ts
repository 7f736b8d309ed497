import { HubError } from '../../errors.js';
import { isMissing, type Prisma, type PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { notFound } from '../not-found.js';
import type { Quotas } from '../quota/quotas.js';
import type { Run } from './run.js';
import type { RunBlobs } from './run-blobs.js';
import { type CloneRequest, clonedRecipe } from './run-clone.js';
import { deleteRun } from './run-deletion.js';
import type { RunEvent } from './run-event.js';
import { eventRow } from './run-event-row.js';
import type { RunJournal } from './run-journal.js';
import { type FineTuneRequest, planFineTune, planTransfer, type RunPlan, type TransferRequest } from './run-plan.js';
import type { RunQueue } from './run-queue.js';
import { recipeOf, toRun, withRunRelations } from './run-row.js';
import type { RunStates } from './run-states.js';

export class RunService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly queue: RunQueue,
    private readonly states: RunStates,
    private readonly journal: RunJournal,
    private readonly blobs: RunBlobs,
    private readonly quotas: Quotas,
    private readonly changes: ChangeNotices,
  ) {}

  /** Queues a transfer run. */
  async startTransfer(request: TransferRequest): Promise<Run> {
    return this.queueRun(await planTransfer(this.prisma, request));
  }

  /** Queues a run that starts from the weights of another one. */
  async startFineTune(request: FineTuneRequest): Promise<Run> {
    return this.queueRun(await planFineTune(this.prisma, request));
  }

  /** Queues a run of the same kind, data, backbone and parent, with a changed recipe. */
  async clone({ id, ...changes }: CloneRequest): Promise<Run> {
    const run = await this.prisma.run.findUnique({
      where: { id },
      include: { parentRun: { select: { id: true, recipe: true } } },
    });
    if (!run) throw notFound('run', id);
    const { kind, datasetVersionId, backboneName, parentRunId, parentRun } = run;
    const recipe = clonedRecipe(recipeOf(run), parentRun && recipeOf(parentRun), changes);
    return this.queueRun({ kind, datasetVersionId, backboneName, parentRunId, recipe });
  }

  /** Puts a run at the end of the queue. @param origin the run or sweep that it derives from. */
  async queueRun(
    plan: RunPlan,
    origin: Pick<Prisma.RunUncheckedCreateInput, 'reproductionOfId' | 'sweepId'> = {},
  ): Promise<Run> {
    if (!origin.sweepId) await this.quotas.admitRun(); // a sweep's run was admitted with the sweep
    const queued = { eventCount: 1, events: { create: eventRow(1, { state: 'QUEUED' }) } };
    const { id } = await this.prisma.run.create({ data: { ...plan, ...origin, ...queued } });
    this.queue.wake();
    return this.#changed(id);
  }

  async cancel(id: string): Promise<Run> {
    await this.queue.cancel(id);
    return this.require(id);
  }

  async resume(id: string): Promise<Run> {
    await this.queue.resume(id);
    return this.require(id);
  }

  async move(id: string, before: string | null): Promise<Run> {
    await this.queue.move(id, before);
    return this.#changed(id);
  }

  /** @throws NOT_FOUND, or CONFLICT naming the state or what refers to the run. */
  async delete(id: string, actor: Actor): Promise<void> {
    if (!(await deleteRun(this.prisma, this.blobs, id, actor))) {
      await this.states.require(id, 'delete');
      throw new HubError('CONFLICT', 'The state of the run has just changed. Try again.', { id });
    }
    this.queue.wake(); // deletes the blobs
    this.changes.tell('RUN', id);
  }

  /** Replaces the tags of a run. */
  async tag(id: string, given: readonly string[]): Promise<Run> {
    const tags = [...new Set(given)].sort();
    try {
      await this.prisma.run.update({ where: { id }, data: { tags, tagText: tags.join(' ') } });
    } catch (error) {
      throw isMissing(error) ? notFound('run', id) : error;
    }
    return this.#changed(id);
  }

  async find(id: string): Promise<Run | null> {
    const row = await this.prisma.run.findUnique({ where: { id }, include: withRunRelations });
    return row && toRun(row);
  }

  async require(id: string): Promise<Run> {
    const run = await this.find(id);
    if (!run) throw notFound('run', id);
    return run;
  }

  /** All events after the given number, then live ones until the run ends. */
  follow(id: string, after: number): AsyncIterable<RunEvent> {
    return this.journal.follow(id, after);
  }

  async #changed(id: string): Promise<Run> {
    this.changes.tell('RUN', id);
    return this.require(id);
  }
}
