import { SPLITS, type Split } from '../../datasets/manifest.js';
import type { DatasetType, DatasetVersionType, DerivationType, SplitName } from '../../schema/dataset/dataset.type.js';
import type { DatasetStatistics } from '../../schema/dataset/dataset-statistics.type.js';
import type { Prisma } from '../../storage/database.js';

export const withVersions = { versions: { orderBy: { number: 'desc' }, include: { dataset: true } } } as const;

export type VersionRow = Prisma.DatasetVersionGetPayload<{ include: { dataset: true } }>;

export function toDataset(row: Prisma.DatasetGetPayload<{ include: typeof withVersions }>): DatasetType {
  const { id, name, description, createdAt } = row;
  return { id, name, description, createdAt, versions: row.versions.map(toDatasetVersion) };
}

export function toDatasetVersion(row: VersionRow): DatasetVersionType {
  const classes = row.classes as string[];
  const counts = row.counts as ({ name: string } & Record<Split, number>)[];
  const { id, number, contentHash, imageCount, bytes, width, height, source, rejectedCount, createdAt } = row;
  return {
    id,
    dataset: row.dataset.name,
    number,
    contentHash,
    classes,
    splits: SPLITS.map((split) => {
      const perClass = counts.map((count) => ({ label: count.name, images: count[split] }));
      const images = perClass.reduce((sum, entry) => sum + entry.images, 0);
      return { split: split as SplitName, images, classes: perClass };
    }),
    imageCount,
    bytes,
    width,
    height,
    source,
    rejectedCount,
    rejected: row.rejected as { name: string; reason: string }[],
    statistics: row.statistics as DatasetStatistics | null,
    derivation: row.derivation as DerivationType | null,
    createdAt,
  };
}
