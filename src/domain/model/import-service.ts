import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { HubError } from '../../errors.js';
import type { JobQueue } from '../../jobs/queue.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Requester } from '../actor.js';
import type { AllowedFolders } from '../allowed-folders.js';
import { auditRow } from '../audit/audit-event.js';
import type { Caller } from '../caller.js';
import { limitedWeights } from '../limited-weights.js';
import { notFound } from '../not-found.js';
import { deletionRefusal } from '../owner.js';
import { olderThan, type PageRequest } from '../page.js';
import type { Quotas } from '../quota/quotas.js';
import { refuseArchivedModel } from './held-versions.js';
import { importOwner, toModelImport } from './import-row.js';
import type { ModelImport } from './model-import.js';
import { reachableDatasetVersion } from './model-reach.js';

/** The version that a file is to become. */
export interface ImportOptions {
  readonly model: string;
  readonly datasetVersionId: string;
  readonly labels: readonly string[] | null;
  /** The token that starts the import. One for a model may use the dataset versions of that model's versions only. */
  readonly caller: Caller;
}

/** Accepts model files from elsewhere and queues their imports; `list` shows the progress. */
export class ImportService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly allowed: AllowedFolders,
    private readonly quotas: Quotas,
    private readonly queue: JobQueue,
  ) {}

  /** Imports an uploaded file. @param fileName its name at the client. @throws NOT_FOUND, LIMIT_EXCEEDED, CONFLICT. */
  async upload(content: AsyncIterable<Buffer>, fileName: string, options: ImportOptions): Promise<ModelImport> {
    const { datasetVersionId, labels, caller, ...rest } = options;
    const where = reachableDatasetVersion(datasetVersionId, caller);
    if (!(await this.prisma.datasetVersion.findUnique({ where }))) throw notFound('dataset version', datasetVersionId);
    const model = await this.prisma.model.findUnique({ where: { name: rest.model } });
    if (model) refuseArchivedModel(model);
    const { sha256, bytes } = await this.quotas.upload(caller.name, () => this.blobs.put(limitedWeights(content)));
    const about = {
      ...rest,
      ...{ actor: caller.name, actorId: caller.tokenId, actorRole: caller.role },
      datasetVersionId,
      fileName: fileName.slice(0, 200),
      fileHash: sha256,
      bytes,
      fileBlob: sha256,
    };
    const given = labels === null ? {} : { labels: [...labels] };
    const row = await this.prisma.$transaction(async (tx) => {
      const made = await tx.modelImport.create({ data: { ...about, ...given } });
      await this.queue.enqueue(tx, 'import', { id: made.id });
      return made;
    });
    return toModelImport(row, null);
  }

  /** Imports a file in an allowed folder of the server. @throws BAD_INPUT for a path that is no file. */
  async path(path: string, options: ImportOptions): Promise<ModelImport> {
    const real = await this.allowed.resolve(path);
    if (!(await stat(real)).isFile()) throw new HubError('BAD_INPUT', 'The path is not a file.', { path });
    const content = createReadStream(real);
    try {
      return await this.upload(content, basename(real), options);
    } finally {
      content.destroy(); // a refusal leaves it unread
    }
  }

  /**
   * Deletes an import that has ended without a version, or whose version was deleted. A TRAINER deletes its own ones.
   * @throws NOT_FOUND; FORBIDDEN; CONFLICT while the import is under way, and for the origin of a version.
   */
  async delete(model: string, id: string, { caller, actor }: Requester): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM model_imports WHERE id = ${id} FOR UPDATE`;
      const row = await tx.modelImport.findUnique({ where: { id, model }, include: { version: true } });
      if (!row) throw notFound('model import', id);
      refuseUnlessDeletable(row, caller);
      await tx.modelImport.delete({ where: { id } });
      const details = { file: row.fileName, sha256: row.fileHash, actor: row.actor, error: row.error };
      const entry = { action: 'MODEL_IMPORT_DELETED', subject: `import ${id}`, model, details } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
    });
  }

  /** A page of the imports of a model, newest first. */
  async list(model: string, { first, after }: PageRequest): Promise<ModelImport[]> {
    const page = { orderBy: { id: 'desc' }, take: first } as const;
    const include = { version: { select: { number: true } } } as const;
    const rows = await this.prisma.modelImport.findMany({ where: { model, ...olderThan(after) }, include, ...page });
    return rows.map((row) => toModelImport(row, row.version?.number ?? null));
  }
}

function refuseUnlessDeletable(
  row: Prisma.ModelImportGetPayload<{ include: { version: true } }>,
  caller: Caller,
): void {
  const { id, state, endedAt, fileName, model, version } = row;
  const subject = `The import ${id} of ${fileName}`;
  const refusal = deletionRefusal(`${subject} was started by`, importOwner(row), caller);
  if (refusal) throw refusal;
  if (endedAt === null) {
    throw new HubError('CONFLICT', `${subject} is under way. Wait until it has ended.`, { id, state });
  }
  if (!version) return;
  const made = `version ${version.number} of ${model}`;
  throw new HubError('CONFLICT', `${subject} is the origin of ${made}. Delete that version first.`, { id });
}
