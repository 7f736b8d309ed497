import pLimit from 'p-limit';
import type { Computer } from '../../engines/open-engine.js';
import { HubError, shuttingDown } from '../../errors.js';
import type { startCalibration, WorkerProcess } from '../../jobs/worker-process.js';
import type { PrismaClient } from '../../storage/database.js';
import type { Calibration, Job } from '../../training/job.js';
import { firstTrainedLayerOf } from '../../training/recipe.js';
import type { RunCost } from '../../training/run-cost.js';
import { type BackboneService, TINY_IMAGENET } from '../backbone/backbone-service.js';
import type { FeatureCache } from '../run/feature-cache.js';
import { featuresOf } from '../run/run-features.js';
import { planFineTune, planTransfer, type RunPlan, type TransferRequest } from '../run/run-plan.js';
import { estimateFromCalibration, estimateFromRuns } from './estimate-model.js';
import { measuredRuns, sizeOf } from './measured-runs.js';
import type { RunEstimate } from './run-estimate.js';

export interface EstimateParts {
  readonly prisma: PrismaClient;
  readonly blobFolder: string;
  readonly backbones: BackboneService;
  readonly cache: FeatureCache;
  /** Bytes of the activations of one call, as the engine plans it. */
  readonly bytesPerCall: (spec: RunCost['spec']) => number;
  /** Who would compute. */
  readonly computer: Computer;
  readonly startCalibration: typeof startCalibration;
}

export class EstimateService {
  /** What was measured, by what it depends on. */
  readonly #calibrations = new Map<string, Promise<Calibration>>();
  readonly #oneAtATime = pLimit(1);
  #worker: WorkerProcess<unknown> | undefined;
  #closed = false;

  constructor(private readonly parts: EstimateParts) {}

  async transfer(request: TransferRequest): Promise<RunEstimate> {
    return this.#estimate(await planTransfer(this.parts.prisma, request));
  }

  async fineTune(parentRunId: string, overrides: Readonly<Record<string, unknown>>): Promise<RunEstimate> {
    return this.#estimate(await planFineTune(this.parts.prisma, parentRunId, overrides));
  }

  close(): void {
    this.#closed = true;
    this.#worker?.kill();
  }

  async #estimate({ recipe, datasetVersionId, backboneName, parentRunId }: RunPlan): Promise<RunEstimate> {
    const { prisma, blobFolder, cache, bytesPerCall, computer } = this.parts;
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
    const fromRuns = estimateFromRuns(await measuredRuns(prisma, computer), asked, bytesPerCall);
    if (fromRuns) return answer(fromRuns, { ...facts, basis: 'RUNS', calibrationSeconds: null });

    const parent = parentRunId === null ? null : await prisma.run.findUnique({ where: { id: parentRunId } });
    const calibration = await this.#calibrate({
      manifestBlob: version.manifestBlob,
      backboneBlob: backbone.sha256,
      parentBlob: parent?.weightsBlob ?? null,
      recipe,
      size: pictureSize,
      ...{ featureChunks: [], uncached: null, checkpointBlob: null, blobFolder },
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

  /** Measures once, in a worker; what failed is measured again when it is asked for again. */
  #calibrate(job: Job): Promise<Calibration> {
    const { imageSize, batchSize, hiddenUnits } = job.recipe;
    const firstTrainedLayer = firstTrainedLayerOf(job.recipe);
    const key = [job.manifestBlob, job.backboneBlob, imageSize, firstTrainedLayer, batchSize, hiddenUnits].join();
    const measured = this.#calibrations.get(key) ?? this.#oneAtATime(() => this.#measure(job));
    this.#calibrations.set(key, measured);
    measured.catch(() => this.#calibrations.delete(key));
    return measured;
  }

  async #measure(job: Job): Promise<Calibration> {
    if (this.#closed) throw shuttingDown();
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

function answer(
  { featureSeconds, trainingSeconds, evaluationSeconds, memoryBytes, runs }: ReturnType<typeof estimateFromCalibration>,
  facts: Pick<RunEstimate, 'pictures' | 'cachedPictures' | 'computedInEveryEpoch' | 'basis' | 'calibrationSeconds'>,
): RunEstimate {
  const seconds = featureSeconds + trainingSeconds + evaluationSeconds;
  return { seconds, featureSeconds, trainingSeconds, evaluationSeconds, memoryBytes, runs: [...runs], ...facts };
}
