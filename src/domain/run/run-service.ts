import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Notices } from '../../cluster/notices.js';
import { HubError } from '../../errors.js';
import type { JobQueue } from '../../jobs/queue.js';
import type { Runner } from '../../jobs/runner.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Actor, Requester } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { backboneNetwork } from '../backbone/backbone-network.js';
import type { BackboneService } from '../backbone/backbone-service.js';
import type { Caller } from '../caller.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { notFound } from '../not-found.js';
import { deletionRefusal, type Owner } from '../owner.js';
import type { Quotas } from '../quota/quotas.js';
import { auditStart, createQueued, type RunOrigin } from './queued-run.js';
import type { Run } from './run.js';
import type { RunBlobs } from './run-blobs.js';
import { type CloneRequest, clonedRecipe } from './run-clone.js';
import { deleteRun } from './run-deletion.js';
import type { RunEvent } from './run-event.js';
import type { RunJournal } from './run-journal.js';
import { type LabelChange, labelColumns, type RunLabel, searchText } from './run-label.js';
import { lastOrder, moveRun } from './run-order.js';
import {
  checkClasses,
  type FineTuneRequest,
  planFineTune,
  planTransfer,
  type RunPlan,
  requireTrained,
  type TransferRequest,
} from './run-plan.js';
import { recipeOf, toRun, withRunRelations } from './run-row.js';
import type { RunStates } from './run-states.js';

interface RunParts {
  readonly prisma: PrismaClient;
  readonly queue: JobQueue;
  readonly runner: Pick<Runner, 'cancel'>;
  readonly notices: Notices;
  readonly states: RunStates;
  readonly journal: RunJournal;
  readonly runBlobs: RunBlobs;
  readonly quotas: Quotas;
  readonly backbones: Pick<BackboneService, 'requireObtainable'>;
  readonly changes: ChangeNotices;
}

export class RunService {
  constructor(private readonly parts: RunParts) {}

  /** Queues a transfer run. */
  async startTransfer(request: TransferRequest, actor: Actor): Promise<Run> {
    return this.queueRun(await planTransfer(this.parts.prisma, request), actor);
  }

  /** Queues a run that starts from the weights of another one. */
  async startFineTune(request: FineTuneRequest, actor: Actor): Promise<Run> {
    return this.queueRun(await planFineTune(this.parts.prisma, request), actor);
  }

  /** Queues a run of the same kind, data, backbone and parent, with a changed recipe and a label of its own. */
  async clone({ id, name, note, ...changes }: CloneRequest, actor: Actor): Promise<Run> {
    const run = await this.parts.prisma.run.findUnique({
      where: { id },
      include: { parentRun: { select: { id: true, recipe: true, state: true } } },
    });
    if (!run) throw notFound('run', id);
    if (run.parentRun) requireTrained(run.parentRun);
    const { kind, datasetVersionId, backboneName, parentRunId, parentRun } = run;
    const network = await backboneNetwork(this.parts.prisma, backboneName);
    const recipe = clonedRecipe(recipeOf(run), parentRun && recipeOf(parentRun), changes, network);
    await checkClasses(this.parts.prisma, datasetVersionId, [recipe]);
    const plan = { kind, datasetVersionId, backboneName, parentRunId, recipe, label: { name, note } };
    return this.queueRun(plan, actor);
  }

  /** Puts a run at the end of the queue. @throws BACKBONE_UNAVAILABLE, LIMIT_EXCEEDED. */
  async queueRun(plan: RunPlan, actor: Actor, origin: RunOrigin = {}): Promise<Run> {
    await this.parts.quotas.admitRuns();
    await this.parts.backbones.requireObtainable(plan.backboneName);
    const id = await this.parts.prisma.$transaction((tx) => this.writeQueued(tx, plan, origin, actor, actor));
    return this.#changed(id);
  }

  /**
   * Writes a queued run, its job and, last, the audit's row. Publish the change after the transaction commits.
   * @param owner null for none. @returns its id.
   */
  async writeQueued(
    tx: Prisma.TransactionClient,
    plan: RunPlan,
    origin: RunOrigin,
    owner: Owner | null,
    actor: Actor,
  ): Promise<string> {
    const job = await createQueued(tx, plan, origin, owner);
    await this.parts.queue.enqueue(tx, 'train', job);
    await auditStart(tx, job.id, plan, origin, actor);
    return job.id;
  }

  /**
   * Ends a queued run at once, one that this process runs at its next batch, and one that another process runs at its last
   * checkpoint. @throws NOT_FOUND, CONFLICT when it has ended.
   */
  async cancel(id: string, actor: Actor): Promise<Run> {
    const { prisma, states, queue, runner, notices } = this.parts;
    const data = { endedAt: new Date() };
    const audited = auditRow(actor, { action: 'RUN_CANCELLED', subject: `run ${id}` });
    const inTransaction = async (tx: Prisma.TransactionClient): Promise<void> => {
      await queue.withdraw(tx, 'train', id);
      await tx.auditEvent.create({ data: audited });
    };
    while ((await states.require(id, 'cancel')) === 'QUEUED') {
      if (await states.tryChange(id, 'cancel', data, { before: ['QUEUED'], inTransaction })) return this.require(id);
    }
    // Another process runs it, or nobody: its worker has just died, or no hub has taken it up since the last one ended.
    if (runner.cancel('train', id)) await prisma.auditEvent.create({ data: audited });
    else if (await states.tryChange(id, 'cancel', data, { inTransaction })) notices.tell('cancel', id);
    return this.require(id);
  }

  /**
   * Continues a failed or cancelled run from its last checkpoint, after all that wait.
   * @throws NOT_FOUND; CONFLICT for another state, or for a parent without weights; BACKBONE_UNAVAILABLE.
   */
  async resume(id: string, actor: Actor): Promise<Run> {
    const { prisma, states, queue, backbones } = this.parts;
    await states.require(id, 'resume');
    const { backboneName, parentRunId } = await this.require(id);
    if (parentRunId !== null) {
      const parent = await this.require(parentRunId);
      if (parent.state !== 'SUCCEEDED') throw cannotResume(parent);
    }
    await backbones.requireObtainable(backboneName);
    const queueOrder = await lastOrder(prisma);
    const data = { queueOrder, resumes: { increment: 1 }, endedAt: null, error: null, errorCode: null };
    const inTransaction = async (tx: Prisma.TransactionClient): Promise<void> => {
      await queue.enqueue(tx, 'train', { id, order: queueOrder });
      const entry = { action: 'RUN_RESUMED', subject: `run ${id}` } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
    };
    await states.change(id, 'resume', data, { inTransaction });
    return this.require(id);
  }

  /** Moves a queued run before another one, or to the end. @throws NOT_FOUND, CONFLICT, BAD_INPUT. */
  async move(id: string, before: string | null): Promise<Run> {
    const { prisma, states, queue } = this.parts;
    await states.require(id, 'move');
    if (before === id) throw new HubError('BAD_INPUT', 'A run cannot be moved before itself.', { id });
    if (before !== null) await states.require(before, 'move');
    if (!(await prisma.$transaction((tx) => moveRun(tx, queue, id, before)))) {
      throw new HubError('CONFLICT', 'One of the runs waits no longer: look at the queue again.', { id });
    }
    return this.#changed(id);
  }

  /**
   * Deletes a run. A TRAINER deletes its own ones.
   * @throws NOT_FOUND; FORBIDDEN naming who may; CONFLICT naming the state or what refers to the run.
   */
  async delete(id: string, { caller, actor }: Requester): Promise<void> {
    const { prisma, states, queue, runBlobs, changes } = this.parts;
    const refusal = runDeletionRefusal(await this.require(id), caller);
    if (refusal) throw refusal;
    const releaseBlobs = (tx: Prisma.TransactionClient) => queue.enqueue(tx, 'release', { id: randomUUID() });
    if (!(await deleteRun(prisma, runBlobs, id, actor, releaseBlobs))) {
      await states.require(id, 'delete');
      throw new HubError('CONFLICT', 'The state of the run has just changed. Try again.', { id });
    }
    changes.tell('RUN', id);
  }

  /** Replaces the tags of a run. @throws NOT_FOUND. */
  async tag(id: string, given: readonly string[], actor: Actor): Promise<Run> {
    const tags = [...new Set(given)].sort();
    return this.#edit(id, { tags, tagText: tags.join(' ') }, actor);
  }

  /** Changes the name or the note of a run. @throws NOT_FOUND. */
  async label(id: string, change: LabelChange, actor: Actor): Promise<Run> {
    return this.#edit(id, labelColumns(change), actor);
  }

  /** Writes columns that people edit, and audits those that differ from before. */
  async #edit(id: string, data: EditedColumns, actor: Actor): Promise<Run> {
    await this.parts.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM runs WHERE id = ${id} FOR UPDATE`;
      const before = await tx.run.findUnique({ where: { id } });
      if (!before) throw notFound('run', id);
      await tx.run.update({ where: { id }, data: { ...data, searchText: searchText({ ...before, ...data }) } });
      const changed = EDITED.filter((field) => field in data && !isDeepStrictEqual(before[field], data[field]));
      if (changed.length === 0) return;
      const valuesOf = (of: EditedColumns) => Object.fromEntries(changed.map((field) => [field, of[field]]));
      const details = { before: valuesOf(before), after: valuesOf(data) };
      const entry = { action: 'RUN_CHANGED', subject: `run ${id}`, details } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
    });
    return this.#changed(id);
  }

  async find(id: string): Promise<Run | null> {
    const row = await this.parts.prisma.run.findUnique({ where: { id }, include: withRunRelations });
    return row && toRun(row);
  }

  async require(id: string): Promise<Run> {
    const run = await this.find(id);
    if (!run) throw notFound('run', id);
    return run;
  }

  /** All events after the given number, then live ones until the run ends. */
  follow(id: string, after: number): AsyncIterable<RunEvent> {
    return this.parts.journal.follow(id, after);
  }

  async #changed(id: string): Promise<Run> {
    this.parts.changes.tell('RUN', id);
    return this.require(id);
  }
}

/** Columns of a run that people edit. */
const EDITED = ['name', 'note', 'tags'] as const;
type EditedColumns = Partial<RunLabel & { readonly tags: string[]; readonly tagText: string }>;

/** Why a caller may not delete a run, whatever its state; null if it may. */
export function runDeletionRefusal({ id, owner }: Pick<Run, 'id' | 'owner'>, caller: Caller): HubError | null {
  return deletionRefusal(`The run ${id} was started by`, owner, caller);
}

/** A parent that ends without weights takes the runs after it along, and brings them back when it is resumed. */
function cannotResume({ id, state }: Run): HubError {
  const remedy =
    state === 'FAILED' || state === 'CANCELLED'
      ? 'Resume that run; this one then follows.'
      : 'Resume this run after it.';
  return new HubError('CONFLICT', `The parent run ${id} is ${state}. ${remedy}`, { id, state });
}
