import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { RunBlobs } from './run-blobs.js';
import { statesBefore } from './run-transitions.js';

/** Most references to a run that a refusal names. */
const NAMED = 5;

/**
 * Deletes a run with its epochs and events, and releases its blobs.
 * @returns false for a missing run or a state that does not allow it. @throws CONFLICT naming the references to the run.
 */
export async function deleteRun(
  prisma: PrismaClient,
  blobs: RunBlobs,
  id: string,
  actor: Actor,
  inTransaction: (tx: Prisma.TransactionClient) => Promise<void>,
): Promise<boolean> {
  return prisma.$transaction(async (tx) => {
    // The lock keeps other transactions from adding references.
    await tx.$queryRaw`SELECT id FROM runs WHERE id = ${id} FOR UPDATE`;
    const run = await tx.run.findUnique({ where: { id, state: { in: statesBefore('delete') } } });
    if (!run) return false;
    await refuseIfReferred(tx, id);
    await tx.run.delete({ where: { id } });
    await blobs.release(tx, [run.weightsBlob, run.checkpointBlob, run.predictionsBlob, run.probabilitiesBlob]);
    const { state, testAccuracy, datasetVersionId } = run;
    const entry = {
      action: 'RUN_DELETED',
      subject: `run ${id}`,
      details: { state, testAccuracy, datasetVersionId },
    } as const;
    await tx.auditEvent.create({ data: auditRow(actor, entry) });
    await inTransaction(tx);
    return true;
  });
}

async function refuseIfReferred(tx: Prisma.TransactionClient, id: string): Promise<void> {
  const versions = await tx.modelVersion.findMany({ where: { runId: id }, include: { model: true } });
  const others = { OR: [{ parentRunId: id }, { reproductionOfId: id }] };
  const runs = await tx.run.findMany({ where: others, select: { id: true } });
  const all = [
    ...versions.map(({ model, number }) => `version ${number} of the model ${model.name}`),
    ...runs.map((other) => `the run ${other.id}`),
  ];
  if (all.length === 0) return;
  const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : '';
  const message = `The run cannot be deleted while these refer to it: ${all.slice(0, NAMED).join(', ')}${more}.`;
  throw new HubError('CONFLICT', message, { id, references: all.slice(0, NAMED), count: all.length });
}
