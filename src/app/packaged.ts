import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMAGENET_FILE } from '../domain/backbone/published-backbones.js';
import { RETRY_DELAYS } from '../domain/webhook/deliver-handler.js';
import { NETWORK_THREAD_ENTRY } from '../engines/network-thread.js';
import { WORKER_ENTRY } from '../jobs/worker-process.js';
import type { RemoteFile } from '../storage/download.js';

/** Folder of the package, the same from the sources and from the compiled files. */
export const PACKAGE_FOLDER = fileURLToPath(new URL('../..', import.meta.url));
export const SAMPLES = join(PACKAGE_FOLDER, 'samples');
/** Folder of the built page. */
export const PAGE_FOLDER = join(PACKAGE_FOLDER, 'dist', 'web');

/** Parts of the package that tests may replace. */
export interface Parts {
  readonly bundledBackbone: string;
  readonly imagenet: RemoteFile;
  readonly workerEntry: string;
  readonly networkThreadEntry: URL;
  /** Milliseconds between attempts to send a message to a webhook. */
  readonly retryDelays: readonly number[];
  /** A certificate to trust in addition to the usual ones, as PEM. */
  readonly trusted?: string;
}

export const PACKAGED: Parts = {
  bundledBackbone: join(PACKAGE_FOLDER, 'backbones', 'inception_v3_tiny_imagenet.safetensors'),
  imagenet: IMAGENET_FILE,
  workerEntry: WORKER_ENTRY,
  networkThreadEntry: NETWORK_THREAD_ENTRY,
  retryDelays: RETRY_DELAYS,
};
