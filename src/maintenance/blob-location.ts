import { HubError } from '../errors.js';
import { type BlobPlace, openBlobs, openShared } from '../storage/blob-place.js';
import type { DataFolder } from '../storage/data-folder.js';
import type { PrismaClient } from '../storage/database.js';
import { INCOMING, isBucket, normalizedPlace } from '../storage/shared-objects.js';
import { namedBlobs } from './named-blobs.js';

type Folders = Pick<DataFolder, 'blobs' | 'copies'>;

/** Object or file that names the database whose blobs are in a shared place. */
const OWNER = 'owner';

/** The bucket or shared folder with the blobs of a database; null when they are in the data folder. */
export async function recordedLocation(prisma: PrismaClient): Promise<string | null> {
  return (await prisma.blobLocation.findFirst())?.url ?? null;
}

export async function recordLocation(prisma: PrismaClient, url: string | null): Promise<void> {
  await prisma.blobLocation.upsert({ where: { id: 1 }, create: { url }, update: { url } });
}

/** The place of blobs. @param cacheBytes bytes that copies of shared blobs may take; with 0 none is used. */
export function placeOf(url: string | null, { blobs, copies }: Folders, cacheBytes: number): BlobPlace {
  return url === null ? { folder: blobs } : { folder: copies, shared: { url, cacheBytes } };
}

/**
 * Where the blobs of a starting hub are: its bucket, its shared folder as this machine sees it, or null for the data folder. A
 * hub without any blob can choose; any other stays where its blobs are.
 * @param wanted the bucket or folder that it was told to use, if any.
 * @throws CONFLICT when the blobs are elsewhere, or the place has another hub's; BLOBS_UNAVAILABLE.
 */
export async function settleLocation(
  prisma: PrismaClient,
  folders: Folders,
  wanted: string | undefined,
): Promise<string | null> {
  const recorded = await recordedLocation(prisma);
  const url = wanted === undefined ? recorded : normalizedPlace(wanted);
  if (url === null) return null;
  if (recorded !== null && !isBucket(recorded) && !isBucket(url)) {
    await requireSame(prisma, url, recorded);
    return url;
  }
  if (url === recorded) return url;
  if (recorded !== null || (await hasBlobs(prisma, folders))) {
    const [is, start] = recorded ? [recorded, `with --blobs ${recorded}`] : ['the data folder', 'without --blobs'];
    throw new HubError(
      'CONFLICT',
      `The blobs of this hub are in ${is}, not in ${url}: start it ${start}, or stop it and move them with "hub blobs migrate ${url}".`,
      { recorded, wanted: url },
    );
  }
  await takePlace(prisma, url);
  await recordLocation(prisma, url);
  return url;
}

/**
 * Marks a bucket's prefix or a folder as this database's, so that no other hub deletes its blobs as unused.
 * @throws CONFLICT when it holds the blobs of another, or anything else; BLOBS_UNAVAILABLE.
 */
export async function takePlace(prisma: PrismaClient, url: string): Promise<void> {
  const { owner } = await prisma.blobLocation.upsert({ where: { id: 1 }, create: {}, update: {} });
  const objects = openShared(url);
  const refuse = (why: string): never => {
    const remedy = `Name another ${isBucket(url) ? 'prefix' : 'folder'}, such as ${url}-2.`;
    throw new HubError('CONFLICT', `${url} ${why}. ${remedy}`, { url });
  };
  for (let tries = 0; ; tries += 1) {
    const found = await objects.getText(OWNER);
    if (found === owner) return;
    if (found !== null || tries > 0) refuse('holds the blobs of another hub');
    // Another process of this hub, or of another one, may be doing the same.
    for await (const { key } of objects.list())
      if (key !== OWNER && !key.startsWith(INCOMING)) refuse(`is not empty: it holds ${key}, for example`);
    await objects.putText(OWNER, owner);
  }
}

/** Machines may mount a shared folder under different paths. @throws CONFLICT unless a folder is the one of this database. */
async function requireSame(prisma: PrismaClient, url: string, recorded: string): Promise<void> {
  const { owner } = await prisma.blobLocation.findFirstOrThrow();
  const found = await openShared(url).getText(OWNER);
  if (found === owner) return;
  const why = found === null ? 'has no file "owner"' : 'holds the blobs of another hub';
  throw new HubError(
    'CONFLICT',
    `${url} is not the shared folder of this hub: it ${why}. Mount the folder that other machines have at ${recorded}, and name the path that it has on this one with --blobs.`,
    { recorded, wanted: url },
  );
}

async function hasBlobs(prisma: PrismaClient, folders: Folders): Promise<boolean> {
  for await (const _ of namedBlobs(prisma, openBlobs(placeOf(null, folders, 0)))) return true;
  return false;
}
