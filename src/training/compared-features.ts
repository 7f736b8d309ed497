import type { Manifest } from '../datasets/manifest.js';
import { HubError } from '../errors.js';
import { openFeatures } from './feature-source.js';
import { rowsAtOnce } from './features.js';
import { type FoldContext, featureEvents } from './fold-networks.js';
import { imageVariants } from './image-variants.js';
import type { ExaminationJob } from './job.js';

/** Most bytes of features in memory. */
const MOST_BYTES = 4 * 1024 ** 3;

/** The pooled features of all images, by which they are compared. */
export interface ComparedFeatures {
  /** Rows x width. */
  readonly values: Float32Array;
  readonly width: number;
}

/** The pooled features of all images. @throws LIMIT_EXCEEDED when they do not fit into memory. */
export async function readFeatures(
  job: ExaminationJob,
  manifest: Manifest,
  context: FoldContext,
): Promise<ComparedFeatures> {
  const variants = imageVariants(manifest, job.recipe);
  const emit = featureEvents('comparison', context.emit);
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
