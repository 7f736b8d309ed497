import { HubError } from '../errors.js';
import type { BlobStore } from '../storage/blobs.js';

/** Fault of a blob. */
export type Fault = 'missing' | 'damaged' | 'unreadable';

/** The fault of a blob, or null. @param deep also compares its content with its hash. */
export async function faultOf(blobs: BlobStore, sha256: string, deep: boolean): Promise<Fault | null> {
  if (!(await blobs.has(sha256))) return 'missing';
  if (!deep) return null;
  try {
    await (await blobs.open(sha256)).close();
    return null;
  } catch (error) {
    if (!(error instanceof HubError)) return 'unreadable';
    return error.code === 'BLOB_CORRUPT' ? 'damaged' : 'missing';
  }
}
