import { availableParallelism, hostname } from 'node:os';
import pLimit from 'p-limit';
import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Calibration, Job } from '../../training/job.js';
import { type Recipe, recipeSchema } from '../../training/recipe.js';
import type { RunCost, RunSize } from '../../training/run-cost.js';
import type { startCalibration, WorkerProcess } from '../../training/worker-process.js';
import { type BackboneService, TINY_IMAGENET } from '../backbone/backbone.service.js';
import { toDatasetVersion } from '../dataset/dataset.record.js';
import type { FeatureCache } from '../run/feature-cache.js';
import { planFineTune, planTransfer, type RunPlan, type TransferRequest } from '../run/run.plan.js';
import type { RunSeconds } from '../run/run.type.js';
import { featuresOf } from '../run/run-features.js';
import { estimateFromCalibration, estimateFromRuns, type MeasuredRun } from './estimate.model.js';
import type { RunEstimateType } from './estimate.type.js';

/** Finished runs that are looked at, the newest. */
const RUNS = 200;

export interface EstimateParts {
  readonly prisma: PrismaClient;
  readonly blobFolder: string;
  readonly backbones: BackboneService;
  readonly cache: FeatureCache;
  /** Bytes of the activations of one call, as the engine plans it. */
  readonly bytesPerCall: (spec: RunCost['spec']) => number;
  readonly startCalibration: typeof startCalibration;
}

type VersionRow = Prisma.DatasetVersionGetPayload<{ include: { dataset: true } }>;

export class EstimateService {
  /** What was measured, by what it depends on. */
  readonly #calibrations = new Map<string, Promise<Calibration>>();
  readonly #oneAtATime = pLimit(1);
  #worker: WorkerProcess<unknown> | undefined;

  constructor(private readonly parts: EstimateParts) {}

  async transfer(request: TransferRequest): Promise<RunEstimateType> {
    return this.#estimate(await planTransfer(this.parts.prisma, request));
  }

  async fineTune(parentRunId: string, overrides: Readonly<Record<string, unknown>>): Promise<RunEstimateType> {
    return this.#estimate(await planFineTune(this.parts.prisma, parentRunId, overrides));
  }

  close(): void {
    this.#worker?.kill();
  }

  async #estimate({ recipe, datasetVersionId, backboneName, parentRunId }: RunPlan): Promise<RunEstimateType> {
    const { prisma, blobFolder, cache, bytesPerCall } = this.parts;
    const backbone = await this.#backbone(backboneName);
    const include = { dataset: true } as const;
    const version = await prisma.datasetVersion.findUniqueOrThrow({ where: { id: datasetVersionId }, include });
    const { key, size: pictureSize, pictures, bytes } = featuresOf(recipe, version, backbone);
    const uncached = !cache.holds(bytes);
    const cachedPictures = uncached ? 0 : Math.min(pictures, await cache.count(key));
    const asked = {
      size: sizeOf(recipe, version, backbone.architecture),
      missing: pictures - cachedPictures,
      uncached,
    };
    const facts = { pictures, cachedPictures, computedInEveryEpoch: uncached };
    const fromRuns = estimateFromRuns(await this.#measuredRuns(), asked, bytesPerCall);
    if (fromRuns) return answer(fromRuns, { ...facts, basis: 'RUNS', calibrationSeconds: null });

    const parent = parentRunId === null ? null : await prisma.run.findUnique({ where: { id: parentRunId } });
    const calibration = await this.#calibrate({
      manifestBlob: version.manifestBlob,
      backboneBlob: backbone.sha256,
      parentBlob: parent?.weightsBlob ?? null,
      recipe,
      size: pictureSize,
      ...{ featureChunks: [], uncached: null, checkpointBlob: null, checkpointSeconds: 0, blobFolder },
    });
    const measured = estimateFromCalibration(calibration, asked);
    return answer(measured, { ...facts, basis: 'CALIBRATION', calibrationSeconds: calibration.seconds });
  }

  /** One that is on this machine: an estimate downloads nothing. */
  async #backbone(name: string) {
    const { prisma, backbones } = this.parts;
    const backbone = await prisma.backbone.findUnique({ where: { name } });
    if (backbone) return backbone;
    if (name === TINY_IMAGENET) return backbones.require(name);
    const message = `There is no backbone named ${name} on this machine yet: add it first, an estimate measures with it.`;
    throw new HubError('BACKBONE_UNAVAILABLE', message, { name });
  }

  /** Runs that this machine has finished with as many cores as it has now, the newest first. */
  async #measuredRuns(): Promise<MeasuredRun[]> {
    const rows = await this.parts.prisma.run.findMany({
      where: {
        state: 'SUCCEEDED',
        AND: [
          { environment: { path: ['host', 'name'], equals: hostname() } },
          { engine: { path: ['threads'], equals: availableParallelism() } },
        ],
      },
      include: {
        datasetVersion: { include: { dataset: true } },
        backbone: { select: { architecture: true } },
        epochs: { select: { seconds: true } },
      },
      orderBy: { id: 'desc' },
      take: RUNS,
    });
    return rows.flatMap(({ id, backbone, timings, computedPictures, epochs, peakMemoryBytes, ...row }) => {
      if (!backbone || computedPictures === null) return []; // its epochs computed features as well
      const { features, evaluation } = timings as unknown as RunSeconds;
      return {
        id,
        size: sizeOf(recipeSchema.parse(row.recipe), row.datasetVersion, backbone.architecture),
        computedPictures,
        featureSeconds: features,
        evaluationSeconds: evaluation,
        epochSeconds: epochs.reduce((sum, { seconds }) => sum + seconds, 0) / epochs.length,
        peakMemoryBytes: Number(peakMemoryBytes),
      };
    });
  }

  /** Measures once, in a worker; what failed is measured again when it is asked for again. */
  #calibrate(job: Job): Promise<Calibration> {
    const { imageSize, splitLayer, batchSize, hiddenUnits } = job.recipe;
    const key = [job.manifestBlob, job.backboneBlob, imageSize, splitLayer, batchSize, hiddenUnits].join();
    const measured = this.#calibrations.get(key) ?? this.#oneAtATime(() => this.#measure(job));
    this.#calibrations.set(key, measured);
    measured.catch(() => this.#calibrations.delete(key));
    return measured;
  }

  async #measure(job: Job): Promise<Calibration> {
    const worker = this.parts.startCalibration(job);
    this.#worker = worker;
    worker.errors.resume();
    for await (const event of worker.events) {
      if (event.type === 'finished') return event.calibration;
      if (event.type === 'failed') throw new HubError('WORKER_DIED', `Measuring failed: ${event.message}`);
    }
    throw new HubError('WORKER_DIED', 'Measuring was interrupted.');
  }
}

/** What decides how long a run takes. */
function sizeOf(recipe: Recipe, version: VersionRow, architecture: string): RunSize {
  const { classes, splits } = toDatasetVersion(version);
  const [train = 0, validation = 0, test = 0] = splits.map(({ images }) => images);
  const held = recipe.validation === 'TEST_SPLIT' || validation > 0 ? 0 : Math.round(train * recipe.validationFraction);
  return {
    ...{ architecture, recipe, classes: classes.length, test },
    train: train - held,
    validation: recipe.validation === 'TEST_SPLIT' ? test : validation || held,
  };
}

function answer(
  { featureSeconds, trainingSeconds, evaluationSeconds, memoryBytes, runs }: ReturnType<typeof estimateFromCalibration>,
  facts: Pick<RunEstimateType, 'pictures' | 'cachedPictures' | 'computedInEveryEpoch' | 'basis' | 'calibrationSeconds'>,
): RunEstimateType {
  const seconds = featureSeconds + trainingSeconds + evaluationSeconds;
  return { seconds, featureSeconds, trainingSeconds, evaluationSeconds, memoryBytes, runs: [...runs], ...facts };
}
