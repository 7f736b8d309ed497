import type { BlobStore } from '../storage/blobs.js';
import { toUnitLength } from '../unit-length.js';
import { FeatureTable } from './features.js';
import type { ProjectedImages, ProjectionJob } from './job.js';
import { principalPlane } from './projection.js';

/** Rows that are read at the same time: maps are large. */
const AT_ONCE = 32;

/**
 * Projects cached features onto the plane of their largest variance. Each image's features are divided by their length first:
 * a few images with large features would take all of the plane.
 * @throws NOT_FOUND when a chunk of the cache is gone.
 */
export async function projectFeatures(job: ProjectionJob, blobs: BlobStore): Promise<ProjectedImages> {
  const { featureChunks, maps, channels, seed } = job;
  const rows = Int32Array.from(job.rows);
  const table = await FeatureTable.open(blobs, maps ? 'float16' : 'float32', chunksOf(featureChunks, rows));
  try {
    const pooled = new Float32Array(rows.length * channels);
    for (let start = 0; start < rows.length; start += AT_ONCE) {
      const part = rows.subarray(start, start + AT_ONCE);
      const features = await table.read(part);
      const places = features.length / part.length / channels;
      for (let i = 0; i < features.length; i++) {
        const row = start + Math.floor(i / (places * channels));
        pooled[row * channels + (i % channels)]! += Number(features[i]) / places;
      }
    }
    const { points, explained } = principalPlane(toUnitLength(pooled, channels), channels, seed);
    return { points: [...points], explained };
  } finally {
    await table.close();
  }
}

/** The chunks that hold the rows. */
function chunksOf(chunks: ProjectionJob['featureChunks'], rows: Int32Array): ProjectionJob['featureChunks'] {
  let start = 0;
  return chunks.filter((chunk) => {
    const [from, to] = [start, start + chunk.rows];
    start = to;
    return rows.some((row) => row >= from && row < to);
  });
}
