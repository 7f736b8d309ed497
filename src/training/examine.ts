import { conflicts, duplicatesOf, leaks } from '../datasets/inspect.js';
import type { Manifest } from '../datasets/manifest.js';
import { readManifest } from '../datasets/read-manifest.js';
import type { Engine } from '../engines/engine.js';
import type { NetworkHost } from '../engines/network-loader.js';
import { HubError } from '../errors.js';
import type { BlobStore } from '../storage/blobs.js';
import { confidentLearning } from './confident-learning.js';
import { featureOutliers } from './feature-outliers.js';
import { openFeatures } from './feature-source.js';
import { rowsAtOnce } from './features.js';
import type { Findings } from './findings.js';
import { imageVariants } from './image-variants.js';
import type { ExaminationEvent, Job } from './job.js';
import { outOfSample } from './out-of-sample.js';
import { ProgressMeter } from './progress.js';

/** Most bytes of features in memory. */
const MOST_BYTES = 4 * 1024 ** 3;
/** Steps in which the progress of the regressions is counted. */
const PARTS = 100;

interface ExamineContext {
  readonly blobs: BlobStore;
  readonly engine: Engine;
  readonly networkHosts: (images: number) => readonly NetworkHost[];
  readonly emit: (event: ExaminationEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Searches the images of all splits of a dataset version for labels that are probably wrong, for outliers of their class, and
 * for images that look the same and have different classes. @returns SHA-256 of the blob with the findings.
 */
export async function examine(job: Job, context: ExamineContext): Promise<string> {
  const { blobs, emit, signal } = context;
  const manifest = await readManifest(blobs, job.manifestBlob);
  const { values, width } = await readFeatures(job, manifest, context);
  const labels = manifest.images.map(({ label }) => label);
  const threads = context.engine.info.threads;
  const common = { values, width, labels, classes: manifest.classes.length, threads };

  const comparing = new ProgressMeter('outliers', labels.length, emit);
  const outliers = await featureOutliers({ ...common, signal, onImages: (images) => comparing.add(images) });

  const fitting = new ProgressMeter('labels', PARTS, emit);
  const probabilities = await outOfSample({
    ...common,
    onStep: (share) => {
      signal.throwIfAborted();
      fitting.reach(Math.floor(share * PARTS));
    },
  });
  const { errors, suspects } = confidentLearning(probabilities, labels, common.classes);
  const contradictions = await contradictionsOf(manifest);
  const findings: Findings = { format: 1, errors, labels: [...suspects], outliers, contradictions };
  return (await blobs.put(Buffer.from(JSON.stringify(findings)))).sha256;
}

/** The pooled features of all images. @throws LIMIT_EXCEEDED when they do not fit into memory. */
async function readFeatures(
  job: Job,
  manifest: Manifest,
  context: ExamineContext,
): Promise<{ values: Float32Array; width: number }> {
  const variants = imageVariants(manifest, job.recipe);
  const emit = context.emit as Parameters<typeof openFeatures>[4]['emit'];
  const { source } = await openFeatures(job, manifest, variants, variants.length, { ...context, emit });
  try {
    const { rowLength: width } = source;
    const bytes = variants.length * width * Float32Array.BYTES_PER_ELEMENT;
    if (bytes > MOST_BYTES) {
      const message = `${variants.length} images have ${bytes} bytes of features; an examination holds up to ${MOST_BYTES} in memory. Derive a version with fewer images first.`;
      throw new HubError('LIMIT_EXCEEDED', message, { limit: MOST_BYTES });
    }
    const values = new Float32Array(variants.length * width);
    const atOnce = rowsAtOnce(source);
    for (let start = 0; start < variants.length; start += atOnce) {
      context.signal.throwIfAborted();
      const rows = Int32Array.from({ length: Math.min(atOnce, variants.length - start) }, (_, i) => start + i);
      values.set((await source.read(rows)) as Float32Array, start * width);
    }
    return { values, width };
  } finally {
    await source.close();
  }
}

async function contradictionsOf(manifest: Manifest): Promise<number[][]> {
  const groups = (await duplicatesOf(manifest.images, 'near')).filter((group) => conflicts(group, manifest));
  const [between, within] = [
    groups.filter((group) => leaks(group, manifest)),
    groups.filter((group) => !leaks(group, manifest)),
  ];
  return [...between, ...within].map(({ images }) => [...images]);
}
