import type { Manifest } from '../datasets/manifest.js';
import type { ComparedFeatures } from './compared-features.js';
import { type FoldContext, foldNetworks } from './fold-networks.js';
import type { ExaminationJob } from './job.js';
import { outOfSample } from './out-of-sample.js';
import { ProgressMeter } from './progress.js';

/** Steps in which the progress of the regressions is counted. */
const PARTS = 100;

/**
 * Probabilities of all classes for each image, by models that have not seen its label: regressions on the features, and in
 * thorough mode fine-tuned networks too. Changes the features' values. @returns rows x classes.
 */
export async function labelProbabilities(
  job: ExaminationJob,
  manifest: Manifest,
  { values, width }: ComparedFeatures,
  context: FoldContext,
): Promise<Float32Array> {
  const labels = manifest.images.map(({ label }) => label);
  const classes = manifest.classes.length;
  const meter = new ProgressMeter('labels', PARTS, context.emit);
  const onStep = (share: number): void => {
    context.signal.throwIfAborted();
    meter.reach(Math.floor(share * PARTS));
  };
  const { threads } = context.engine.info;
  const byFeatures = await outOfSample({ values, width, labels, classes, threads, onStep });
  if (!job.thorough) return byFeatures;
  return meanOf(byFeatures, await foldNetworks(job, manifest, context));
}

/** Regressions and networks err on different images: the mean of both is better than either (ADR 28). */
function meanOf(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => (value + b[i]!) / 2);
}
