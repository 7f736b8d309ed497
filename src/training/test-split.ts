import type { Manifest } from '../datasets/manifest.js';
import type { ShardReader } from '../datasets/read-manifest.js';
import type { NetworkThread } from '../engines/network-thread.js';
import type { ClassifierNetwork } from '../engines/network-thread-messages.js';
import { requireFiniteAnswers } from '../network/usable-weights.js';
import type { BlobStore } from '../storage/blobs.js';
import { mostProbable, SMALLEST_PROBABILITY } from './evaluate.js';
import { FrozenPart } from './frozen-part.js';
import { plainVariant } from './image-variants.js';

/** The services of a task that works on a network in the form it serves with. */
export interface ServingContext {
  readonly blobs: BlobStore;
  /** Starts threads to compute a number of images, at most one per core. */
  readonly networkThreads: (images: number) => readonly NetworkThread[];
  readonly signal: AbortSignal;
}

/**
 * Measures accuracy and loss (in nats) on the test split, with the network in the form it serves with.
 * @param outputs by class of the dataset version: index of the network's output for it.
 * @throws WEIGHTS_REFUSED when an answer is not finite.
 */
export async function measureOnTests(
  network: ClassifierNetwork,
  { images }: Manifest,
  outputs: readonly number[],
  shards: ShardReader,
  { networkThreads, signal }: ServingContext,
): Promise<{ accuracy: number; loss: number }> {
  const tests = images.filter(({ split }) => split === 'test');
  const threads = networkThreads(tests.length);
  try {
    const networks = await Promise.all(threads.map((thread) => thread.load(network)));
    const whole = new FrozenPart({ shards, networks, size: network.size, type: 'float32', signal });
    const probabilities = (await whole.compute(tests.map(plainVariant))) as Float32Array;
    requireFiniteAnswers(probabilities);
    const classes = whole.outFeatures;
    let right = 0;
    let loss = 0;
    for (const [i, { label }] of tests.entries()) {
      const answer = probabilities.subarray(i * classes, (i + 1) * classes);
      const truth = outputs[label] as number;
      if (mostProbable(answer) === truth) right += 1;
      loss -= Math.log(Math.max(answer[truth] as number, SMALLEST_PROBABILITY));
    }
    return { accuracy: right / tests.length, loss: loss / tests.length };
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

/** By class of a dataset version: index of the network's output for it. @param labels names of the outputs. */
export function outputsByClass(labels: readonly string[], { classes }: Pick<Manifest, 'classes'>): readonly number[] {
  return classes.map((name) => labels.indexOf(name));
}
