import type { Split } from '../../datasets/manifest.js';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import type { Fetch } from '../../storage/fetch.js';
import type { AllowedFolders } from '../allowed-folders.js';
import { notFound } from '../not-found.js';
import type { Quotas } from '../quota/quotas.js';
import { PredictionSourceKind } from './prediction-job.js';
import type { StoredSource } from './prediction-job-row.js';

/** Images of a dataset version, a folder or archive of the server, an archive at an address, or one that is sent. */
export type RequestedSource =
  | { readonly datasetVersionId: string; readonly split: Split | null }
  | { readonly path: string }
  | { readonly url: string }
  | { readonly upload: AsyncIterable<Uint8Array>; readonly fileName: string };

interface SourceParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly quotas: Quotas;
  readonly allowed: AllowedFolders;
  readonly fetch: Fetch;
  /** Whether other processes, which do not see the folders of this machine, take jobs. */
  readonly isShared: boolean;
}

/** Checks the sources of prediction jobs, and stores archives that are not on the server, so that a job can begin again. */
export class PredictionSources {
  constructor(private readonly parts: SourceParts) {}

  /**
   * @param nameEncoding as of `openArchive`. @param actor name of the token.
   * @throws NOT_FOUND, BAD_INPUT, LIMIT_EXCEEDED.
   */
  async store(
    source: RequestedSource,
    nameEncoding: string | null,
    actor: string,
  ): Promise<{ readonly source: StoredSource; readonly archiveBlob: string | null }> {
    const { blobs, quotas, fetch } = this.parts;
    const about = { datasetVersionId: null, split: null, manifestBlob: null, path: null, nameEncoding };
    if ('datasetVersionId' in source) return this.#datasetVersion(source);
    await quotas.admitData();
    if ('path' in source) {
      const path = await this.#realPath(source.path);
      return { source: { ...about, kind: PredictionSourceKind.PATH, name: source.path, path }, archiveBlob: null };
    }
    const { kind, name, open } =
      'url' in source
        ? {
            kind: PredictionSourceKind.URL,
            name: source.url,
            open: async () => (await fetch(source.url, new AbortController().signal)).content,
          }
        : { kind: PredictionSourceKind.UPLOAD, name: source.fileName.slice(0, 200), open: async () => source.upload };
    const { sha256 } = await quotas.upload(actor, async () => blobs.put(await open()));
    return { source: { ...about, kind, name }, archiveBlob: sha256 };
  }

  async #datasetVersion({ datasetVersionId: id, split }: Extract<RequestedSource, { datasetVersionId: string }>) {
    const found = await this.parts.prisma.datasetVersion.findUnique({ where: { id }, include: { dataset: true } });
    if (!found) throw notFound('dataset version', id);
    const { manifestBlob, number, dataset } = found;
    const about = { kind: PredictionSourceKind.DATASET, name: `${dataset.name} ${number}`, datasetVersionId: id };
    return { source: { ...about, split, manifestBlob, path: null, nameEncoding: null }, archiveBlob: null };
  }

  async #realPath(path: string): Promise<string> {
    if (!this.parts.isShared) return this.parts.allowed.resolve(path);
    const message = 'Processes of this hub may run on machines that do not have this path: upload an archive.';
    throw new HubError('BAD_INPUT', message, { path: path.slice(0, 200) });
  }
}
