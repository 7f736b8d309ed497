import { join } from 'node:path';
import pLimit from 'p-limit';
import { readCodeVersion } from '../code-version.js';
import { BackboneService } from '../domain/backbone/backbone-service.js';
import { EstimateService } from '../domain/estimate/estimate-service.js';
import { FeatureCache } from '../domain/run/feature-cache.js';
import { RunBlobs } from '../domain/run/run-blobs.js';
import { RunJournal } from '../domain/run/run-journal.js';
import { RunQueue } from '../domain/run/run-queue.js';
import { RunService } from '../domain/run/run-service.js';
import { RunStates } from '../domain/run/run-states.js';
import { SweepQueue } from '../domain/sweep/sweep-queue.js';
import { bytesPerCall } from '../engines/onnx/training/pass-size.js';
import { findComputer } from '../engines/open-engine.js';
import type { Runner } from '../jobs/runner.js';
import { startWorker } from '../jobs/worker-process.js';
import { PACKAGE_FOLDER } from './packaged.js';
import type { Setup } from './setup.js';
import type { Shared } from './shared.js';
import type { Storage } from './storage.js';

/** What trains, and what estimates how long training takes. */
export interface Training {
  readonly backbones: BackboneService;
  readonly estimates: EstimateService;
  readonly runs: RunService;
  readonly runQueue: RunQueue;
  readonly sweepQueue: SweepQueue;
  /** Lets one worker compute at a time. */
  readonly turn: ReturnType<typeof pLimit>;
}

export async function openTraining(setup: Setup, storage: Storage, shared: Shared, runner: Runner): Promise<Training> {
  const { config, parts, log } = setup;
  const { folder, prisma, blobs } = storage;
  const compute = { engine: config.engine, device: config.device };
  const computer = await findComputer(compute);
  const files = {
    bundled: parts.bundledBackbone,
    imagenet: parts.imagenet,
    downloads: join(folder.path, 'downloads'),
  };
  const backbones = new BackboneService(prisma, blobs, shared.allowed, files);
  const cache = new FeatureCache(prisma, blobs, config.featureCache * 1e9, computer);
  const journal = new RunJournal(prisma, shared.changes, shared.outbox);
  const states = new RunStates(prisma, journal);
  const runBlobs = new RunBlobs(prisma, blobs);
  const turn = pLimit(1);
  const work = { prisma, blobFolder: folder.blobs, backbones, cache, log, turn };
  const runQueue = new RunQueue({
    ...work,
    runBlobs,
    journal,
    states,
    code: readCodeVersion(PACKAGE_FOLDER),
    startWorker: (job) => startWorker({ kind: 'train', job: { ...job, compute } }, parts.workerEntry),
  });
  const runs = new RunService(prisma, runQueue, states, journal, runBlobs, shared.quotas, shared.changes);
  const sweepQueue = new SweepQueue({
    ...work,
    runs,
    startSweepWorker: (job) => startWorker({ kind: 'sweep', job: { ...job, compute } }, parts.workerEntry),
  });
  const estimates = new EstimateService({
    ...work,
    bytesPerCall,
    computer,
    compute,
    runner,
  });
  return { backbones, estimates, runs, runQueue, sweepQueue, turn };
}
