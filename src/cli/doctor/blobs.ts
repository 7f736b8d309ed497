import { faultOf } from '../../maintenance/blob-faults.js';
import { namedBlobs } from '../../maintenance/named-blobs.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import { count } from '../format.js';
import { type Finding, ok, problem, warning } from './finding.js';
import type { DoctorOptions } from './options.js';

/** Most names listed in a finding. */
const LISTED = 5;

/** Checks that the blobs in the database exist and, with `deep`, that their hashes match. */
export async function* blobFindings(
  prisma: PrismaClient,
  blobs: BlobStore,
  options: Pick<DoctorOptions, 'deep' | 'onProgress'>,
): AsyncGenerator<Finding> {
  const damaged = new Map<string, string>();
  const seen = new Set<string>();
  let lostFeatures = 0;
  for await (const blob of namedBlobs(prisma, blobs)) {
    if (seen.has(blob.sha256)) continue;
    seen.add(blob.sha256);
    options.onProgress(`${count(seen.size)} blobs`);
    const fault = await faultOf(blobs, blob.sha256, options.deep ?? false);
    if (fault === null) continue;
    if (blob.cached) lostFeatures += 1;
    else damaged.set(blob.sha256, `${blob.sha256.slice(0, 12)} is ${fault} (${blob.by})`);
  }
  const all = `${count(seen.size)} blobs`;
  if (damaged.size > 0) {
    const listed = [...damaged.values()].slice(0, LISTED).join('; ');
    const found = `${damaged.size} of ${all} are missing or damaged: ${listed}${damaged.size > LISTED ? '; …' : ''}`;
    yield problem('blobs', found, 'Restore them from a backup, or recreate what needs them.');
  } else {
    yield ok('blobs', `${all} present${options.deep ? ', every hash matches' : ''}`);
  }
  if (lostFeatures > 0) {
    const remedy = 'Nothing to do: the next run that needs them recomputes them.';
    yield warning('cached features', `${count(lostFeatures)} are missing or damaged`, remedy);
  }
}
