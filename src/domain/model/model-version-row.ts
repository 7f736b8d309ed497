import { HubError } from '../../errors.js';
import type { ServedVersion } from '../../serving/served-version.js';
import type { PrismaClient } from '../../storage/database.js';
import { type ModelVersionRow, toServedVersion, withVersionRelations } from './model-row.js';

/** A version by its number. @throws NOT_FOUND. */
export async function findVersion(prisma: PrismaClient, model: string, number: number): Promise<ModelVersionRow> {
  const row = await prisma.modelVersion.findFirst({
    where: { number, model: { name: model } },
    include: withVersionRelations,
  });
  if (row) return row;
  throw new HubError('NOT_FOUND', `There is no version ${number} of a model named ${model}.`, { model, number });
}

/** The same as serving knows it. */
export async function findServedVersion(prisma: PrismaClient, model: string, number: number): Promise<ServedVersion> {
  return toServedVersion(await findVersion(prisma, model, number));
}
