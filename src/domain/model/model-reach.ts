import type { Prisma } from '../../storage/database.js';
import type { Caller } from '../caller.js';

type Reach = Pick<Caller, 'model'>;

/** The dataset version of an id, for a token for one model only if a version of that model was measured on it. */
export function reachableDatasetVersion(id: string, { model }: Reach): Prisma.DatasetVersionWhereUniqueInput {
  return { id, ...versionsOf(model) };
}

/** The run of an id, for a token for one model only if a version of that model was made by it. */
export function reachableRun(id: string, { model }: Reach): Prisma.RunWhereUniqueInput {
  return { id, ...versionsOf(model) };
}

function versionsOf(model: string | null) {
  return model === null ? {} : { modelVersions: { some: { model: { name: model } } } };
}
