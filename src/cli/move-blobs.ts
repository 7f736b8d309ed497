import { HubError } from '../errors.js';
import { placeOf, recordLocation, takePlace } from '../maintenance/blob-location.js';
import { type MigratedBlobs, migrateBlobs } from '../maintenance/migrate-blobs.js';
import { openBlobs } from '../storage/blob-place.js';
import { isSharedPlace, normalizedPlace } from '../storage/shared-objects.js';
import type { OpenData } from './open-data.js';

/** What `hub blobs migrate` calls the data folder. */
const FOLDER = 'folder';

export interface MovedBlobs extends MigratedBlobs {
  readonly from: string;
  readonly to: string;
}

/**
 * Copies the blobs to another place and makes it the hub's; can be repeated after an interruption. The old ones stay.
 * @throws BAD_INPUT for what is no place; CONFLICT when the blobs are there already, or the new place is not empty.
 */
export async function moveBlobs(
  { prisma, paths, blobs, shared }: OpenData,
  place: string,
  onProgress: (blobs: number) => void,
): Promise<MovedBlobs> {
  if (place !== FOLDER && !isSharedPlace(place)) {
    const message = `"${place}" is no place for blobs: give s3://bucket/prefix, the absolute path of a shared folder, or "${FOLDER}" for the data folder.`;
    throw new HubError('BAD_INPUT', message, { received: place });
  }
  const url = place === FOLDER ? null : normalizedPlace(place);
  const [from, to] = [shared ?? paths.blobs, url ?? paths.blobs];
  if (url === shared) throw new HubError('CONFLICT', `The blobs are in ${to} already.`, { place: to });
  if (url !== null) await takePlace(prisma, url);
  const target = openBlobs(placeOf(url, paths, 0));
  const migrated = await migrateBlobs(prisma, { from: blobs, to: target }, onProgress);
  await recordLocation(prisma, url);
  return { ...migrated, from, to };
}
