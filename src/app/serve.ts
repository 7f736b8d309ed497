import { availableParallelism } from 'node:os';
import { photoMemory } from '../config.js';
import { findServedVersion } from '../domain/model/model-version-row.js';
import { PredictionLog } from '../domain/prediction/prediction-log.js';
import { NetworkCompiler } from '../engines/network-compiler.js';
import { NetworkThread } from '../engines/network-thread.js';
import { Answerer } from '../serving/answer.js';
import { Deployments } from '../serving/deployments.js';
import { LoadedVersions } from '../serving/loaded-versions.js';
import { logServing } from '../serving/log-serving.js';
import { lanesOn } from '../serving/network-lanes.js';
import { Rollouts } from '../serving/rollouts.js';
import type { ServedVersion } from '../serving/served-version.js';
import { Statistics } from '../serving/statistics.js';
import type { Jobs } from './jobs.js';
import type { Setup } from './setup.js';
import type { Storage } from './storage.js';

/** The part of a hub that answers photos. */
export interface Serving {
  readonly loaded: LoadedVersions;
  readonly deployments: Deployments;
  readonly rollouts: Rollouts;
  readonly predictionLog: PredictionLog;
  readonly answerer: Answerer;
  readonly statistics: Statistics;
}

/** Prepares serving; versions are loaded when the domain deploys them. */
export function openServing(
  { config, log, closing, tracing }: Setup,
  { folder, prisma, blobs, blobPlace }: Storage,
  { runner }: Jobs,
): Serving {
  const cores = availableParallelism();
  const startThread = (threads: number = cores): NetworkThread =>
    new NetworkThread({ blobPlace, threads, yields: true, isTimed: tracing !== undefined });
  const compiler = new NetworkCompiler(blobPlace, folder, (job, signal) => runner.run('compile', job, signal));
  const loaded = new LoadedVersions(compiler, startThread, lanesOn(cores), blobs);
  closing.add(() => loaded.close());
  const find = (model: string, number: number): Promise<ServedVersion> => findServedVersion(prisma, model, number);
  const deployments = new Deployments(loaded, find, {
    maxKept: config.servingVersions,
    serves: config.roles.has('serve'),
  });
  const rollouts = new Rollouts(loaded, deployments);
  const predictionLog = new PredictionLog(prisma, blobs, log);
  rollouts.events.on('compared', (compared) => predictionLog.compared(compared));
  closing.add(() => predictionLog.close());
  const answerer = new Answerer({
    bounds: { ...config, maxPhotoMemory: photoMemory(config) },
    loaded,
    deployments,
    rollouts,
    log: predictionLog,
    tracing,
  });
  logServing(answerer, loaded, log);
  const statistics = new Statistics(answerer.events);
  return { loaded, deployments, rollouts, predictionLog, answerer, statistics };
}
