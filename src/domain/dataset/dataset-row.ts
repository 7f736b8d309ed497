import { z } from 'zod';
import { DuplicateHandling } from '../../datasets/derive.js';
import { SPLITS } from '../../datasets/manifest.js';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { ownerOf } from '../owner.js';
import type { Dataset } from './dataset.js';
import type { DatasetStatistics, DatasetVersion, SplitCount, VersionDerivation } from './dataset-version.js';

/** Prisma's include of a dataset with its versions, newest first. */
export const withDatasetVersions = { versions: { orderBy: { number: 'desc' }, include: { dataset: true } } } as const;

export type DatasetVersionRow = Prisma.DatasetVersionGetPayload<{ include: { dataset: true } }>;

const classCount = z.object({ name: z.string(), train: z.int(), validation: z.int(), test: z.int() });
const range = z.object({ min: z.number(), median: z.number(), max: z.number() });
const channels = z.array(z.number()).nullable();

const statisticsSchema: z.ZodType<DatasetStatistics> = z.object({
  width: range,
  height: range,
  bytes: range,
  mean: channels,
  deviation: channels,
  grey: z.int(),
  flat: z.int().nullable().default(null),
  duplicates: z.object({ exact: z.int(), near: z.int(), leaks: z.int(), labelConflicts: z.int() }),
  columns: z
    .array(
      z.object({
        ...{ name: z.string(), images: z.int(), valueCount: z.int() },
        values: z.array(z.object({ value: z.string(), images: z.int() })),
      }),
    )
    .nullable()
    .default(null),
});

const derivationSchema: z.ZodType<VersionDerivation> = z.object({
  parents: z.array(z.object({ id: z.string(), dataset: z.string(), number: z.int() })),
  classes: z.array(z.string()).nullable(),
  rename: z.array(z.object({ from: z.string(), to: z.string() })),
  relabel: z.array(z.object({ image: z.string(), to: z.string() })),
  without: z.array(z.string()),
  duplicates: z.enum(DuplicateHandling),
  fraction: z.number(),
  seed: z.int(),
  judgedPhotos: z.int().default(0),
});

/** The JSON columns of a dataset version. */
const columns = z.object({
  classes: z.array(z.string()),
  /** Images of each class, in the order of `classes`. */
  counts: z.array(classCount),
  rejected: z.array(z.object({ name: z.string(), reason: z.string() })),
  statistics: statisticsSchema.nullable(),
  derivation: derivationSchema.nullable(),
});

const classesColumn = columns.pick({ classes: true });

/** The classes of a dataset version whose row has not been read as a whole. */
export function classesOf(row: Pick<DatasetVersionRow, 'id' | 'classes'>): readonly string[] {
  return parseColumns(classesColumn, row, `dataset version ${row.id}`).classes;
}

export function toDataset(row: Prisma.DatasetGetPayload<{ include: typeof withDatasetVersions }>): Dataset {
  const { id, name, description, createdAt } = row;
  return { id, name, description, owner: ownerOf(row), createdAt, versions: row.versions.map(toDatasetVersion) };
}

/**
 * The origin of a version as everybody who may read may see it: an address without user, password, query and fragment, in
 * which signed addresses have their secrets.
 */
export function shownSource(source: string): string {
  if (!/^https?:/i.test(source) || !URL.canParse(source)) return source;
  const { origin, pathname } = new URL(source);
  return `${origin}${pathname}`;
}

export function toDatasetVersion(row: DatasetVersionRow): DatasetVersion {
  const { counts, ...parsed } = parseColumns(columns, row, `dataset version ${row.id}`);
  const { id, number, contentHash, imageCount, bytes, width, height, rejectedCount, createdAt } = row;
  const facts = { id, number, contentHash, imageCount, bytes, width, height, rejectedCount, createdAt };
  const source = shownSource(row.source);
  return { ...facts, ...parsed, source, dataset: row.dataset.name, owner: ownerOf(row), splits: splitCounts(counts) };
}

function splitCounts(counts: readonly z.infer<typeof classCount>[]): SplitCount[] {
  return SPLITS.map((split) => {
    const classes = counts.map((count) => ({ label: count.name, images: count[split] }));
    return { split, images: classes.reduce((sum, { images }) => sum + images, 0), classes };
  });
}
