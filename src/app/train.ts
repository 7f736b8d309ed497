import { join } from 'node:path';
import { readCodeVersion } from '../code-version.js';
import { BackboneService } from '../domain/backbone/backbone-service.js';
import { EstimateService } from '../domain/estimate/estimate-service.js';
import { FeatureCache } from '../domain/run/feature-cache.js';
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
import { findComputer } from '../engines/open-engine.js';
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
  readonly estimates: EstimateService;
  readonly runs: RunService;
  readonly pipelines: PipelineService;
  readonly runBlobs: RunBlobs;
  readonly handlers: Pick<JobHandlers, 'train' | 'sweep' | 'release'>;
}

export async function openTraining(
  setup: Setup,
  storage: Storage,
  shared: Shared,
  { queue, runner }: Jobs,
): Promise<Training> {
  const { config, parts, log } = setup;
  const { folder, prisma, blobs, blobPlace } = storage;
  const { notices, changes, quotas, outbox } = shared;
  const compute = { engine: config.engine, device: config.device };
  const computer = await findComputer(compute);
  const files = {
    bundled: parts.bundledBackbones,
    imagenet: parts.imagenet,
    downloads: join(folder.path, 'downloads'),
    temporary: folder.temporary,
  };
  const backbones = new BackboneService(prisma, blobs, shared.allowed, quotas, files);
  const processor = storage.isShared ? processorKind() : null;
  const cache = new FeatureCache(prisma, blobs, config.featureCache * 1e9, computer, processor);
  const journal = new RunJournal(prisma, notices, changes, outbox);
  const states = new RunStates(prisma, journal, new FollowingRuns(queue, journal));
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
    estimates: new EstimateService({ ...work, bytesPerCall, computer, runner }),
    runs,
    pipelines,
    runBlobs,
    handlers: {
      train: new TrainHandler({ ...work, runBlobs, journal, states, code }),
      sweep: new SweepHandler({ ...work, runs, changes }),
      release: new ReleaseHandler(runBlobs, log),
    },
  };
}
