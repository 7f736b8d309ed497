import { availableParallelism } from 'node:os';
import { findServedVersion } from '../domain/model/model-version-row.js';
import { NetworkCompiler } from '../engines/network-compiler.js';
import { NetworkThread } from '../engines/network-thread.js';
import type { Runner } from '../jobs/runner.js';
import { Classifier } from '../serving/classifier.js';
import { Deployments } from '../serving/deployments.js';
import { LoadedVersions } from '../serving/loaded-versions.js';
import { logServing } from '../serving/log-serving.js';
import { lanesOn } from '../serving/network-lanes.js';
import { Rollouts } from '../serving/rollouts.js';
import type { ServedVersion } from '../serving/served-version.js';
import type { Setup } from './setup.js';
import type { Storage } from './storage.js';

/** What answers photos. */
export interface Serving {
  readonly deployments: Deployments;
  readonly rollouts: Rollouts;
  readonly classifier: Classifier;
}

/** Prepares serving; versions are loaded when the domain deploys them. */
export function openServing(
  { config, parts, log, closing }: Setup,
  { folder, prisma, blobs }: Storage,
  runner: Runner,
): Serving {
  const cores = availableParallelism();
  const startThread = (threads: number = cores): NetworkThread =>
    new NetworkThread({ blobFolder: folder.blobs, threads, yields: true }, parts.networkThreadEntry);
  const compiler = new NetworkCompiler(folder.blobs, folder.temporary, (job, signal) =>
    runner.run('compile', job, signal),
  );
  const loaded = new LoadedVersions(compiler, startThread, lanesOn(cores), blobs);
  closing.add(() => loaded.close());
  const find = (model: string, number: number): Promise<ServedVersion> => findServedVersion(prisma, model, number);
  const deployments = new Deployments(loaded, find, config.servingVersions);
  const rollouts = new Rollouts(deployments);
  const classifier = new Classifier(config, rollouts);
  logServing(classifier, loaded, log);
  return { deployments, rollouts, classifier };
}
