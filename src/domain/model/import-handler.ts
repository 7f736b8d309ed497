import type { Claim, JobHandler, JobInHand } from '../../jobs/job-handler.js';
import type { Finished } from '../../jobs/job-kinds.js';
import type { WaitingJob } from '../../jobs/queue.js';
import { namedBlobs } from '../../maintenance/named-blobs.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Imported, ImportJob, TaskEnd } from '../../training/job.js';
import { auditRow } from '../audit/audit-event.js';
import type { BackboneService } from '../backbone/backbone-service.js';
import { NOT_STATED } from '../backbone/published-backbones.js';
import { importOwner } from './import-row.js';
import type { VersionRegistry } from './version-registry.js';

interface ImportParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly blobPlace: BlobPlace;
  readonly backbones: BackboneService;
  readonly registry: VersionRegistry;
}

const withJobRelations = { datasetVersion: true } as const;
type ImportRow = Prisma.ModelImportGetPayload<{ include: typeof withJobRelations }>;

const UNEXPECTED = { code: 'INTERNAL', message: 'The import failed inside the hub; its log has the reason.' };

/** Makes versions of model files. */
export class ImportHandler implements JobHandler<'import'> {
  constructor(private readonly parts: ImportParts) {}

  async waiting(): Promise<WaitingJob[]> {
    const where = { state: { in: ['QUEUED', 'RUNNING'] } } satisfies Prisma.ModelImportWhereInput;
    return this.parts.prisma.modelImport.findMany({ where, orderBy: { id: 'asc' }, select: { id: true } });
  }

  async take({ id }: Claim): Promise<ImportInHand | null> {
    const { modelImport } = this.parts.prisma;
    const where = { id, state: { in: ['QUEUED', 'RUNNING'] } } satisfies Prisma.ModelImportWhereInput;
    const { count } = await modelImport.updateMany({ where, data: { state: 'RUNNING' } });
    if (count === 0) return null;
    return new ImportInHand(
      await modelImport.findUniqueOrThrow({ where: { id }, include: withJobRelations }),
      this.parts,
    );
  }
}

class ImportInHand implements JobInHand<'import'> {
  constructor(
    private readonly row: ImportRow,
    private readonly parts: ImportParts,
  ) {}

  async load(): Promise<ImportJob> {
    const { fileBlob, datasetVersion, labels } = this.row;
    return {
      fileBlob: fileBlob as string,
      manifestBlob: datasetVersion.manifestBlob,
      labels: labels as string[] | null,
      blobPlace: this.parts.blobPlace,
    };
  }

  async record(): Promise<void> {}

  async interrupt(): Promise<void> {
    const { id } = this.row;
    await this.parts.prisma.modelImport.updateMany({ where: { id, state: 'RUNNING' }, data: { state: 'QUEUED' } });
  }

  async end(end: Finished<'import'> | TaskEnd): Promise<void> {
    if (end.type === 'finished') await this.#register(end.imported);
    else await this.#fail(end.type === 'failed' && end.code !== 'INTERNAL' ? end : UNEXPECTED);
    await this.#deleteFile();
  }

  async #register(imported: Imported): Promise<void> {
    const { id, model, fileName, fileHash } = this.row;
    const owner = importOwner(this.row);
    const version = { ...(await this.#versionOf(imported)), model, runId: null };
    await this.parts.registry.add(id, version, owner, async (tx, made) => {
      const { head, notes } = imported;
      const outcome = { state: 'SUCCEEDED', endedAt: new Date(), fileBlob: null, versionId: made.id } as const;
      await tx.modelImport.update({
        where: { id },
        data: { ...outcome, head: head as unknown as Prisma.InputJsonValue, notes: [...notes] },
      });
      const subject = `${model} ${made.number}`;
      const details = { file: fileName, sha256: fileHash, notes };
      const entry = { action: 'MODEL_VERSION_IMPORTED', subject, model, details } as const;
      await tx.auditEvent.create({ data: auditRow({ ...owner, requestId: null }, entry) });
    });
  }

  async #fail({ code, message }: { readonly code: string; readonly message: string }): Promise<void> {
    const { id } = this.row;
    const data = { state: 'FAILED', errorCode: code, error: message, endedAt: new Date(), fileBlob: null } as const;
    // It may be gone with its dataset version, or have succeeded before its file could not be deleted.
    await this.parts.prisma.modelImport.updateMany({ where: { id, state: 'RUNNING' }, data });
  }

  /** Deletes the file, unless something else is the same blob. */
  async #deleteFile(): Promise<void> {
    const { prisma, blobs } = this.parts;
    const sha256 = this.row.fileBlob as string;
    for await (const named of namedBlobs(prisma, blobs)) if (named.sha256 === sha256) return;
    await blobs.delete(sha256);
  }

  async #versionOf(imported: Imported) {
    const { fileName, fileHash, datasetVersionId } = this.row;
    const { backboneBlob, architecture, weightsBlob, labels, size, test } = imported;
    const source = `imported: ${fileName}, SHA-256 ${fileHash}`;
    const about = { source, licence: NOT_STATED, trainedOn: NOT_STATED, figures: NOT_STATED };
    const backbone = await this.parts.backbones.adopt(backboneBlob, architecture, about, {
      ...importOwner(this.row),
      requestId: null,
    });
    const figures = { testAccuracy: test.accuracy, testLoss: test.loss };
    return { datasetVersionId, backbone, weightsBlob, labels, size, ...figures };
  }
}
