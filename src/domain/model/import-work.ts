import { HubError } from '../../errors.js';
import type { WorkerProcess } from '../../jobs/worker-process.js';
import type { QueuedWork } from '../../jobs/worker-queue.js';
import type { Supervision } from '../../jobs/worker-supervisor.js';
import { namedBlobs } from '../../maintenance/named-blobs.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Imported, ImportJob } from '../../training/job.js';
import { auditRow } from '../audit/audit-event.js';
import type { BackboneService } from '../backbone/backbone-service.js';
import type { VersionRegistry } from './version-registry.js';

interface ImportParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly blobFolder: string;
  readonly backbones: BackboneService;
  readonly registry: VersionRegistry;
  readonly startImport: (job: ImportJob) => WorkerProcess<'import'>;
}

const withJobRelations = { datasetVersion: true } as const;
type PendingRow = Prisma.ModelImportGetPayload<{ include: typeof withJobRelations }>;

/** Makes versions of model files. */
export class ImportWork implements QueuedWork<PendingRow, 'import'> {
  readonly what = 'The import';

  constructor(private readonly parts: ImportParts) {}

  next(): Promise<PendingRow | null> {
    return this.parts.prisma.modelImport.findFirst({
      where: { state: { in: ['QUEUED', 'RUNNING'] } },
      orderBy: { id: 'asc' },
      include: withJobRelations,
    });
  }

  async work(pending: PendingRow, supervision: Supervision<'import'>): Promise<void> {
    const { prisma, startImport, blobFolder, registry } = this.parts;
    const { id, model, fileBlob, datasetVersion, labels } = pending;
    await prisma.modelImport.update({ where: { id }, data: { state: 'RUNNING' } });
    const job = {
      fileBlob: fileBlob as string,
      manifestBlob: datasetVersion.manifestBlob,
      labels: labels as string[] | null,
      blobFolder,
    };
    const { imported } = await supervision.finish(() => startImport(job));
    const version = { ...(await this.#versionOf(pending, imported)), model, runId: null };
    await registry.add(id, version, async (tx, made) => {
      const { head, notes } = imported;
      const outcome = { state: 'SUCCEEDED', endedAt: new Date(), fileBlob: null, versionId: made.id } as const;
      await tx.modelImport.update({ where: { id }, data: { ...outcome, head: { ...head }, notes: [...notes] } });
      const subject = `${model} ${made.number}`;
      const details = { file: pending.fileName, sha256: pending.fileHash, notes };
      const entry = { action: 'MODEL_VERSION_IMPORTED', subject, model, details } as const;
      await tx.auditEvent.create({ data: auditRow({ name: pending.actor, requestId: null }, entry) });
    });
  }

  async failed({ id }: PendingRow, error: unknown): Promise<void> {
    const { code, message } = error instanceof HubError ? error : UNEXPECTED;
    const data = { state: 'FAILED', errorCode: code, error: message, endedAt: new Date(), fileBlob: null } as const;
    await this.parts.prisma.modelImport.updateMany({ where: { id }, data }); // it may be gone with its dataset version
  }

  /** Deletes the file, unless something else is the same blob. */
  async ended({ fileBlob }: PendingRow): Promise<void> {
    const { prisma, blobs } = this.parts;
    const sha256 = fileBlob as string;
    for await (const named of namedBlobs(prisma, blobs)) if (named.sha256 === sha256) return;
    await blobs.delete(sha256);
  }

  async #versionOf({ fileName, fileHash, datasetVersionId }: PendingRow, imported: Imported) {
    const { backboneBlob, architecture, weightsBlob, labels, size, test } = imported;
    const source = `imported: ${fileName}, SHA-256 ${fileHash}`;
    const about = { source, licence: 'not stated', trainedOn: 'not stated' };
    const backbone = await this.parts.backbones.adopt(backboneBlob, architecture, about);
    const figures = { testAccuracy: test.accuracy, testLoss: test.loss };
    return { datasetVersionId, backbone, weightsBlob, labels, size, ...figures };
  }
}

const UNEXPECTED = { code: 'INTERNAL', message: 'The import failed inside the hub; its log says why.' };
