import prettyBytes from 'pretty-bytes';
import type { Split } from '../../datasets/manifest.js';
import { HubError } from '../../errors.js';
import { FairLimit } from '../../fair-limit.js';
import { BOUNDS } from '../../limits.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { firstTrainedLayerOf, recipeSchema } from '../../training/recipe.js';
import type { SearchThread } from '../../training/search-thread.js';
import type { Example, ImageFeatures } from '../../training/similar-images.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';
import { imageOf } from '../dataset/dataset-image.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { notFound } from '../not-found.js';
import type { Viewer } from '../pictures.js';
import type { PredictionLog } from '../prediction/prediction-log.js';
import { type FeatureCache, featureBytes } from '../run/feature-cache.js';
import { featuresOf } from '../run/run-features.js';
import { recipeOf } from '../run/run-row.js';
import type { SimilarImages } from './similar-images.js';

/** Runs of a version whose features are looked for, the newest first. */
const RUNS = 100;

const withDataset = { dataset: true } as const;
type VersionRow = Prisma.DatasetVersionGetPayload<{ include: typeof withDataset }>;

/** Which of the similar images are wanted. */
export interface SimilarWanted {
  readonly first: number;
  /** Only images of this split; null for all. */
  readonly split: Split | null;
}

interface Found {
  readonly features: ImageFeatures;
  readonly backbone: string;
  readonly imageSize: number;
}

/** Finds images like another one, by the pooled features that an examination or runs of their dataset version have left in the cache. */
export class SimilarImagesService {
  readonly #oneByOne = new FairLimit(1);

  constructor(
    private readonly parts: {
      readonly prisma: PrismaClient;
      readonly blobs: BlobStore;
      readonly cache: FeatureCache;
      readonly contents: DatasetContents;
      readonly log: Pick<PredictionLog, 'flush'>;
      readonly search: Pick<SearchThread, 'find'>;
    },
  ) {}

  /** Images of a version like one of them. @throws NOT_FOUND; CONFLICT where the cache has no features. */
  async toImage(versionId: string, row: number, wanted: SimilarWanted, viewer: Viewer): Promise<SimilarImages> {
    const version = await this.#version(versionId);
    if (row >= version.imageCount) {
      const message = `The version has ${version.imageCount} images, counted from 0: it has no image ${row}.`;
      throw new HubError('NOT_FOUND', message, { received: row });
    }
    return this.#find(version, { row }, wanted, viewer);
  }

  /**
   * Images like the photo of a kept answer, of the dataset version on which the version that answered was trained.
   * @throws NOT_FOUND; CONFLICT where the photo was not kept, or the cache has no features.
   */
  async toPrediction(id: string, wanted: SimilarWanted, viewer: Viewer): Promise<SimilarImages> {
    const { prisma, blobs, log } = this.parts;
    await log.flush();
    const include = { version: { select: { datasetVersionId: true } } } as const;
    const prediction = await prisma.loggedPrediction.findUnique({ where: { id }, include });
    if (!prediction) throw new HubError('NOT_FOUND', 'There is no prediction with this id.', { id });
    if (prediction.photoBlob === null) {
      const message =
        'The photo of this answer was not kept: turn on `keepPhotos` (`setPredictionLog`) to keep those of new answers.';
      throw new HubError('CONFLICT', message, { id });
    }
    const photo = await blobs.get(prediction.photoBlob);
    return this.#find(await this.#version(prediction.version.datasetVersionId), { photo }, wanted, viewer);
  }

  async #find(version: VersionRow, example: Example, wanted: SimilarWanted, viewer: Viewer): Promise<SimilarImages> {
    const { contents, search } = this.parts;
    const { id } = version;
    const { manifest } = await contents.of(id);
    const { features, backbone, imageSize } = await this.#features(version);
    const { first, split } = wanted;
    const isWanted = (image: { readonly split: Split }): boolean => split === null || image.split === split;
    // Images are sorted by split.
    const range = {
      from: Math.max(0, manifest.images.findIndex(isWanted)),
      to: manifest.images.findLastIndex(isWanted) + 1,
    };
    const { rows, similarities } = await this.#oneByOne.run(viewer.tokenId, () => {
      viewer.gone.throwIfAborted();
      return search.find({ features, example, first, ...range });
    });
    const images = rows.map((row, i) => ({ image: imageOf(id, manifest, row), similarity: similarities[i] as number }));
    return { datasetVersion: toDatasetVersion(version), backbone, imageSize, images };
  }

  async #version(id: string): Promise<VersionRow> {
    const row = await this.parts.prisma.datasetVersion.findUnique({ where: { id }, include: withDataset });
    if (!row) throw notFound('dataset version', id);
    return row;
  }

  /** The pooled features of the examination, or of the newest run, that left some for every image. @throws CONFLICT, LIMIT_EXCEEDED. */
  async #features(row: VersionRow): Promise<Found> {
    const { prisma, cache } = this.parts;
    const version = toDatasetVersion(row);
    const runs = await prisma.run.findMany({
      where: { datasetVersionId: row.id, backboneId: { not: null } },
      include: { backbone: true },
      orderBy: { createdAt: 'desc' },
      take: RUNS,
    });
    const examined = await this.#examined(row.id);
    const known = [...examined, ...runs.map((run) => ({ recipe: recipeOf(run), backbone: run.backbone }))];
    const asked = new Set<string>();
    for (const { recipe, backbone } of known) {
      if (!backbone || firstTrainedLayerOf(recipe) !== 'avg_pool') continue;
      const { key, size } = featuresOf(recipe, version, backbone);
      if (asked.has(key)) continue;
      asked.add(key);
      const chunks = await cache.find(key, version.imageCount);
      if (!chunks) continue;
      const { sha256: backboneBlob, architecture, name } = backbone;
      requireRoom(version.imageCount * featureBytes(architecture, recipe.imageSize, 'avg_pool'));
      const features = { key, chunks, images: version.imageCount, network: { backboneBlob, size } };
      return { features, backbone: name, imageSize: recipe.imageSize };
    }
    const advice = 'examine it (`startExamination`, `hub examination start`), or train a head on it (a transfer run)';
    const message = `The hub has no features of ${version.dataset} version ${version.number} to compare: ${advice}.`;
    throw new HubError('CONFLICT', message, { datasetVersionId: row.id });
  }

  /** The recipe and backbone of the examination of a version, if it had one. */
  async #examined(datasetVersionId: string) {
    const { examination, backbone } = this.parts.prisma;
    const found = await examination.findUnique({ where: { datasetVersionId } });
    if (!found) return [];
    const { imageSize, backboneName: name } = found;
    return [{ recipe: recipeSchema.parse({ imageSize }), backbone: await backbone.findUnique({ where: { name } }) }];
  }
}

/** @throws LIMIT_EXCEEDED for more features than are compared in memory. */
function requireRoom(bytes: number): void {
  const { value } = BOUNDS.searched;
  if (bytes <= value) return;
  const message = `The features of this version take ${prettyBytes(bytes)}; images are compared up to ${prettyBytes(value)}. Derive a version with fewer images, or use a backbone with fewer features.`;
  throw new HubError('LIMIT_EXCEEDED', message, { limit: value });
}
