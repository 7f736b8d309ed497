import { DATASET_BOUNDS } from '../../src/datasets/bounds.js';
import { openSource } from '../../src/datasets/detect.js';
import { type IngestOptions, ingestImages } from '../../src/datasets/ingest.js';
import { SPLITS } from '../../src/datasets/manifest.js';
import { type Files, tarGzOf, zipOf } from './archives.js';
import { fileOf, folderOf, temporaryStore } from './fixtures.js';

/** The outcome of an ingestion, in a form that fits the row of a table. */
export interface Outcome {
  /** Images per split and class: `train cat 2`. */
  readonly counts: readonly string[];
  /** Rejected files: `a.txt: not an image`. */
  readonly rejected: readonly string[];
}

/** Ingests a folder or archive without drawing splits, as `registerDatasetVersion` does. */
export async function outcomeOf(
  path: string,
  options: IngestOptions = { testFraction: 0 },
  nameEncoding?: string,
): Promise<Outcome> {
  const source = await openSource(path, DATASET_BOUNDS, nameEncoding);
  const { counts, rejected } = await ingestImages(source, (await temporaryStore()).blobs, options);
  const lines = SPLITS.flatMap((split) =>
    counts.classes.filter((row) => row[split] > 0).map((row) => `${split} ${row.name} ${row[split]}`),
  );
  return { counts: lines, rejected: rejected.map(({ name, reason }) => `${name}: ${reason}`).sort() };
}

/** The same files in every form of a source, as paths. */
export const FORMS: Readonly<Record<string, (files: Files) => Promise<string>>> = {
  folder: folderOf,
  zip: async (files) => fileOf(await zipOf(files)),
  'tar.gz': async (files) => fileOf(await tarGzOf(files)),
};
