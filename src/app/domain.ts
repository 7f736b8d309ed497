import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { Processes } from '../cluster/processes.js';
import { photoMemory } from '../config.js';
import { DATASET_BOUNDS } from '../datasets/bounds.js';
import { AuditService } from '../domain/audit/audit-service.js';
import { AugmentationService } from '../domain/dataset/augmentation-service.js';
import { DatasetContents } from '../domain/dataset/dataset-contents.js';
import { DatasetService } from '../domain/dataset/dataset-service.js';
import { DatasetVersionService } from '../domain/dataset/dataset-version-service.js';
import { DatasetVersionWriter } from '../domain/dataset/dataset-version-writer.js';
import { IngestionService } from '../domain/dataset/ingestion-service.js';
import { Ingestions } from '../domain/dataset/ingestions.js';
import { SharedIngestions } from '../domain/dataset/shared-ingestions.js';
import { Downloads } from '../domain/downloads.js';
import { ExaminationService } from '../domain/examination/examination-service.js';
import { CalibrationService } from '../domain/model/calibration-service.js';
import { ExportService } from '../domain/model/export-service.js';
import { ImportHandler } from '../domain/model/import-handler.js';
import { ImportService } from '../domain/model/import-service.js';
import { ModelArchiveService } from '../domain/model/model-archive-service.js';
import { ModelDeletionService } from '../domain/model/model-deletion-service.js';
import { ModelService } from '../domain/model/model-service.js';
import { ModelSettingsService } from '../domain/model/model-settings-service.js';
import { PrecisionService } from '../domain/model/precision-service.js';
import { ReferenceAnswers } from '../domain/model/reference-answers.js';
import { calibrateHandler, quantizeHandler } from '../domain/model/version-handler.js';
import { VersionLoaders } from '../domain/model/version-loaders.js';
import { VersionRegistry } from '../domain/model/version-registry.js';
import { NamesLike } from '../domain/names-like.js';
import { Pictures } from '../domain/pictures.js';
import { DriftedTraffic } from '../domain/prediction/drifted-traffic.js';
import { FeedbackService } from '../domain/prediction/feedback-service.js';
import { JudgedPhotosService } from '../domain/prediction/judged-photos-service.js';
import { PhotoDeletionService } from '../domain/prediction/photo-deletion-service.js';
import { PhotosToJudge } from '../domain/prediction/photos-to-judge.js';
import { PredictionService } from '../domain/prediction/prediction-service.js';
import { ReviewService } from '../domain/prediction/review-service.js';
import { PredictHandler } from '../domain/prediction-job/predict-handler.js';
import { PredictionJobService } from '../domain/prediction-job/prediction-job-service.js';
import { PredictionResults } from '../domain/prediction-job/prediction-results.js';
import { PredictionSources } from '../domain/prediction-job/prediction-source.js';
import { AliasDeployer } from '../domain/promotion/alias-deployer.js';
import { AliasRemovalService } from '../domain/promotion/alias-removal-service.js';
import { PromotionRequestService } from '../domain/promotion/promotion-request-service.js';
import { PromotionService } from '../domain/promotion/promotion-service.js';
import { Replicas } from '../domain/promotion/replicas.js';
import { RetrainHandler } from '../domain/retraining/retrain-handler.js';
import { RuleService } from '../domain/retraining/rule-service.js';
import { RolloutEvidenceService } from '../domain/rollout/rollout-evidence-service.js';
import { RolloutService } from '../domain/rollout/rollout-service.js';
import { EvaluationService } from '../domain/run/evaluation-service.js';
import { ProvenanceService } from '../domain/run/provenance-service.js';
import { RunGroups } from '../domain/run/run-groups.js';
import { RunList } from '../domain/run/run-list.js';
import { RunLoaders } from '../domain/run/run-loaders.js';
import { SampleService } from '../domain/sample/sample-service.js';
import { ShortIds } from '../domain/short-ids.js';
import { SimilarImagesService } from '../domain/similar/similar-images-service.js';
import { SliceAccuracies } from '../domain/slice/slice-accuracies.js';
import { SliceService } from '../domain/slice/slice-service.js';
import { SweepImportances } from '../domain/sweep/sweep-importance.js';
import { SweepService } from '../domain/sweep/sweep-service.js';
import { DeliverHandler } from '../domain/webhook/deliver-handler.js';
import { WebhookService } from '../domain/webhook/webhook-service.js';
import { UpkeepHandler } from '../jobs/upkeep-handler.js';
import { BOUNDS } from '../limits.js';
import { purgeDeleted } from '../maintenance/purge-deleted.js';
import type { Services } from '../schema/resolvers.js';
import { BucketDownloads } from '../storage/bucket-downloads.js';
import { createFetch, type Fetch } from '../storage/fetch.js';
import { createPost } from '../storage/post.js';
import { isBucket } from '../storage/shared-objects.js';
import { SearchThread } from '../training/search-thread.js';
import type { Jobs } from './jobs.js';
import { keepUp } from './keep-up.js';
import { SAMPLES } from './packaged.js';
import type { Serving } from './serve.js';
import type { Setup } from './setup.js';
import type { Shared } from './shared.js';
import type { Storage } from './storage.js';
import type { Training } from './train.js';

/** Milliseconds for which a blob in a bucket can be restored after its deletion. */
const RESTORABLE_MS = 24 * 3_600_000;

/** The hub's services, and the work that it starts once it listens. */
export interface Domain extends Services {
  readonly exports: ExportService;
  readonly predictionResults: PredictionResults;
  /** Loads every version that serves, and continues rollouts and the prediction log, in a process that serves. */
  deploy(): Promise<void>;
  /** Starts background work: runs, sweeps, imports, calibrations, quantizations, webhook messages. */
  startWork(): Promise<void>;
}

interface Opened {
  readonly setup: Setup;
  readonly storage: Storage;
  readonly shared: Shared;
  readonly processes: Processes;
  readonly serving: Serving;
  readonly training: Training;
  readonly jobs: Jobs;
}

export function openDomain(opened: Opened): Domain {
  const { storage, shared, serving, training } = opened;
  const { prisma, blobs } = storage;
  const { tokens, quotas, changes } = shared;
  const deliver = openWebhooks(opened);
  const pictures = new Pictures(() => serving.answerer.waiting > 0);
  const datasets = openDatasets(opened, pictures);
  const { predict, ...predictions } = openPredictions(opened, datasets.fetch);
  const { handlers, ...models } = openModels(opened, datasets, pictures);
  const { rules, retrain } = openRetraining(opened, models);
  const drifted = new DriftedTraffic(models.predictions);
  const reviews = new ReviewService(prisma, serving.predictionLog, predictions.feedback, drifted);
  const { queue, runner } = opened.jobs;
  const chores = {
    predictions: (signal: AbortSignal) => serving.predictionLog.clear({ signal }),
    deliveries: () => deliver.deleteOld(),
    deletedFiles: () => purgeDeleted(prisma, blobs, new Date(Date.now() - RESTORABLE_MS)),
    downloads: async () => bucketDownloads(storage)?.deleteOld(),
  };
  const upkeep = new UpkeepHandler(chores, opened.setup.log);
  return {
    answerer: serving.answerer,
    audit: new AuditService(prisma),
    augmentation: datasets.augmentation,
    backbones: training.backbones,
    datasets: new DatasetService(prisma, changes),
    datasetVersions: datasets.versions,
    deployments: serving.deployments,
    estimates: training.estimates,
    embeddings: training.embeddings,
    examinations: openExaminations(opened, datasets),
    evaluations: new EvaluationService(prisma, blobs, datasets.contents),
    ids: new ShortIds(prisma),
    names: new NamesLike(prisma),
    ingestion: datasets.ingestion,
    ingestions: datasets.ingestions,
    provenance: new ProvenanceService(prisma, blobs, training.runs),
    quotas,
    rules,
    rateLimit: shared.rateLimit,
    runGroups: new RunGroups(prisma),
    runList: new RunList(prisma),
    runLoaders: new RunLoaders(prisma),
    reviews,
    runs: training.runs,
    photoDeletion: new PhotoDeletionService({ ...datasets, prisma, blobs, log: serving.predictionLog }),
    pipelines: training.pipelines,
    processes: opened.processes,
    samples: new SampleService(SAMPLES),
    slices: new SliceService(prisma, changes, datasets.contents),
    similarImages: openSimilarImages(opened, datasets),
    sweepImportances: new SweepImportances(),
    sweeps: new SweepService(prisma, queue, runner, shared.notices, quotas, training.backbones),
    tokens,
    versionLoaders: new VersionLoaders(prisma),
    webhooks: new WebhookService(prisma, shared.outbox),
    ...models,
    ...predictions,
    startWork: () => runner.start(queue, { ...training.handlers, ...handlers, predict, deliver, retrain, upkeep }),
  };
}

function openPredictions({ setup, storage, shared, serving, jobs }: Opened, fetch: Fetch) {
  const { prisma, blobs, blobPlace, folder, isShared } = storage;
  const { allowed, notices, changes, quotas } = shared;
  const { temporary } = folder;
  const { predictionLog } = serving;
  const photosToJudge = new PhotosToJudge(prisma, blobs, predictionLog);
  const feedback = new FeedbackService(prisma, predictionLog);
  const maxPhotoMemory = photoMemory(setup.config);
  const sources = new PredictionSources({ prisma, blobs, quotas, allowed, fetch, isShared });
  return {
    feedback,
    predict: new PredictHandler({ prisma, blobs, blobPlace, temporary, maxPhotoMemory, changes, photosToJudge }),
    predictionJobs: new PredictionJobService({ ...jobs, prisma, blobs, sources, notices, changes }),
    predictionResults: new PredictionResults(prisma, blobs, openDownloads(setup, storage)),
  };
}

/** Files that are made for clients, who take them from the bucket if there is one. */
function openDownloads({ config }: Setup, storage: Storage): Downloads {
  return new Downloads(storage.folder.temporary, config.downloads === 'bucket' ? bucketDownloads(storage) : null);
}

function openWebhooks({ setup, storage }: Opened): DeliverHandler {
  const { config, parts, log } = setup;
  const post = createPost({ allowPrivate: config.allowPrivateUrls, ca: parts.trusted });
  return new DeliverHandler({ prisma: storage.prisma, post, log, retryDelays: parts.retryDelays });
}

function openDatasets({ setup, storage, shared, processes }: Opened, pictures: Pictures) {
  const { config, parts, closing } = setup;
  const { prisma, blobs, folder } = storage;
  const { allowed, notices, changes, quotas } = shared;
  const contents = new DatasetContents(prisma, blobs);
  closing.add(() => contents.close());
  const writer = new DatasetVersionWriter(prisma, blobs, changes);
  const ingestions = new Ingestions(
    changes,
    storage.isShared ? new SharedIngestions(prisma, notices, processes) : null,
  );
  const reach = { allowPrivate: config.allowPrivateUrls, ca: parts.trusted };
  const fetch = createFetch({ ...reach, limit: BOUNDS.upload.value });
  const { temporary } = folder;
  const bounds = { ...DATASET_BOUNDS, maxPhotoMemory: photoMemory(config) };
  const ingestion = new IngestionService({ blobs, writer, ingestions, allowed, quotas, fetch, temporary, bounds });
  return {
    contents,
    writer,
    fetch,
    ingestion,
    ingestions,
    augmentation: new AugmentationService(contents, pictures),
    versions: new DatasetVersionService({ prisma, blobs, contents, writer, pictures }),
  };
}

type Datasets = ReturnType<typeof openDatasets>;

function openExaminations({ storage, shared, training, jobs }: Opened, { contents, versions }: Datasets) {
  const { prisma, blobs } = storage;
  const { notices, changes } = shared;
  const { backbones } = training;
  return new ExaminationService({ ...jobs, prisma, blobs, contents, versions, backbones, notices, changes });
}

function openSimilarImages(
  { setup, storage, serving, training }: Opened,
  { contents }: Datasets,
): SimilarImagesService {
  const { prisma, blobs, blobPlace } = storage;
  const search = new SearchThread({ blobPlace, threads: availableParallelism() });
  setup.closing.add(() => search.close());
  return new SimilarImagesService({
    prisma,
    blobs,
    cache: training.cache,
    contents,
    log: serving.predictionLog,
    search,
  });
}

function openModels(
  { setup, storage, shared, processes, serving, training, jobs }: Opened,
  { contents, writer }: Pick<Datasets, 'contents' | 'writer'>,
  pictures: Pictures,
) {
  const { config, log, closing } = setup;
  const { prisma, blobs, blobPlace } = storage;
  const { allowed, notices, changes, outbox, quotas } = shared;
  const { loaded, deployments, predictionLog } = serving;
  const replicas = new Replicas(prisma, processes, notices, log);
  const slices = new SliceAccuracies(prisma, blobs, contents);
  const aliasParts = { prisma, contents, slices, deployments, replicas, outbox, changes, oneMove: pLimit(1), log };
  const promotions = new PromotionService(aliasParts);
  const deployer = new AliasDeployer(aliasParts);
  const rollouts = new RolloutService({
    ...{ prisma, loaded, deployments, rollouts: serving.rollouts },
    ...{ promotions, processes, notices, changes, log },
  });
  closing.add(() => rollouts.close());
  const precisions = new PrecisionService(prisma, blobs, deployer, changes, config.int8Margin);
  const calibrations = new CalibrationService(prisma, blobs, changes, config);
  const onVersions = { prisma, blobPlace };
  const { queue, runner } = jobs;
  const registry = new VersionRegistry(prisma, new ReferenceAnswers(contents, loaded), queue, outbox, changes);
  const handlers = {
    calibrate: calibrateHandler(onVersions, calibrations, config.falseAlarmRate),
    quantize: quantizeHandler(onVersions, precisions),
    import: new ImportHandler({ ...onVersions, blobs, backbones: training.backbones, registry }),
  };
  const modelSettings = new ModelSettingsService(prisma, changes);
  return {
    aliasRemovals: new AliasRemovalService(aliasParts),
    exports: new ExportService({ ...onVersions, runner, downloads: openDownloads(setup, storage) }),
    imports: new ImportService(prisma, blobs, allowed, quotas, queue),
    models: new ModelService(prisma, registry),
    modelArchive: new ModelArchiveService(prisma, outbox, changes),
    modelDeletion: new ModelDeletionService({
      ...{ prisma, queue, deployments, predictionLog, outbox, changes },
      runBlobs: training.runBlobs,
    }),
    modelSettings,
    precisions,
    judgedPhotos: new JudgedPhotosService({ prisma, blobs, contents, writer, log: predictionLog }),
    predictions: new PredictionService(prisma, blobs, predictionLog, modelSettings, pictures),
    promotionRequests: new PromotionRequestService(prisma, promotions),
    promotions,
    replicas,
    rollouts,
    rolloutEvidence: new RolloutEvidenceService(prisma, predictionLog),
    handlers,
    async deploy() {
      if (config.roles.has('api')) await Promise.all([precisions.recover(storage.isShared), calibrations.recover()]);
      if (deployments.serves) {
        await deployer.deployAll();
        await rollouts.reconcile();
      } else if (!config.roles.has('api')) return;
      await predictionLog.start();
      const follow = async (model?: string): Promise<void> => {
        if (!deployments.serves) return;
        await deployer.reconcile(model);
        await rollouts.reconcile();
      };
      if (storage.isShared) closing.add(keepUp({ notices, follow, predictionLog, log }));
    },
  };
}

function openRetraining(
  { setup, storage, shared, training, jobs }: Opened,
  models: Pick<Services, 'judgedPhotos' | 'models' | 'predictions' | 'promotions' | 'promotionRequests'>,
) {
  const { prisma } = storage;
  const { changes } = shared;
  const { judgedPhotos, predictions, promotions, promotionRequests: requests } = models;
  const { backbones, runs } = training;
  const rules = new RuleService({ prisma, queue: jobs.queue, changes, predictions, backbones, runs });
  const retrain = new RetrainHandler({
    ...{ prisma, rules, judgedPhotos, promotions, requests, changes },
    ...{ pipelines: training.pipelines, models: models.models },
    ...{ log: setup.log, interval: setup.parts.ruleInterval },
  });
  return { rules, retrain };
}

function bucketDownloads({ blobPlace: { shared } }: Storage): BucketDownloads | null {
  return shared && isBucket(shared.url) ? new BucketDownloads(shared.url) : null;
}
