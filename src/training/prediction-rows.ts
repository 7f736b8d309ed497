import { z } from 'zod';
import type { BlobStore } from '../storage/blobs.js';

/** The answer about one photo of a prediction job, or why there is none. */
const rowSchema = z.object({
  /** Path in its source. */
  photo: z.string(),
  /** Split and class of an image of a dataset version; null for other photos. */
  split: z.string().nullable(),
  truth: z.string().nullable(),
  /** Most probable first; empty for a refused photo. */
  top: z.array(z.object({ label: z.string(), probability: z.number() })),
  outlierScore: z.number().nullable(),
  /** Why it was refused; null for an answered photo. */
  error: z.string().nullable(),
});
export type PredictionRow = z.output<typeof rowSchema>;

/**
 * Stores answers as a blob: a line of JSON that names the job and the chunk, then one for each row. The first line makes
 * the blob the job's own, so that no other job has the same.
 */
export async function writeRows(blobs: BlobStore, chunk: string, rows: readonly PredictionRow[]): Promise<string> {
  const lines = [{ chunk }, ...rows].map((line) => `${JSON.stringify(line)}\n`);
  return (await blobs.put(Buffer.from(lines.join('')))).sha256;
}

export async function readRows(blobs: BlobStore, sha256: string): Promise<PredictionRow[]> {
  const [, ...lines] = (await blobs.get(sha256)).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => rowSchema.parse(JSON.parse(line)));
}
