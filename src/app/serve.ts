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
}

/** Prepares serving; versions are loaded when the domain deploys them. */
export function openServing(
  { config, log, closing }: Setup,
  { folder, prisma, blobs, blobPlace }: Storage,
  { runner }: Jobs,
): Serving {
  const cores = availableParallelism();
  const startThread = (threads: number = cores): NetworkThread =>
    new NetworkThread({ blobPlace, threads, yields: true });
  const compiler = new NetworkCompiler(blobPlace, folder, (job, signal) => runner.run('compile', job, signal));
  const loaded = new LoadedVersions(compiler, startThread, lanesOn(cores), blobs);
  closing.add(() => loaded.close());
  const find = (model: string, number: number): Promise<ServedVersion> => findServedVersion(prisma, model, number);
  const deployments = new Deployments(loaded, find, config.servingVersions);
  const rollouts = new Rollouts(loaded, deployments);
  const predictionLog = new PredictionLog(prisma, blobs, log);
  closing.add(() => predictionLog.close());
  const answerer = new Answerer({
    bounds: { ...config, maxPhotoMemory: photoMemory(config) },
    loaded,
    deployments,
    rollouts,
    log: predictionLog,
  });
  logServing(answerer, loaded, log);
  return { loaded, deployments, rollouts, predictionLog, answerer };
}
