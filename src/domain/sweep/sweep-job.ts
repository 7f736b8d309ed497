import { HubError } from '../../errors.js';
import type { SweepJob } from '../../training/job.js';
import { recipeSchema } from '../../training/recipe.js';
import type { BackboneRow } from '../backbone/backbone-service.js';
import type { FeatureCache } from '../run/feature-cache.js';
import { featuresOf } from '../run/run-features.js';
import { epochsOf, recipeOf, type SweepRow } from './sweep-row.js';

/**
 * Makes a job of the trials that are missing. @returns it, and the key under which its features are cached.
 * @throws LIMIT_EXCEEDED when they do not fit into the cache: computed anew for each trial, they would take hours.
 */
export async function sweepJobOf(
  sweep: SweepRow,
  backbone: BackboneRow,
  { blobFolder, cache }: { readonly blobFolder: string; readonly cache: FeatureCache },
): Promise<{ job: SweepJob; key: string }> {
  const { datasetVersion, trials, metric, stopEarly } = sweep;
  const recipe = recipeSchema.parse(sweep.recipe);
  const { key, size, bytes } = featuresOf(recipe, datasetVersion, backbone);
  const uncached = await cache.makeRoom(key, bytes);
  if (uncached !== null) {
    throw new HubError('LIMIT_EXCEEDED', `The features of a sweep must be cached: ${uncached}`, { bytes });
  }
  const job: SweepJob = {
    manifestBlob: datasetVersion.manifestBlob,
    backboneBlob: backbone.sha256,
    recipe,
    size,
    featureChunks: await cache.use(key),
    ...{ parentBlob: null, uncached, checkpointBlob: null, blobFolder },
    trials: trials.flatMap((trial) =>
      trial.state === 'QUEUED' ? { number: trial.number, recipe: recipeOf(trial, sweep) } : [],
    ),
    histories: trials.flatMap((trial) => (trial.state === 'QUEUED' ? [] : [epochsOf(trial)])),
    ...{ metric, stopEarly },
  };
  return { job, key };
}
