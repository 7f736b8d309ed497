import type { Prisma } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { type Owner, ownerColumns } from '../owner.js';
import { eventRow } from './run-event-row.js';
import { labelColumns, searchText } from './run-label.js';
import type { RunPlan } from './run-plan.js';

/** What a run comes from besides its plan: the run that it reproduces, its sweep, or its place in a pipeline. */
export type RunOrigin = Partial<
  Pick<Prisma.RunUncheckedCreateInput, 'reproductionOfId' | 'sweepId' | 'pipelineId' | 'pipeline' | 'stage' | 'stages'>
>;

/**
 * Writes a queued run with its first event.
 * @param owner of the run; null for none. @returns its job, which the caller enqueues when it can start.
 */
export async function createQueued(
  tx: Prisma.TransactionClient,
  { label = {}, ...plan }: RunPlan,
  origin: RunOrigin,
  owner: Owner | null,
): Promise<{ readonly id: string; readonly order: number }> {
  const { name = null, note = null } = labelColumns(label);
  const owned = ownerColumns(owner);
  const search = searchText({ name, note, ...owned, backboneName: plan.backboneName });
  const columns = { ...plan, name, note, ...origin, ...owned, searchText: search };
  const queued = { eventCount: 1, events: { create: eventRow(1, { state: 'QUEUED' }) } };
  const { id, queueOrder: order } = await tx.run.create({ data: { ...columns, ...queued } });
  return { id, order };
}

/** Records the start of a run, as the last statement of its transaction. */
export async function auditStart(
  tx: Prisma.TransactionClient,
  id: string,
  { kind, datasetVersionId, backboneName, parentRunId, label }: RunPlan,
  { reproductionOfId, sweepId, pipelineId, pipeline }: RunOrigin,
  actor: Actor,
): Promise<void> {
  const facts = { kind, name: label?.name, datasetVersionId, backbone: backboneName, parentRunId };
  const details = { ...facts, reproductionOfId, sweepId, pipelineId, pipeline };
  const entry = { action: 'RUN_STARTED', subject: `run ${id}`, details } as const;
  await tx.auditEvent.create({ data: auditRow(actor, entry) });
}
