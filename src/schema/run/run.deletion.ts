import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { RunBlobs } from './run.blobs.js';
import { statesBefore } from './run.states.js';

/** As many of what refers to a run are named. */
const NAMED = 5;

const withReferences = {
  modelVersions: { include: { model: true } },
  childRuns: { select: { id: true } },
  reproductions: { select: { id: true } },
} as const satisfies Prisma.RunInclude;

/**
 * Deletes a run with its epochs and events; its blobs are released.
 * @returns false when the run is not there or in no state for it. @throws CONFLICT naming what refers to the run.
 */
export async function deleteRun(prisma: PrismaClient, blobs: RunBlobs, id: string): Promise<boolean> {
  return prisma.$transaction(async (tx) => {
    // Keeps others from referring to it from now on.
    await tx.$queryRaw`SELECT id FROM runs WHERE id = ${id} FOR UPDATE`;
    const run = await tx.run.findUnique({
      where: { id, state: { in: statesBefore('delete') } },
      include: withReferences,
    });
    if (!run) return false;
    refuseIfReferred(run);
    await tx.run.delete({ where: { id } });
    await blobs.release(tx, [run.weightsBlob, run.checkpointBlob, run.predictionsBlob]);
    return true;
  });
}

type Referred = Prisma.RunGetPayload<{ include: typeof withReferences }>;

function refuseIfReferred({ id, modelVersions, childRuns, reproductions }: Referred): void {
  const versions = modelVersions.map(({ model, number }) => `version ${number} of the model ${model.name}`);
  const all = [...versions, ...[...childRuns, ...reproductions].map((other) => `the run ${other.id}`)];
  if (all.length === 0) return;
  const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : '';
  const message = `The run cannot be deleted, since something refers to it: ${all.slice(0, NAMED).join(', ')}${more}.`;
  throw new HubError('CONFLICT', message, { id, references: all.slice(0, NAMED), count: all.length });
}
