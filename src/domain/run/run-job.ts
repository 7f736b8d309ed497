import type { BlobPlace } from '../../storage/blob-place.js';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import type { Job } from '../../training/job.js';
import type { BackboneRow } from '../backbone/backbone-service.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import type { FeatureCache } from './feature-cache.js';
import { featuresOf, type RunFeatures } from './run-features.js';
import { recipeOf, runColumns } from './run-row.js';

/** What a job is made of besides the run's own row. */
export const withJobRelations = {
  datasetVersion: { include: { dataset: true } },
  parentRun: { select: { weightsBlob: true } },
  reproductionOf: { select: { engine: true } },
} as const;

/** Makes a job of a run as it stands. @returns it, and the features that it needs. */
export async function jobOf(
  run: Prisma.RunGetPayload<{ include: typeof withJobRelations }>,
  backbone: BackboneRow,
  {
    blobPlace,
    cache,
    compute,
  }: { readonly blobPlace: BlobPlace; readonly cache: FeatureCache; readonly compute: Job['compute'] },
): Promise<{ job: Job; features: RunFeatures }> {
  const recipe = recipeOf(run);
  const features = featuresOf(recipe, toDatasetVersion(run.datasetVersion), backbone);
  const { key, size, bytes } = features;
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
    blobPlace,
    compute,
    before: engineBefore(run),
  };
  return { job, features };
}

const engineColumn = runColumns.pick({ engine: true });

/** The engine whose numbers a run must have: that of its attempts before, or of the run that it reproduces. */
function engineBefore(run: {
  readonly id: string;
  readonly engine: unknown;
  readonly reproductionOf: { readonly engine: unknown } | null;
}): Job['before'] {
  const { engine: own } = parseColumns(engineColumn, run, `run ${run.id}`);
  if (own) return { engine: own.name, reason: own.reason ?? 'It trained the run before.' };
  if (!run.reproductionOf) return null;
  const { engine } = parseColumns(engineColumn, run.reproductionOf, `the original of run ${run.id}`);
  return engine && { engine: engine.name, reason: 'It trained the run that this one reproduces.' };
}
