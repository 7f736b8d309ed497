import type { Computer } from '../../engines/open-engine.js';
import { HubError } from '../../errors.js';
import type { Runner } from '../../jobs/runner.js';
import { networkNamed } from '../../network/networks.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import type { PrismaClient } from '../../storage/database.js';
import { FOLD_NETWORKS } from '../../training/folds.js';
import type { Job, SpeedProbe } from '../../training/job.js';
import type { Recipe } from '../../training/recipe.js';
import { firstTrainedLayerOf } from '../../training/recipe.js';
import type { RunCost, RunSize } from '../../training/run-cost.js';
import type { BackboneRow, BackboneService } from '../backbone/backbone-service.js';
import { BUNDLED_BACKBONES } from '../backbone/published-backbones.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import type { DatasetVersion } from '../dataset/dataset-version.js';
import type { ExaminationRequest } from '../examination/examination.js';
import { comparedRecipe, foldRecipe, requireLarge } from '../examination/examination-recipes.js';
import { notFound } from '../not-found.js';
import type { FeatureCache } from '../run/feature-cache.js';
import { featuresOf } from '../run/run-features.js';
import {
  type FineTuneRequest,
  planFineTune,
  planTransfer,
  type RunPlan,
  type TransferRequest,
} from '../run/run-plan.js';
import { estimateFromProbe, estimateFromRuns, estimateOfFolds } from './estimate-model.js';
import { foldSizeOf, measuredRuns, sizeOf } from './measured-runs.js';
import type { RunEstimate } from './run-estimate.js';

export interface EstimateParts {
  readonly prisma: PrismaClient;
  readonly blobPlace: BlobPlace;
  readonly backbones: BackboneService;
  readonly cache: FeatureCache;
  /** Bytes of the activations of one call, by the engine's plan. */
  readonly bytesPerCall: (spec: RunCost['spec']) => number;
  /** The engines and devices that may train. */
  readonly trainers: readonly Computer[];
  /** Number of threads that workers compute with. */
  readonly threads: number;
  readonly compute: Job['compute'];
  readonly runner: Pick<Runner, 'run'>;
}

/** What a recipe is estimated on. */
interface EstimateData {
  readonly backbone: BackboneRow;
  readonly manifestBlob: string;
  readonly version: DatasetVersion;
}

export class EstimateService {
  /** Speed probes by what they depend on. */
  readonly #probes = new Map<string, Promise<SpeedProbe>>();

  constructor(private readonly parts: EstimateParts) {}

  async transfer(request: TransferRequest): Promise<RunEstimate> {
    return this.#estimate(await planTransfer(this.parts.prisma, request));
  }

  async fineTune(request: FineTuneRequest): Promise<RunEstimate> {
    return this.#estimate(await planFineTune(this.parts.prisma, request));
  }

  /**
   * Of an examination: the features in both modes, and in thorough mode the networks. The regressions and comparisons, which
   * take much less, are not counted.
   * @throws NOT_FOUND, BACKBONE_UNAVAILABLE, BAD_INPUT for an image that is too small for the backbone.
   */
  async examination({ datasetVersionId, backbone, imageSize, mode }: ExaminationRequest): Promise<RunEstimate> {
    const data = await this.#data(datasetVersionId, backbone);
    const network = networkNamed(data.backbone.architecture);
    requireLarge(backbone, imageSize, network);
    const ofFold = (recipe: Recipe): Promise<RunEstimate> =>
      this.#ofRecipe(data, recipe, foldSizeOf(recipe, data.version, data.backbone.architecture));
    const compared = await ofFold(comparedRecipe(imageSize));
    const features = { ...compared, seconds: compared.featureSeconds, trainingSeconds: 0, evaluationSeconds: 0 };
    if (mode === 'QUICK') return features;
    return estimateOfFolds(features, await ofFold(foldRecipe(network, imageSize)), FOLD_NETWORKS);
  }

  async #estimate({ recipe, datasetVersionId, backboneName, parentRunId }: RunPlan): Promise<RunEstimate> {
    const { prisma } = this.parts;
    const data = await this.#data(datasetVersionId, backboneName);
    const parent = parentRunId === null ? null : await prisma.run.findUnique({ where: { id: parentRunId } });
    const size = sizeOf(recipe, data.version, data.backbone.architecture);
    return this.#ofRecipe(data, recipe, size, parent?.weightsBlob ?? null);
  }

  async #data(datasetVersionId: string, backboneName: string): Promise<EstimateData> {
    const backbone = await this.#backbone(backboneName);
    const where = { id: datasetVersionId };
    const row = await this.parts.prisma.datasetVersion.findUnique({ where, include: { dataset: true } });
    if (!row) throw notFound('dataset version', datasetVersionId);
    return { backbone, manifestBlob: row.manifestBlob, version: toDatasetVersion(row) };
  }

  /** @param parentBlob weights that the run continues from. */
  async #ofRecipe(
    { backbone, manifestBlob, version }: EstimateData,
    recipe: Recipe,
    size: RunSize,
    parentBlob: string | null = null,
  ): Promise<RunEstimate> {
    const { prisma, blobPlace, cache, bytesPerCall, trainers, threads } = this.parts;
    const { key, size: pictureSize, pictures, bytes } = featuresOf(recipe, version, backbone);
    const uncached = !cache.holds(bytes);
    const cachedPictures = uncached ? 0 : Math.min(pictures, await cache.count(key));
    const asked = { size, missing: pictures - cachedPictures, uncached };
    const facts = { pictures, cachedPictures, computedInEveryEpoch: uncached };
    const fromRuns = estimateFromRuns(await measuredRuns(prisma, trainers, threads), asked, bytesPerCall);
    if (fromRuns) return answer(fromRuns, { ...facts, basis: 'RUNS', calibrationSeconds: null });

    const probe = await this.#probe({
      ...{ manifestBlob, backboneBlob: backbone.sha256, parentBlob, recipe },
      size: pictureSize,
      featureChunks: asked.missing === 0 ? await cache.use(key) : [],
      ...{ uncached: null, checkpointBlob: null, blobPlace },
    });
    const measured = estimateFromProbe(probe, asked);
    return answer(measured, { ...facts, basis: 'CALIBRATION', calibrationSeconds: probe.seconds });
  }

  /** A backbone on this machine: an estimate downloads nothing. */
  async #backbone(name: string) {
    const { prisma, backbones } = this.parts;
    const backbone = await prisma.backbone.findUnique({ where: { name } });
    if (backbone) return backbone;
    if (BUNDLED_BACKBONES.has(name)) return backbones.require(name);
    const message = `The backbone ${name} is not on this machine. Add it first: an estimate downloads nothing.`;
    throw new HubError('BACKBONE_UNAVAILABLE', message, { name });
  }

  /** Measures once, in a worker. A probe that failed is repeated when it is asked for again. */
  #probe(job: Job): Promise<SpeedProbe> {
    const { imageSize, batchSize, hiddenUnits, liveStatistics } = job.recipe;
    const firstTrainedLayer = firstTrainedLayerOf(job.recipe);
    const isCached = job.featureChunks.length > 0;
    const settings = [imageSize, firstTrainedLayer, batchSize, hiddenUnits, liveStatistics, isCached];
    const key = [job.manifestBlob, job.backboneBlob, ...settings].join();
    const probe = this.#probes.get(key) ?? this.#measure(job);
    this.#probes.set(key, probe);
    probe.catch(() => this.#probes.delete(key));
    return probe;
  }

  async #measure(job: Job): Promise<SpeedProbe> {
    const { compute, runner } = this.parts;
    return (await runner.run('probe', { ...job, compute })).probe;
  }
}

function answer(
  { featureSeconds, trainingSeconds, evaluationSeconds, memoryBytes, runs }: ReturnType<typeof estimateFromProbe>,
  facts: Pick<RunEstimate, 'pictures' | 'cachedPictures' | 'computedInEveryEpoch' | 'basis' | 'calibrationSeconds'>,
): RunEstimate {
  const seconds = featureSeconds + trainingSeconds + evaluationSeconds;
  return { seconds, featureSeconds, trainingSeconds, evaluationSeconds, memoryBytes, runs: [...runs], ...facts };
}
