import pLimit from 'p-limit';
import { columnSummaries } from '../../datasets/columns.js';
import type { StoredVersion } from '../../datasets/ingest.js';
import { conflicts, type Inspection, leaks } from '../../datasets/inspect.js';
import { hashColumns, type Manifest } from '../../datasets/manifest.js';
import type { Rejection } from '../../datasets/rejections.js';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { isImageBlobUsed } from '../image-blob-use.js';
import { NameNotFound } from '../names-like.js';
import { notFound } from '../not-found.js';
import { ownerColumns } from '../owner.js';
import { shownSource, toDatasetVersion } from './dataset-row.js';
import type { DatasetStatistics, DatasetVersion, VersionDerivation } from './dataset-version.js';

/** Ids per kind of row in an error. */
const NAMED_ROWS = 5;

/** A version to write, whose blobs are stored. */
export interface NewDatasetVersion extends StoredVersion {
  readonly rejected?: readonly Rejection[];
  readonly rejectedCount?: number;
  readonly derivation?: VersionDerivation;
  /**
   * Whether it is to replace versions whose images must go. It is then written even if an older version has the same data, and
   * its parents can be deleted before it.
   */
  readonly erases?: boolean;
  /** Where images come from that were photos of the prediction log. */
  readonly judged?: readonly JudgedImage[];
}

/** An image that was a photo of the prediction log: who answered what, and who judged it. */
export interface JudgedImage {
  /** SHA-256 of its bytes. */
  readonly sha256: string;
  readonly predictionId: string;
  readonly model: string;
  /** Number of the version that answered. */
  readonly version: number;
  /** Label that it answered. */
  readonly answered: string;
  /** Name of the token; null where it was not stored. */
  readonly judgedBy: string | null;
  readonly judgedAt: Date;
}

/**
 * Writes and deletes dataset versions, one at a time, because versions share blobs and a failed write deletes the blobs
 * that it stored.
 */
export class DatasetVersionWriter {
  readonly #oneAtATime = pLimit(1);

  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly changes: ChangeNotices,
  ) {}

  /**
   * Writes a version. For data that the dataset already has, with the same values of columns if there are any, returns the
   * newest version with that data, unless the new one erases images; its rejected files are then those of this source.
   * @param source origin of the images, for people. @param actor owner of the version. @param store stores the blobs.
   */
  async write(
    name: string,
    source: string,
    actor: Actor,
    store: () => Promise<NewDatasetVersion>,
  ): Promise<DatasetVersion> {
    const dataset = await this.prisma.dataset.findUnique({ where: { name } });
    if (!dataset) throw new NameNotFound('dataset', name, ': create it first');
    return this.#oneAtATime(async () => {
      const stored = await store();
      const row = await this.#insert(dataset, source, actor, stored);
      this.changes.tell('DATASET', name);
      const { rejected = [], rejectedCount = 0 } = stored;
      return { ...toDatasetVersion(row), rejected, rejectedCount };
    });
  }

  /** Does something while no version is written or deleted by this process. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#oneAtATime(work);
  }

  /** @throws NOT_FOUND, or CONFLICT naming the rows that refer to it. */
  async delete(id: string, actor: Actor): Promise<void> {
    await this.#oneAtATime(async () => {
      const version = await this.prisma.datasetVersion.findUnique({ where: { id }, include: { dataset: true } });
      if (!version) throw notFound('dataset version', id);
      await this.#refuseWhileReferred(id);
      const { number, contentHash, manifestBlob, inspectionBlob, shards } = version;
      const subject = `${version.dataset.name} ${number}`;
      const entry = { action: 'DATASET_VERSION_DELETED', subject, details: { id, contentHash } } as const;
      await this.prisma.$transaction([
        this.prisma.datasetVersion.delete({ where: { id } }),
        this.prisma.auditEvent.create({ data: auditRow(actor, entry) }),
      ]);
      this.changes.tell('DATASET', version.dataset.name);
      for (const blob of [manifestBlob, ...(inspectionBlob ? [inspectionBlob] : []), ...shards]) {
        if (!(await isImageBlobUsed(this.prisma, this.blobs, blob))) await this.blobs.delete(blob);
      }
    });
  }

  /** @returns the new row, or that of the version with the same data. */
  async #insert(
    { id: datasetId, name }: { readonly id: string; readonly name: string },
    source: string,
    actor: Actor,
    stored: NewDatasetVersion,
  ): Promise<Prisma.DatasetVersionGetPayload<{ include: { dataset: true } }>> {
    const {
      manifest,
      manifestBlob,
      inspection,
      inspectionBlob,
      counts,
      width,
      height,
      rejected = [],
      judged = [],
    } = stored;
    const { parents = [], ...derivation } = stored.derivation ?? {};
    const columnsHash = hashColumns(manifest);
    return this.prisma.$transaction(async (tx) => {
      // The row lock gives two concurrent writes different numbers, and the second one sees the data of the first.
      await tx.$queryRaw`SELECT id FROM datasets WHERE id = ${datasetId} FOR UPDATE`;
      const { _max } = await tx.datasetVersion.aggregate({ where: { datasetId }, _max: { number: true } });
      const same = await tx.datasetVersion.findFirst({
        where: {
          ...{ datasetId, contentHash: manifest.contentHash },
          ...(columnsHash === null ? {} : { statistics: { path: ['columnsHash'], equals: columnsHash } }),
        },
        include: { dataset: true },
        orderBy: { number: 'desc' },
      });
      // The same erasure, asked for twice at once, is one version.
      const isDone = same?.number === _max.number && same?.manifestBlob === manifestBlob.sha256;
      if (same && (!stored.erases || isDone)) return same;
      const number = (_max.number ?? 0) + 1;
      const row = await tx.datasetVersion.create({
        include: { dataset: true },
        data: {
          datasetId,
          number,
          ...ownerColumns(actor),
          contentHash: manifest.contentHash,
          manifestBlob: manifestBlob.sha256,
          classes: [...manifest.classes],
          counts: counts.classes.map((count) => ({ ...count })),
          imageCount: manifest.images.length,
          bytes: BigInt(stored.bytes),
          width,
          height,
          source: shownSource(source),
          rejected: rejected.map((file) => ({ ...file })),
          rejectedCount: stored.rejectedCount ?? 0,
          shards: [...manifest.shards],
          statistics: json({ ...statisticsOf(inspection, manifest), ...(columnsHash ? { columnsHash } : {}) }),
          inspectionBlob: inspectionBlob.sha256,
          ...(stored.derivation ? { derivation: json({ ...derivation, parents }) } : {}),
          parents: { create: stored.erases ? [] : parents.map(({ id }) => ({ parentId: id })) },
          judgedImages: { createMany: { data: [...judged] } },
        },
      });
      const details = { id: row.id, contentHash: manifest.contentHash, source: shownSource(source) };
      const entry = { action: 'DATASET_VERSION_CREATED', subject: `${name} ${number}`, details } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      return row;
    });
  }

  async #refuseWhileReferred(id: string): Promise<void> {
    const first = { select: { id: true }, take: NAMED_ROWS + 1 } as const;
    const where = { datasetVersionId: id };
    const referring = {
      runs: await this.prisma.run.findMany({ where, ...first }),
      sweeps: await this.prisma.sweep.findMany({ where, ...first }),
      'model versions': await this.prisma.modelVersion.findMany({ where, ...first }),
      'derived versions': await this.prisma.datasetVersion.findMany({
        where: { parents: { some: { parentId: id } } },
        ...first,
      }),
    };
    const named = Object.entries(referring).flatMap(([what, rows]) => {
      const ids = rows.slice(0, NAMED_ROWS).map((row) => row.id);
      return rows.length > 0 ? [`${what} ${ids.join(', ')}${rows.length > NAMED_ROWS ? ' and more' : ''}`] : [];
    });
    if (named.length === 0) return;
    throw new HubError('CONFLICT', `The dataset version is used by ${named.join('; ')}. Delete those first.`, { id });
  }
}

function statisticsOf(inspection: Inspection, manifest: Manifest): DatasetStatistics {
  const { duplicates, mean, deviation, ...rest } = inspection;
  const count = (fits: (group: (typeof duplicates)[number]) => boolean): number => duplicates.filter(fits).length;
  return {
    ...rest,
    mean,
    deviation,
    duplicates: {
      exact: count(({ kind }) => kind === 'exact'),
      near: count(({ kind }) => kind === 'near'),
      leaks: count((group) => leaks(group, manifest)),
      labelConflicts: count((group) => conflicts(group, manifest)),
    },
    columns: columnSummaries(manifest),
  };
}

/** A domain object as a JSON column; Prisma's type wants an index signature, which interfaces lack. */
function json(value: object): Prisma.InputJsonObject {
  return value as Prisma.InputJsonObject;
}
