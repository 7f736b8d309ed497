import { join } from 'node:path';
import { BUNDLED, BUNDLED_LITE, IMAGENET_FILE } from '../domain/backbone/published-backbones.js';
import { RULE_INTERVAL } from '../domain/retraining/retrain-handler.js';
import { RETRY_DELAYS } from '../domain/webhook/deliver-handler.js';
import type { JobName } from '../jobs/queue.js';
import { bundleOf, PACKAGE_FOLDER } from '../package.js';
import type { RemoteFile } from '../storage/download.js';

const BACKBONES = join(PACKAGE_FOLDER, 'backbones');
export const SAMPLES = join(PACKAGE_FOLDER, 'samples');
/** Folder of the built page. */
export const PAGE_FOLDER = join(PACKAGE_FOLDER, 'dist', 'web');

/** Parts of the package that tests may replace. */
export interface Parts {
  /** Files of bundled backbones, by name. */
  readonly bundledBackbones: ReadonlyMap<string, string>;
  readonly imagenet: RemoteFile;
  readonly workerEntry: string;
  /** Kinds of jobs that the hub leaves in the queue. */
  readonly leaves: readonly JobName[];
  /** Milliseconds between attempts to send a message to a webhook. */
  readonly retryDelays: readonly number[];
  /** Milliseconds between two looks at a retraining rule. */
  readonly ruleInterval: number;
  /** A certificate to trust in addition to the usual ones, as PEM. */
  readonly trusted?: string;
}

export const PACKAGED: Parts = {
  bundledBackbones: new Map([
    [BUNDLED, join(BACKBONES, 'inception_v3_tiny_imagenet_2.safetensors')],
    [BUNDLED_LITE, join(BACKBONES, 'efficientnet_lite0_imagenet.safetensors')],
  ]),
  imagenet: IMAGENET_FILE,
  workerEntry: bundleOf('worker'),
  leaves: [],
  retryDelays: RETRY_DELAYS,
  ruleInterval: RULE_INTERVAL,
};
