import { HubError } from '../../errors.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import type { SweepJob } from '../../training/job.js';
import type { BackboneRow } from '../backbone/backbone-service.js';
import type { FeatureCache } from '../run/feature-cache.js';
import { featuresOf } from '../run/run-features.js';
import { type SweepRow, toSweep } from './sweep-row.js';

/**
 * Makes a job of the trials that are missing. @returns it, and the key under which its features are cached.
 * @throws LIMIT_EXCEEDED when they do not fit into the cache: computed anew for each trial, they would take hours.
 */
export async function sweepJobOf(
  row: SweepRow,
  backbone: BackboneRow,
  {
    blobPlace,
    cache,
    compute,
  }: { readonly blobPlace: BlobPlace; readonly cache: FeatureCache; readonly compute: SweepJob['compute'] },
): Promise<{ job: SweepJob; key: string }> {
  const { recipe, datasetVersion, trials, metric, stopEarly } = toSweep(row);
  const { key, size, bytes } = featuresOf(recipe, datasetVersion, backbone);
  const uncached = await cache.makeRoom(key, bytes);
  if (uncached !== null) {
    throw new HubError('LIMIT_EXCEEDED', `The features of a sweep must be cached: ${uncached}`, { bytes });
  }
  const job: SweepJob = {
    manifestBlob: row.datasetVersion.manifestBlob,
    backboneBlob: backbone.sha256,
    recipe,
    size,
    featureChunks: await cache.use(key),
    ...{ parentBlob: null, uncached, checkpointBlob: null, blobPlace, compute },
    trials: trials.flatMap(({ state, number, recipe }) => (state === 'QUEUED' ? { number, recipe } : [])),
    histories: trials.flatMap(({ state, epochs }) => (state === 'QUEUED' ? [] : [[...epochs]])),
    ...{ metric, stopEarly },
  };
  return { job, key };
}
