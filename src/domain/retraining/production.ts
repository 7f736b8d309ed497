import type { Prisma, PrismaClient } from '../../storage/database.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import type { DatasetVersion } from '../dataset/dataset-version.js';
import { PRODUCTION } from '../model/gate.js';
import { sizeOf } from '../model/model-version-row.js';

/** The version in production, as far as a round repeats it. */
export interface InProduction {
  readonly number: number;
  /** What it was trained on. */
  readonly datasetVersionId: string;
  /** The newest version of that dataset. */
  readonly newest: DatasetVersion;
  /** Name of its backbone. */
  readonly backbone: string;
  /** Side in pixels of the square that its network computes at. */
  readonly imageSize: number;
}

const withParts = {
  datasetVersion: { select: { datasetId: true } },
  backbone: { select: { name: true } },
} as const satisfies Prisma.ModelVersionInclude;

/** The version of a model in production; null if there is none. */
export async function findInProduction(prisma: PrismaClient, modelId: string): Promise<InProduction | null> {
  const where = { modelId_name: { modelId, name: PRODUCTION } };
  const alias = await prisma.alias.findUnique({ where, include: { version: { include: withParts } } });
  if (!alias) return null;
  const { version } = alias;
  const { number, datasetVersionId, datasetVersion, backbone } = version;
  const newest = await prisma.datasetVersion.findFirstOrThrow({
    where: { datasetId: datasetVersion.datasetId },
    orderBy: { number: 'desc' },
    include: { dataset: true },
  });
  const { image: imageSize } = sizeOf(version);
  return { number, datasetVersionId, newest: toDatasetVersion(newest), backbone: backbone.name, imageSize };
}
