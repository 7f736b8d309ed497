import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import { openArchive, openSource } from '../../datasets/detect.js';
import { SPLITS, type Split } from '../../datasets/manifest.js';
import { type RegisteredDataset, registerImages } from '../../datasets/register.js';
import type { Source } from '../../datasets/source.js';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import { isUniqueViolation, type Prisma, type PrismaClient, unlessUniqueViolation } from '../../storage/database.js';
import type { AllowedFolders } from '../allowed-folders.js';
import { type DatasetType, type DatasetVersionType, SplitName } from './dataset.type.js';

const withVersions = { versions: { orderBy: { number: 'desc' }, include: { dataset: true } } } as const;

type VersionRow = Prisma.DatasetVersionGetPayload<{ include: { dataset: true } }>;

/** How the images of a source become a version. */
export interface DrawOptions {
  readonly testFraction: number;
  readonly validationFraction: number;
  readonly seed: number;
}

export class DatasetService {
  /** One registration at a time: one that fails takes back what it stored. */
  readonly #oneRegistration = pLimit(1);

  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly allowed: AllowedFolders,
    /** Folder for archives while they are read. */
    private readonly temporary: string,
  ) {}

  async create(name: string, description: string | null): Promise<DatasetType> {
    try {
      return toDataset({ ...(await this.prisma.dataset.create({ data: { name, description } })), versions: [] });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new HubError('CONFLICT', `There is a dataset named ${name} already.`, { name });
    }
  }

  async list(): Promise<DatasetType[]> {
    const rows = await this.prisma.dataset.findMany({ include: withVersions, orderBy: { name: 'asc' } });
    return rows.map(toDataset);
  }

  async find(name: string): Promise<DatasetType | null> {
    const row = await this.prisma.dataset.findUnique({ where: { name }, include: withVersions });
    return row && toDataset(row);
  }

  /** Registers an archive as it arrives. */
  async registerUpload(
    dataset: string,
    upload: AsyncIterable<Buffer>,
    options: DrawOptions,
  ): Promise<DatasetVersionType> {
    const file = join(this.temporary, `${randomUUID()}.archive`);
    try {
      await pipeline(upload, createWriteStream(file, { mode: 0o600 }));
      return await this.#register(dataset, await openArchive(file), 'upload', options);
    } finally {
      await rm(file, { force: true });
    }
  }

  /** Registers a folder or an archive that lies in an allowed folder of the server. */
  async registerPath(dataset: string, path: string, options: DrawOptions): Promise<DatasetVersionType> {
    const real = await this.allowed.resolve(path);
    return this.#register(dataset, await openSource(real), path, options);
  }

  /** Data that is registered already is not registered again: the version that holds it is returned. */
  async #register(name: string, source: Source, from: string, options: DrawOptions): Promise<DatasetVersionType> {
    const dataset = await this.prisma.dataset.findUnique({ where: { name } });
    if (!dataset) throw new HubError('NOT_FOUND', `There is no dataset named ${name}: create it first.`, { name });
    const registered = await this.#oneRegistration(() => registerImages(source, this.blobs, options));
    await this.#insert(dataset.id, from, registered).catch(unlessUniqueViolation);
    const { contentHash } = registered.manifest;
    const where = { datasetId_contentHash: { datasetId: dataset.id, contentHash } };
    return toDatasetVersion(await this.prisma.datasetVersion.findUniqueOrThrow({ where, include: { dataset: true } }));
  }

  async #insert(datasetId: string, source: string, registered: RegisteredDataset): Promise<void> {
    const { manifest, manifestBlob, counts, width, height, rejected, rejectedCount } = registered;
    await this.prisma.$transaction(async (tx) => {
      // The row lock keeps two registrations from taking the same number.
      await tx.$queryRaw`SELECT id FROM datasets WHERE id = ${datasetId} FOR UPDATE`;
      const { _max } = await tx.datasetVersion.aggregate({ where: { datasetId }, _max: { number: true } });
      await tx.datasetVersion.create({
        data: {
          datasetId,
          number: (_max.number ?? 0) + 1,
          contentHash: manifest.contentHash,
          manifestBlob: manifestBlob.sha256,
          classes: [...manifest.classes],
          counts: counts.classes.map((count) => ({ ...count })),
          imageCount: manifest.images.length,
          bytes: BigInt(registered.bytes),
          width,
          height,
          source,
          rejected: rejected.map((file) => ({ ...file })),
          rejectedCount,
        },
      });
    });
  }
}

function toDataset(row: Prisma.DatasetGetPayload<{ include: typeof withVersions }>): DatasetType {
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
    createdAt,
  };
}
