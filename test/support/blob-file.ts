import { join } from 'node:path';
import { dataPaths } from '../../src/storage/data-folder.js';

/** The path of a blob in a data folder. */
export function blobFile(data: string, sha256: string): string {
  return join(dataPaths(data).blobs, sha256.slice(0, 2), sha256.slice(2));
}
