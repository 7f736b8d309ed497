import { conflicts, duplicatesOf, leaks } from '../datasets/inspect.js';
import type { Manifest } from '../datasets/manifest.js';
import { readManifest } from '../datasets/read-manifest.js';
import { readFeatures } from './compared-features.js';
import { confidentLearning } from './confident-learning.js';
import { featureOutliers } from './feature-outliers.js';
import type { Findings } from './findings.js';
import { type FoldContext, requireSmallFolds } from './fold-networks.js';
import type { ExaminationJob } from './job.js';
import { labelProbabilities } from './label-probabilities.js';
import { ProgressMeter } from './progress.js';

/**
 * Searches the images of all splits of a dataset version for labels that are probably wrong, for outliers of their class, and
 * for images that look the same and have different classes. @returns SHA-256 of the blob with the findings.
 * @throws LIMIT_EXCEEDED for more answers of a fold than a run keeps.
 */
export async function examine(job: ExaminationJob, context: FoldContext): Promise<string> {
  const { blobs, emit, signal } = context;
  const manifest = await readManifest(blobs, job.manifestBlob);
  if (job.thorough) requireSmallFolds(manifest); // before anything is computed
  const features = await readFeatures(job, manifest, context);
  const { values, width } = features;
  const labels = manifest.images.map(({ label }) => label);
  const threads = context.engine.info.threads;
  const common = { values, width, labels, classes: manifest.classes.length, threads };

  const comparing = new ProgressMeter('outliers', labels.length, emit);
  const outliers = await featureOutliers({ ...common, signal, onImages: (images) => comparing.add(images) });

  const probabilities = await labelProbabilities(job, manifest, features, context);
  const { errors, suspects } = confidentLearning(probabilities, labels, common.classes);
  const contradictions = await contradictionsOf(manifest);
  const findings: Findings = { format: 1, errors, labels: [...suspects], outliers, contradictions };
  return (await blobs.put(Buffer.from(JSON.stringify(findings)))).sha256;
}

async function contradictionsOf(manifest: Manifest): Promise<number[][]> {
  const groups = (await duplicatesOf(manifest.images, 'near')).filter((group) => conflicts(group, manifest));
  const [between, within] = [
    groups.filter((group) => leaks(group, manifest)),
    groups.filter((group) => !leaks(group, manifest)),
  ];
  return [...between, ...within].map(({ images }) => [...images]);
}
