import { readManifest } from '../../datasets/read-manifest.js';
import { FairLimit } from '../../fair-limit.js';
import type { Runner } from '../../jobs/runner.js';
import { BOUNDS } from '../../limits.js';
import { featureShape } from '../../network/networks.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { featureTypeOf } from '../../training/features.js';
import type { ProjectedImages, ProjectionJob } from '../../training/job.js';
import { type Prediction, unpackPredictions } from '../../training/predictions.js';
import { firstTrainedLayerOf } from '../../training/recipe.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { notFound } from '../not-found.js';
import type { Viewer } from '../pictures.js';
import type { RunEmbedding } from './embedding.js';
import type { FeatureCache } from './feature-cache.js';
import { featuresOf } from './run-features.js';
import { recipeOf } from './run-row.js';

/** Maps kept in memory. */
const KEPT = 8;
/** Seed of the search for the plane: the same features give the same map. */
const SEED = 0;

const NOT_CACHED =
  'The features of this run are not in the cache of this hub any more. Train a run with the same data, backbone and image size to compute them again.';

interface EmbeddingParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly blobPlace: BlobPlace;
  readonly cache: FeatureCache;
  readonly runner: Pick<Runner, 'run'>;
}

const withRelations = { backbone: true, datasetVersion: { include: { dataset: true } } } as const;
type RunRow = Prisma.RunGetPayload<{ include: typeof withRelations }>;

/**
 * Maps of the test images of runs, from the features that their head or first trained layer was given. Features are read from
 * the cache, never computed. A worker computes one map at a time, tokens in turns.
 */
export class EmbeddingService {
  readonly #oneByOne = new FairLimit(1);
  /** By features and images, the least recently used first. */
  readonly #kept = new Map<string, ProjectedImages>();

  constructor(private readonly parts: EmbeddingParts) {}

  /** @returns null when the run has no answers for test images. @throws NOT_FOUND. */
  async of(id: string, viewer: Viewer): Promise<RunEmbedding | null> {
    const { prisma, blobs } = this.parts;
    const run = await prisma.run.findUnique({ where: { id }, include: withRelations });
    if (!run) throw notFound('run', id);
    if (run.predictionsBlob === null || run.backbone === null) return null;
    const predictions = unpackPredictions(await blobs.get(run.predictionsBlob));
    const shown = spread(predictions, BOUNDS.projected.value);
    const projected = await this.#oneByOne.run(viewer.tokenId, () =>
      this.#project(
        run,
        shown.map(({ image }) => image),
        viewer.gone,
      ),
    );
    const none = { total: predictions.length, images: [], explained: [] };
    if (!projected) return { ...none, missing: NOT_CACHED };
    const { points, explained } = projected;
    const { images } = await readManifest(blobs, run.datasetVersion.manifestBlob);
    const labels = toDatasetVersion(run.datasetVersion).classes;
    const largest = points.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
    return {
      total: predictions.length,
      explained,
      missing: null,
      images: shown.map(({ image, truth, predicted, confidence }, i) => ({
        versionId: run.datasetVersionId,
        image,
        name: images[image]?.name ?? '',
        trueClass: labels[truth] as string,
        predictedClass: labels[predicted] as string,
        confidence,
        x: (points[2 * i] as number) / largest,
        y: (points[2 * i + 1] as number) / largest,
      })),
    };
  }

  /** @returns null when the cache lacks features of the rows. */
  async #project(run: RunRow, rows: readonly number[], gone: AbortSignal): Promise<ProjectedImages | null> {
    gone.throwIfAborted();
    const { cache, blobPlace, runner } = this.parts;
    const recipe = recipeOf(run);
    const { backbone } = run;
    if (!backbone || rows.length === 0) return null;
    const { key } = featuresOf(recipe, toDatasetVersion(run.datasetVersion), backbone);
    const known = this.#kept.get(key);
    if (known) return known;
    const featureChunks = await cache.use(key);
    const cached = featureChunks.every(({ index }, i) => index === i)
      ? featureChunks.reduce((sum, chunk) => sum + chunk.rows, 0)
      : 0;
    if (rows.some((row) => row >= cached)) return null;
    const firstTrainedLayer = firstTrainedLayerOf(recipe);
    const job: ProjectionJob = {
      featureChunks,
      maps: featureTypeOf(firstTrainedLayer) === 'float16',
      channels: featureShape(backbone.architecture, recipe.imageSize, firstTrainedLayer).channels,
      rows: [...rows],
      seed: SEED,
      blobPlace,
    };
    const { projected } = await runner.run('project', job, gone);
    this.#kept.set(key, projected);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest) this.#kept.delete(oldest);
    return projected;
  }
}

/** At most so many, spread evenly; test images are in the order of their classes. */
function spread(predictions: readonly Prediction[], most: number): Prediction[] {
  const count = Math.min(most, predictions.length);
  return Array.from(
    { length: count },
    (_, i) => predictions[Math.floor((i * predictions.length) / count)] as Prediction,
  );
}
