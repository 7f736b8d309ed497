import { join } from 'node:path';
import type { Processes } from '../cluster/processes.js';
import { readCodeVersion } from '../code-version.js';
import { BackboneService } from '../domain/backbone/backbone-service.js';
import { EstimateService } from '../domain/estimate/estimate-service.js';
import { ExamineHandler } from '../domain/examination/examine-handler.js';
import { EmbeddingService } from '../domain/run/embedding-service.js';
import { computedBy, FeatureCache } from '../domain/run/feature-cache.js';
import { FeatureSharing } from '../domain/run/feature-sharing.js';
import { FeatureSlices } from '../domain/run/feature-slices.js';
import { FeaturesHandler } from '../domain/run/features-handler.js';
import { FollowingRuns } from '../domain/run/following-runs.js';
import { PipelineService } from '../domain/run/pipeline-service.js';
import { ReleaseHandler } from '../domain/run/release-handler.js';
import { RunBlobs } from '../domain/run/run-blobs.js';
import { RunJournal } from '../domain/run/run-journal.js';
import { RunService } from '../domain/run/run-service.js';
import { RunStates } from '../domain/run/run-states.js';
import { TrainHandler } from '../domain/run/train-handler.js';
import { SweepHandler } from '../domain/sweep/sweep-handler.js';
import { bytesPerCall } from '../engines/onnx/training/pass-size.js';
import { type Computer, findComputer, trainersOf } from '../engines/open-engine.js';
import { processorKind } from '../engines/processor-kind.js';
import type { JobHandlers } from '../jobs/job-handler.js';
import { PACKAGE_FOLDER } from '../package.js';
import type { Jobs } from './jobs.js';
import type { Setup } from './setup.js';
import type { Shared } from './shared.js';
import type { Storage } from './storage.js';

/** Services of training and of its estimates. */
export interface Training {
  readonly backbones: BackboneService;
  readonly cache: FeatureCache;
  readonly embeddings: EmbeddingService;
  readonly estimates: EstimateService;
  readonly runs: RunService;
  readonly pipelines: PipelineService;
  readonly runBlobs: RunBlobs;
  readonly handlers: Pick<JobHandlers, 'features' | 'train' | 'sweep' | 'examine' | 'release'>;
}

interface Opened {
  readonly setup: Setup;
  readonly storage: Storage;
  readonly shared: Shared;
  readonly jobs: Jobs;
  readonly processes: Processes;
  readonly trainers: Trainers;
}

/** What the workers of this process compute with. */
export interface Trainers {
  readonly computer: Computer;
  /** Kind of the processor, where processes on other machines share cached features. */
  readonly processor: string | null;
}

export async function findTrainers({ config }: Setup, { isShared }: Storage): Promise<Trainers> {
  const computer = await findComputer({ engine: config.engine, device: config.device });
  return { computer, processor: isShared ? processorKind() : null };
}

export function openTraining({ setup, storage, shared, jobs, processes, trainers }: Opened): Training {
  const { config, parts, log } = setup;
  const { queue, runner } = jobs;
  const { computer, processor } = trainers;
  const { folder, prisma, blobs, blobPlace } = storage;
  const { notices, changes, quotas, outbox } = shared;
  const compute = { engine: config.engine, device: config.device, speedsFile: folder.speeds };
  const files = {
    bundled: parts.bundledBackbones,
    imagenet: parts.imagenet,
    downloads: join(folder.path, 'downloads'),
    temporary: folder.temporary,
  };
  const backbones = new BackboneService(prisma, blobs, shared.allowed, quotas, files);
  const cache = new FeatureCache(prisma, blobs, config.featureCache * 1e9, computer, processor);
  const journal = new RunJournal(prisma, notices, changes, outbox);
  const slices = new FeatureSlices(prisma, queue, notices);
  const states = new RunStates(prisma, journal, new FollowingRuns(queue, journal), slices);
  const sharing = new FeatureSharing({
    ...{ processes, computer: computedBy(computer, processor) },
    seconds: config.shareFeatures,
  });
  const runBlobs = new RunBlobs(prisma, blobs);
  const work = { prisma, blobPlace, backbones, cache, compute };
  const runs = new RunService({
    ...{ prisma, queue, runner, notices, states, journal },
    ...{ runBlobs, quotas, backbones, changes },
  });
  const pipelines = new PipelineService({ prisma, queue, runs, quotas, backbones, changes });
  const code = readCodeVersion(PACKAGE_FOLDER);
  return {
    backbones,
    cache,
    embeddings: new EmbeddingService({ prisma, blobs, blobPlace, cache, runner }),
    estimates: new EstimateService({
      ...{ ...work, bytesPerCall, runner },
      trainers: trainersOf(compute, computer),
      threads: config.workerThreads,
    }),
    runs,
    pipelines,
    runBlobs,
    handlers: {
      features: new FeaturesHandler({ ...work, slices, journal, states }),
      train: new TrainHandler({ ...work, slices, sharing, runBlobs, journal, states, code }),
      sweep: new SweepHandler({ ...work, runs, changes }),
      examine: new ExamineHandler({ ...work, changes }),
      release: new ReleaseHandler(runBlobs, log),
    },
  };
}
