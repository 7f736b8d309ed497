import { readManifest } from '../../datasets/read-manifest.js';
import { isLost } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import { toDatasetVersion } from './dataset-row.js';
import type { DatasetVersion } from './dataset-version.js';

/** Hashes of images in the text of a manifest: parsing one of 100,000 images would hold up the process. */
const IMAGE_HASH = /"sha256":"([0-9a-f]{64})"/g;

/** A dataset version that holds photos, and what was made from it. */
export interface PhotoHolder {
  readonly datasetVersion: DatasetVersion;
  /** SHA-256 of those that are its images. Empty where only its shards hold their bytes. */
  readonly photos: readonly string[];
  /** Whether it is the newest version of its dataset. */
  readonly isNewest: boolean;
  readonly runs: number;
  readonly sweeps: number;
  readonly modelVersions: number;
}

/** The holders of photos, the newest version of a dataset first, and the shards with the bytes of the photos. */
export interface PhotoHolders {
  readonly versions: readonly PhotoHolder[];
  /** SHA-256. */
  readonly shards: ReadonlySet<string>;
  /** Names of versions whose manifest is lost or damaged, which may hold the photos. */
  readonly unreadable: readonly string[];
}

/**
 * Finds the dataset versions that hold photos, by reading every manifest. A version also holds one that was left out of it,
 * where another image of it is in the same shard.
 * @param photos SHA-256.
 */
export async function photoHolders(
  prisma: PrismaClient,
  blobs: BlobStore,
  photos: ReadonlySet<string>,
): Promise<PhotoHolders> {
  const rows = await prisma.datasetVersion.findMany({
    include: { dataset: true, _count: { select: { runs: true, sweeps: true, modelVersions: true } } },
    orderBy: [{ dataset: { name: 'asc' } }, { number: 'desc' }],
  });
  const listed = new Map<string, readonly string[]>(); // by manifest
  const shards = new Set<string>();
  const unreadable: string[] = [];
  for (const { manifestBlob, dataset, number } of rows) {
    if (listed.has(manifestBlob)) continue;
    const text = await textOf(blobs, manifestBlob);
    if (text === null) {
      unreadable.push(`${dataset.name} ${number}`);
      continue;
    }
    const found = new Set<string>();
    for (const [, sha256 = ''] of text.matchAll(IMAGE_HASH)) if (photos.has(sha256)) found.add(sha256);
    listed.set(manifestBlob, [...found].sort());
    if (found.size === 0) continue;
    const manifest = await readManifest(blobs, manifestBlob);
    for (const image of manifest.images) {
      if (found.has(image.sha256)) shards.add(manifest.shards[image.shard] as string);
    }
  }
  const newest = new Map(rows.toReversed().map(({ datasetId, number }) => [datasetId, number]));
  const versions = rows.flatMap(({ _count, ...row }): PhotoHolder[] => {
    const own = listed.get(row.manifestBlob) ?? [];
    if (own.length === 0 && !row.shards.some((shard) => shards.has(shard))) return [];
    const isNewest = newest.get(row.datasetId) === row.number;
    return [{ datasetVersion: toDatasetVersion(row), photos: own, isNewest, ..._count }];
  });
  return { versions, shards, unreadable };
}

/** A manifest as it is stored; null for a lost or damaged one. */
async function textOf(blobs: BlobStore, manifestBlob: string): Promise<string | null> {
  try {
    return (await blobs.get(manifestBlob)).toString('latin1');
  } catch (error) {
    if (isLost(error)) return null;
    throw error;
  }
}
