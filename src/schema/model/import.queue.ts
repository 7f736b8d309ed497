import type { LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { ImportEvent, Imported } from '../../training/job.js';
import type { startImport } from '../../training/worker-process.js';
import { auditRow } from '../audit/audit.event.js';
import type { BackboneService } from '../backbone/backbone.service.js';
import { namedBlobs } from '../named-blobs.js';
import { Supervision } from '../supervision.js';
import { WorkLoop } from '../work-loop.js';
import type { VersionRegistry } from './version-registry.js';

export interface ImportParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly blobFolder: string;
  readonly backbones: BackboneService;
  readonly registry: VersionRegistry;
  readonly log: Logger;
  readonly startImport: typeof startImport;
  /** It takes turns with runs and sweeps: one worker at a time. */
  readonly turn: LimitFunction;
}

const withJobRelations = { datasetVersion: true } as const;
type PendingRow = Prisma.ModelImportGetPayload<{ include: typeof withJobRelations }>;

/** Model files wait here to become versions. One that was at work when the hub ended is begun again when it starts. */
export class ImportQueue {
  readonly #loop = new WorkLoop(
    () => this.parts.turn(() => this.#next()),
    (err) => this.parts.log.error({ err }, 'the queue of imports cannot go on; it tries again'),
  );
  #current: Supervision<ImportEvent> | undefined;

  constructor(private readonly parts: ImportParts) {}

  wake(): void {
    this.#loop.wake();
  }

  /** Stops the worker where it is. */
  async close(): Promise<void> {
    const closed = this.#loop.close();
    this.#current?.kill();
    await closed;
  }

  async #next(): Promise<boolean> {
    const { prisma } = this.parts;
    if (this.#loop.closed) return false;
    const next = await prisma.modelImport.findFirst({
      where: { state: { in: ['QUEUED', 'RUNNING'] } },
      orderBy: { id: 'asc' },
      include: withJobRelations,
    });
    if (!next || this.#loop.closed) return false;
    const { id } = next;
    const log = this.parts.log.child({ import: id });
    this.#current = new Supervision(log);
    try {
      await prisma.modelImport.update({ where: { id }, data: { state: 'RUNNING' } });
      await this.#import(next, this.#current);
    } catch (error) {
      if (this.#current.killed) return false;
      if (!(error instanceof HubError)) log.error({ err: error }, 'model file cannot be imported');
      const { code, message } = error instanceof HubError ? error : UNEXPECTED;
      const data = { state: 'FAILED', errorCode: code, error: message, endedAt: new Date(), fileBlob: null } as const;
      await prisma.modelImport.updateMany({ where: { id }, data }); // it may be gone with its dataset version
    }
    this.#current = undefined;
    await this.#deleteFile(next.fileBlob as string);
    return true;
  }

  async #import(pending: PendingRow, supervision: Supervision<ImportEvent>): Promise<void> {
    const { startImport, blobFolder, registry } = this.parts;
    const { id, model, fileBlob, datasetVersion, labels } = pending;
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
      await tx.auditEvent.create({ data: auditRow({ actor: pending.actor, requestId: null }, entry) });
    });
  }

  async #versionOf({ fileName, fileHash, datasetVersionId }: PendingRow, imported: Imported) {
    const { backboneBlob, architecture, weightsBlob, labels, size, test } = imported;
    const source = `imported: ${fileName}, SHA-256 ${fileHash}`;
    const about = { source, licence: 'not stated', trainedOn: 'not stated' };
    const backbone = await this.parts.backbones.adopt(backboneBlob, architecture, about);
    const figures = { testAccuracy: test.accuracy, testLoss: test.loss };
    return { datasetVersionId, backbone, weightsBlob, labels, size, ...figures };
  }

  /** Deletes the file, unless something else is the same blob. */
  async #deleteFile(sha256: string): Promise<void> {
    const { prisma, blobs } = this.parts;
    for await (const named of namedBlobs(prisma, blobs)) if (named.sha256 === sha256) return;
    await blobs.delete(sha256);
  }
}

const UNEXPECTED = { code: 'INTERNAL', message: 'The import failed inside the hub; its log says why.' };
