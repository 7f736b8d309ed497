import 'reflect-metadata'; // type-graphql asks for it before the first decorated class
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { readCodeVersion } from '../code-version.js';
import type { Config } from '../config.js';
import { AllowedFolders } from '../domain/allowed-folders.js';
import { AuditService } from '../domain/audit/audit-service.js';
import { BackboneService } from '../domain/backbone/backbone-service.js';
import { IMAGENET_FILE } from '../domain/backbone/published-backbones.js';
import { ChangeNotices } from '../domain/change/change-notices.js';
import { ClassificationService } from '../domain/classification/classification-service.js';
import { DatasetContents } from '../domain/dataset/dataset-contents.js';
import { DatasetService } from '../domain/dataset/dataset-service.js';
import { DatasetVersionService } from '../domain/dataset/dataset-version-service.js';
import { VersionWriter } from '../domain/dataset/dataset-version-writer.js';
import { RegistrationService } from '../domain/dataset/ingestion-service.js';
import { Registrations } from '../domain/dataset/ingestions.js';
import { EstimateService } from '../domain/estimate/estimate-service.js';
import { CalibrationService } from '../domain/model/calibration-service.js';
import { calibrationWork } from '../domain/model/calibration-work.js';
import { ExportService } from '../domain/model/export-service.js';
import { ImportService } from '../domain/model/import-service.js';
import { ImportWork } from '../domain/model/import-work.js';
import { ModelService } from '../domain/model/model-service.js';
import { ModelSettingsService } from '../domain/model/model-settings-service.js';
import { findServedVersion } from '../domain/model/model-version-row.js';
import { PrecisionService } from '../domain/model/precision-service.js';
import { quantizationWork } from '../domain/model/quantization-work.js';
import { RecordedAnswers } from '../domain/model/reference-answers.js';
import { VersionRegistry } from '../domain/model/version-registry.js';
import { PredictionLog } from '../domain/prediction/prediction-log.js';
import { PredictionService } from '../domain/prediction/prediction-service.js';
import { PromotionRequestService } from '../domain/promotion/promotion-request-service.js';
import { PromotionService } from '../domain/promotion/promotion-service.js';
import { Limits } from '../domain/quota/quotas.js';
import { TrialService } from '../domain/rollout/rollout-service.js';
import { FeatureCache } from '../domain/run/feature-cache.js';
import { RunRecordService } from '../domain/run/provenance-service.js';
import { RunBlobs } from '../domain/run/run-blobs.js';
import { readRunFigures } from '../domain/run/run-figures.js';
import { RunJournal } from '../domain/run/run-journal.js';
import { RunList } from '../domain/run/run-list.js';
import { RunLoaders } from '../domain/run/run-loaders.js';
import { RunQueue } from '../domain/run/run-queue.js';
import { RunService } from '../domain/run/run-service.js';
import { RunStates } from '../domain/run/run-states.js';
import { SampleService } from '../domain/sample/sample-service.js';
import { SweepQueue } from '../domain/sweep/sweep-queue.js';
import { SweepService } from '../domain/sweep/sweep-service.js';
import { TokenService } from '../domain/token/token-service.js';
import { WebhookOutbox } from '../domain/webhook/webhook-outbox.js';
import { RETRY_DELAYS, WebhookSender } from '../domain/webhook/webhook-sender.js';
import { WebhookService } from '../domain/webhook/webhook-service.js';
import { NETWORK_COMPILER_ENTRY, NetworkCompiler } from '../engines/network-compiler.js';
import { NETWORK_THREAD_ENTRY, NetworkThread } from '../engines/network-thread.js';
import { bytesPerCall } from '../engines/onnx/training/pass-size.js';
import { findComputer } from '../engines/open-engine.js';
import { startHttp } from '../http/server.js';
import {
  startCalibration,
  startExport,
  startImport,
  startQuantization,
  startSweepWorker,
  startTrust,
  startWorker,
  WORKER_ENTRY,
} from '../jobs/worker-process.js';
import { WorkerQueue } from '../jobs/worker-queue.js';
import { BackupService } from '../maintenance/backup-service.js';
import { Metrics } from '../metrics/metrics.js';
import { AuditResolver } from '../schema/audit/audit.resolver.js';
import { BackboneResolver } from '../schema/backbone/backbone.resolver.js';
import { ChangeResolver } from '../schema/change/change.resolver.js';
import { ClassificationResolver } from '../schema/classification/classification.resolver.js';
import { DatasetResolver } from '../schema/dataset/dataset.resolver.js';
import { DatasetImageResolver, DatasetVersionResolver } from '../schema/dataset/dataset-version.resolver.js';
import { EstimateResolver } from '../schema/estimate/estimate.resolver.js';
import { ImportResolver } from '../schema/model/import.resolver.js';
import { ModelFields } from '../schema/model/model.fields.js';
import { ModelResolver } from '../schema/model/model.resolver.js';
import { PrecisionResolver } from '../schema/model/precision.resolver.js';
import { PredictionLogResolver, PredictionResolver } from '../schema/prediction/prediction.resolver.js';
import { PromotionResolver } from '../schema/promotion/promotion.resolver.js';
import { LimitsResolver } from '../schema/quota/quota.resolver.js';
import { RecipeResolver } from '../schema/recipe/recipe.resolver.js';
import { TrialResolver } from '../schema/rollout/rollout.resolver.js';
import { RunRecordResolver, TestPredictionResolver } from '../schema/run/provenance.resolver.js';
import { RunFields } from '../schema/run/run.fields.js';
import { RunResolver } from '../schema/run/run.resolver.js';
import { SampleResolver } from '../schema/sample/sample.resolver.js';
import { buildHubSchema } from '../schema/schema.js';
import { SweepResolver } from '../schema/sweep/sweep.resolver.js';
import { TokenResolver } from '../schema/token/token.resolver.js';
import { UPLOAD_LIMITS } from '../schema/upload.js';
import { WebhookResolver } from '../schema/webhook/webhook.resolver.js';
import { Classifier } from '../serving/classifier.js';
import { Deployments } from '../serving/deployments.js';
import { LoadedVersions } from '../serving/loaded-versions.js';
import { logServing } from '../serving/log-serving.js';
import { lanesOn } from '../serving/network-lanes.js';
import { Trials } from '../serving/rollouts.js';
import type { ServedVersion } from '../serving/served-version.js';
import { openDataFolder } from '../storage/data-folder.js';
import { openDatabase } from '../storage/database.js';
import type { RemoteFile } from '../storage/download.js';
import { createFetch } from '../storage/fetch.js';
import { FileBlobStore } from '../storage/file-blobs.js';
import { createPost } from '../storage/post.js';

/** Where the package lies, from the sources as from the compiled files. */
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
export const SAMPLES = join(PACKAGE, 'samples');

/** What a test may put in place of what the package brings. */
export interface Parts {
  readonly bundledBackbone: string;
  readonly imagenet: RemoteFile;
  readonly workerEntry: string;
  readonly networkThreadEntry: URL;
  readonly networkCompilerEntry: string;
  /** Milliseconds between attempts to send a message to a webhook. */
  readonly retryDelays: readonly number[];
  /** A certificate to trust besides the usual ones, as PEM. */
  readonly trusted?: string;
}

const PACKAGED: Parts = {
  bundledBackbone: join(PACKAGE, 'backbones', 'inception_v3_tiny_imagenet.safetensors'),
  imagenet: IMAGENET_FILE,
  workerEntry: WORKER_ENTRY,
  networkThreadEntry: NETWORK_THREAD_ENTRY,
  networkCompilerEntry: NETWORK_COMPILER_ENTRY,
  retryDelays: RETRY_DELAYS,
};

/** A running hub. */
export interface Hub {
  readonly url: string;
  /** The first token, which lies in the data folder too. */
  readonly token: string;
  /** Resolves when everything that should serve is loaded. */
  readonly ready: Promise<void>;
  /** Stops taking requests, ends what runs at a place from which it can go on, and closes the data. */
  close(): Promise<void>;
}

/** Puts the hub together: the only place that knows every part. */
export async function startHub(config: Config, log: Logger, replaced: Partial<Parts> = {}): Promise<Hub> {
  const { bundledBackbone, imagenet, trusted, retryDelays, ...entries } = { ...PACKAGED, ...replaced };
  const { workerEntry, networkThreadEntry, networkCompilerEntry } = entries;
  const closing: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    // storage
    const folder = await openDataFolder(resolve(config.data));
    closing.push(() => folder.close());
    const { databaseUrl } = config;
    const database = await openDatabase({ folder: folder.database, ...(databaseUrl ? { url: databaseUrl } : {}) });
    closing.push(() => database.close());
    const prisma = database.client;
    const blobs = new FileBlobStore(folder.blobs);

    // engine and serving
    const compute = { engine: config.engine, device: config.device };
    const computer = await findComputer(compute);
    const cores = availableParallelism();
    const startThread = (threads: number = cores): NetworkThread =>
      new NetworkThread({ blobFolder: folder.blobs, threads, yields: true }, networkThreadEntry);
    const compiler = new NetworkCompiler(folder.blobs, folder.temporary, networkCompilerEntry);
    const inMemory = new LoadedVersions(compiler, startThread, lanesOn(cores), blobs);
    closing.push(() => inMemory.close());
    const find = (model: string, number: number): Promise<ServedVersion> => findServedVersion(prisma, model, number);
    const deployments = new Deployments(inMemory, find, config.servingVersions);
    const trying = new Trials(deployments);
    const classifier = new Classifier(config, trying);
    logServing(classifier, inMemory, log);

    // schema
    const allowed = new AllowedFolders([SAMPLES, ...config.allow]);
    const limits = new Limits(config, prisma, folder.path);
    const tokens = new TokenService(prisma, join(folder.path, 'token'));
    const token = await tokens.ensureFirst();
    const contents = new DatasetContents(prisma, blobs);
    closing.push(() => contents.close());
    const changes = new ChangeNotices();
    const writer = new VersionWriter(prisma, blobs, changes);
    const registrations = new Registrations(changes);
    const reach = { allowPrivate: config.allowPrivateUrls, ca: trusted };
    const fetch = createFetch({ ...reach, limit: UPLOAD_LIMITS.maxFileSize });
    const outbox = new WebhookOutbox();
    const webhooks = new WebhookSender({ prisma, outbox, post: createPost(reach), log, retryDelays });
    closing.push(() => webhooks.close());
    const { temporary } = folder;
    const registration = new RegistrationService({ blobs, writer, registrations, allowed, limits, fetch, temporary });
    const versions = new DatasetVersionService({ prisma, blobs, contents, writer });
    const downloads = join(folder.path, 'downloads');
    const backbones = new BackboneService(prisma, blobs, allowed, { bundled: bundledBackbone, imagenet, downloads });
    const journal = new RunJournal(prisma, changes, outbox);
    const states = new RunStates(prisma, journal);
    const runBlobs = new RunBlobs(prisma, blobs);
    const cache = new FeatureCache(prisma, blobs, config.featureCache * 1e9, computer);
    const turn = pLimit(1);
    const queue = new RunQueue({
      prisma,
      runBlobs,
      blobFolder: folder.blobs,
      backbones,
      cache,
      journal,
      states,
      code: readCodeVersion(PACKAGE),
      log,
      startWorker: (job) => startWorker({ ...job, compute }, workerEntry),
      turn,
    });
    const runs = new RunService(prisma, queue, states, journal, runBlobs, limits, changes);
    const sweeps = new SweepQueue({
      prisma,
      blobFolder: folder.blobs,
      backbones,
      cache,
      runs,
      log,
      startSweepWorker: (job) => startSweepWorker({ ...job, compute }, workerEntry),
      turn,
    });
    const estimates = new EstimateService({
      prisma,
      blobFolder: folder.blobs,
      backbones,
      cache,
      bytesPerCall,
      computer,
      startCalibration: (job) => startCalibration({ ...job, compute }, workerEntry),
    });
    closing.push(async () => estimates.close());
    const promotions = new PromotionService(prisma, deployments, outbox, changes, log);
    const trials = new TrialService({ prisma, deployments, trials: trying, promotions, changes, log });
    closing.push(() => trials.close());
    const precisions = new PrecisionService(prisma, blobs, promotions, changes, config.int8Margin);
    const calibrations = new CalibrationService(prisma, blobs, promotions, changes);
    const onVersions = { prisma, blobFolder: folder.blobs };
    const queueParts = { log, turn };
    const calibrating = calibrationWork({
      ...onVersions,
      calibrations,
      startTrust: (job) => startTrust(job, workerEntry),
      falseAlarmRate: config.falseAlarmRate,
    });
    const quantizing = quantizationWork({
      ...onVersions,
      precisions,
      startQuantization: (job) => startQuantization(job, workerEntry),
    });
    const versionQueues = [new WorkerQueue(calibrating, queueParts), new WorkerQueue(quantizing, queueParts)];
    const recorded = new RecordedAnswers(contents, deployments);
    const registry = new VersionRegistry(prisma, recorded, versionQueues, outbox, changes);
    const models = new ModelService(prisma, registry);
    const importing = new ImportWork({
      ...onVersions,
      blobs,
      backbones,
      registry,
      startImport: (job) => startImport(job, workerEntry),
    });
    const imports = new WorkerQueue(importing, queueParts);
    const queues = [queue, sweeps, ...versionQueues, imports];
    // At the same time: one that waits for its turn must not wait for the work of another that is to end as well.
    closing.push(async () => void (await Promise.all(queues.map((one) => one.close()))));
    const exports = new ExportService({
      prisma,
      blobFolder: folder.blobs,
      temporary,
      startExport: (job) => startExport(job, workerEntry),
      log,
    });
    closing.push(async () => exports.close());
    const settings = new ModelSettingsService(prisma, changes);
    const predictionLog = new PredictionLog(prisma, blobs, log);
    closing.push(() => predictionLog.close());
    const predictions = new PredictionService(prisma, blobs, predictionLog, settings);
    const classifications = new ClassificationService(classifier, predictionLog);
    const runLoaders = new RunLoaders(prisma);
    const schema = buildHubSchema([
      new DatasetResolver(new DatasetService(prisma, changes), registration, registrations),
      new DatasetVersionResolver(versions),
      new DatasetImageResolver(versions),
      new BackboneResolver(backbones),
      new RunResolver(runs, new RunList(prisma)),
      new RunFields(runLoaders),
      new RecipeResolver(),
      new EstimateResolver(estimates),
      new SweepResolver(new SweepService(prisma, sweeps, limits)),
      new RunRecordResolver(new RunRecordService(prisma, blobs, runs)),
      new TestPredictionResolver(versions),
      new ModelResolver(models, settings, deployments),
      new ModelFields(runLoaders),
      new PrecisionResolver(precisions),
      new ImportResolver(new ImportService(prisma, blobs, allowed, limits, imports)),
      new ClassificationResolver(classifications),
      new ChangeResolver(),
      new SampleResolver(new SampleService(SAMPLES)),
      new TokenResolver(tokens),
      new PromotionResolver(promotions, new PromotionRequestService(prisma, promotions)),
      new TrialResolver(trials),
      new PredictionResolver(predictions),
      new PredictionLogResolver(predictions),
      new LimitsResolver(limits),
      new WebhookResolver(new WebhookService(prisma, outbox)),
      new AuditResolver(new AuditService(prisma)),
    ]);

    // http
    let loaded = false;
    const backups = new BackupService({ prisma, blobs, temporary });
    const subscribed = { changes, runs, registrations };
    const metrics = new Metrics({
      serving: {
        events: classifier.events,
        waiting: () => classifier.waiting,
        deployments: () => deployments.list(),
      },
      training: () => readRunFigures(prisma),
    });
    const http = await startHttp(
      {
        schema,
        subscribed,
        authentication: tokens,
        limits,
        classifications,
        classifier,
        deployments,
        exports,
        models,
        metrics,
        openMetrics: config.openMetrics,
        openBackup: () => backups.open(),
        isReady: () => loaded,
        page: join(PACKAGE, 'dist', 'web'),
        log,
      },
      config.host,
      config.port,
    );
    closing.push(() => http.close());
    const deployed = Promise.all([precisions.recover(), calibrations.recover()])
      .then(() => promotions.deployAll())
      .then(() => trials.recover())
      .then(() => predictionLog.start());
    const ready = deployed.then(async () => {
      loaded = true;
      for (const one of queues) one.wake();
      await webhooks.start();
    });
    closing.push(() => ready.catch(() => undefined));
    log.info({ url: http.url, data: folder.path, database: database.kind }, 'hub started');
    return { url: http.url, token, ready, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
