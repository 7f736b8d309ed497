import { HubError } from '../errors.js';
import { type BlobPlace, openBlobs } from '../storage/blob-place.js';
import { Bucket, normalizedBucketUrl } from '../storage/bucket.js';
import type { DataFolder } from '../storage/data-folder.js';
import type { PrismaClient } from '../storage/database.js';
import { namedBlobs } from './named-blobs.js';

type Folders = Pick<DataFolder, 'blobs' | 'copies'>;

/** Object that names the database whose blobs are under a prefix. */
const OWNER = 'owner';

/** The bucket with the blobs of a database; null when they are in the data folder. */
export async function recordedLocation(prisma: PrismaClient): Promise<string | null> {
  return (await prisma.blobLocation.findFirst())?.url ?? null;
}

export async function recordLocation(prisma: PrismaClient, url: string | null): Promise<void> {
  await prisma.blobLocation.upsert({ where: { id: 1 }, create: { url }, update: { url } });
}

/** The place of blobs. @param cacheBytes bytes that copies of blobs in a bucket may take; with 0 none is used. */
export function placeOf(url: string | null, { blobs, copies }: Folders, cacheBytes: number): BlobPlace {
  return url === null ? { folder: blobs } : { folder: copies, bucket: { url, cacheBytes } };
}

/**
 * Where the blobs of a starting hub are: its bucket, or null for the data folder. A hub without any blob can choose; any other
 * stays where its blobs are.
 * @param wanted the bucket that it was told to use, if any.
 * @throws CONFLICT when the blobs are elsewhere, or the bucket has another hub's; BLOBS_UNAVAILABLE.
 */
export async function settleLocation(
  prisma: PrismaClient,
  folders: Folders,
  wanted: string | undefined,
): Promise<string | null> {
  const recorded = await recordedLocation(prisma);
  if (wanted === undefined) return recorded;
  const url = normalizedBucketUrl(wanted);
  if (url === recorded) return url;
  for await (const _ of namedBlobs(prisma, openBlobs(placeOf(recorded, folders, 0)))) {
    const [is, start] = recorded ? [recorded, `with --blobs ${recorded}`] : ['the data folder', 'without --blobs'];
    throw new HubError(
      'CONFLICT',
      `The blobs of this hub are in ${is}, not in ${url}: start it ${start}, or stop it and move them with "hub blobs migrate ${url}".`,
      { recorded, wanted: url },
    );
  }
  await takeBucket(prisma, url);
  await recordLocation(prisma, url);
  return url;
}

/**
 * Marks a bucket's prefix as this database's, so that no other hub deletes its blobs as unused.
 * @throws CONFLICT when it holds the blobs of another, or anything else; BLOBS_UNAVAILABLE.
 */
export async function takeBucket(prisma: PrismaClient, url: string): Promise<void> {
  const { owner } = await prisma.blobLocation.upsert({ where: { id: 1 }, create: {}, update: {} });
  const bucket = new Bucket(url);
  const found = await bucket.getText(OWNER);
  if (found === owner) return;
  const remedy = `Name another prefix, such as ${url}-2.`;
  if (found !== null) throw new HubError('CONFLICT', `${url} holds the blobs of another hub. ${remedy}`, { url });
  for await (const { key } of bucket.list()) {
    throw new HubError('CONFLICT', `${url} is not empty: it holds ${key}, for example. ${remedy}`, { url });
  }
  await bucket.putText(OWNER, owner);
}
