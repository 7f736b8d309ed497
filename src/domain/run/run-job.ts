import type { Prisma } from '../../storage/database.js';
import type { Job } from '../../training/job.js';
import { recipeSchema } from '../../training/recipe.js';
import type { BackboneRow } from '../backbone/backbone-service.js';
import type { FeatureCache } from './feature-cache.js';
import { featuresOf } from './run-features.js';

/** What a job is made of besides the run's own row. */
export const withJobRelations = { datasetVersion: true, parentRun: { select: { weightsBlob: true } } } as const;

/** Makes a job of a run as it stands. @returns it, and the key under which its features are cached. */
export async function jobOf(
  run: Prisma.RunGetPayload<{ include: typeof withJobRelations }>,
  backbone: BackboneRow,
  { blobFolder, cache }: { readonly blobFolder: string; readonly cache: FeatureCache },
): Promise<{ job: Job; key: string }> {
  const recipe = recipeSchema.parse(run.recipe);
  const { key, size, bytes } = featuresOf(recipe, run.datasetVersion, backbone);
  const uncached = await cache.makeRoom(key, bytes);
  const job: Job = {
    manifestBlob: run.datasetVersion.manifestBlob,
    backboneBlob: backbone.sha256,
    parentBlob: run.parentRun?.weightsBlob ?? null,
    recipe,
    size,
    featureChunks: uncached === null ? await cache.use(key) : [],
    uncached,
    checkpointBlob: run.checkpointBlob,
    blobFolder,
  };
  return { job, key };
}
