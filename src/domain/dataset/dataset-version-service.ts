import { type Derivation, derive } from '../../datasets/derive.js';
import { diff, type FileState, type ImageChange } from '../../datasets/diff.js';
import { storeVersion } from '../../datasets/ingest.js';
import { conflicts, type DuplicateKind, leaks } from '../../datasets/inspect.js';
import type { ImageRecord, Manifest, Split } from '../../datasets/manifest.js';
import { repack } from '../../datasets/repack.js';
import { ContactSheet, dataUrl, square, thumbnail } from '../../datasets/thumbnails.js';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { notFound } from '../not-found.js';
import { type Page, type PageRequest, pageOfList } from '../page.js';
import type { Pictures, Viewer } from '../pictures.js';
import type { DatasetContents } from './dataset-contents.js';
import {
  type ChangedImages,
  type DatasetImage,
  type DatasetVersionDiff,
  type DuplicateImages,
  imageOf,
} from './dataset-image.js';
import { toDatasetVersion } from './dataset-row.js';
import { type DatasetVersion, NO_CHANGES } from './dataset-version.js';
import type { DatasetVersionWriter, JudgedImage } from './dataset-version-writer.js';

export interface DatasetVersionParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly contents: DatasetContents;
  readonly pictures: Pictures;
  readonly writer: DatasetVersionWriter;
}

/** Reads the images of dataset versions, derives, compares and deletes versions. */
export class DatasetVersionService {
  constructor(private readonly parts: DatasetVersionParts) {}

  async find(id: string): Promise<DatasetVersion | null> {
    const row = await this.parts.prisma.datasetVersion.findUnique({ where: { id }, include: { dataset: true } });
    return row && toDatasetVersion(row);
  }

  /** A page of the images of a class and a split, or of all. @throws NOT_FOUND. */
  async images(
    versionId: string,
    { label, split }: { readonly label: string | null; readonly split: Split | null },
    page: PageRequest,
  ): Promise<Page<DatasetImage>> {
    const { manifest } = await this.parts.contents.of(versionId);
    const rows = rowsOf(manifest, label, split);
    return pageOfList(rows, page, (row) => imageOf(versionId, manifest, row));
  }

  /** A page of groups of images that look the same. @param only conditions on the groups. @throws NOT_FOUND. */
  async duplicates(
    versionId: string,
    only: { readonly kind: DuplicateKind | null; readonly leaks: boolean; readonly labelConflicts: boolean },
    page: PageRequest,
  ): Promise<Page<DuplicateImages>> {
    const { manifest } = await this.parts.contents.of(versionId);
    const groups = (await this.parts.contents.duplicates(versionId)).filter(
      (group) =>
        (only.kind === null || group.kind === only.kind) &&
        (!only.leaks || leaks(group, manifest)) &&
        (!only.labelConflicts || conflicts(group, manifest)),
    );
    return pageOfList(groups, page, (group) => ({
      kind: group.kind,
      leaks: leaks(group, manifest),
      labelConflict: conflicts(group, manifest),
      images: group.images.map((row) => imageOf(versionId, manifest, row)),
    }));
  }

  /** @param side in pixels. @returns a data URL. */
  async thumbnail(versionId: string, row: number, side: number, viewer: Viewer): Promise<string> {
    const { manifest, read } = await this.parts.contents.of(versionId);
    const render = async (): Promise<Buffer> => thumbnail(await read(manifest.images[row]!), side);
    return dataUrl(await this.parts.pictures.render(viewer, render));
  }

  /** Images of a class, evenly spread over all of them. @returns a data URL; null for a class without images. */
  async contactSheet(
    versionId: string,
    { label, split }: { readonly label: string; readonly split: Split | null },
    { columns, rows, side }: { readonly columns: number; readonly rows: number; readonly side: number },
    viewer: Viewer,
  ): Promise<string | null> {
    const { manifest, read } = await this.parts.contents.of(versionId);
    const all = rowsOf(manifest, label, split);
    if (all.length === 0) return null;
    const count = Math.min(all.length, columns * rows);
    const chosen = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
    const { pictures } = this.parts;
    let sheet: ContactSheet | undefined;
    for (const [i, row] of chosen.entries()) {
      const made = await pictures.render(viewer, async () => square(await read(manifest.images[row]!), side));
      sheet ??= new ContactSheet(count, side, columns); // once the request has its turn
      sheet.put(i, made);
    }
    return dataUrl(await pictures.render(viewer, () => sheet!.webp(), 0));
  }

  /** Derives a version from others. Images are shared, not copied. @throws NOT_FOUND, BAD_INPUT, DATASET_REFUSED. */
  async derive(
    parentIds: readonly string[],
    dataset: string | null,
    derivation: Derivation,
    actor: Actor,
  ): Promise<DatasetVersion> {
    const { prisma, blobs, contents, writer } = this.parts;
    const rows = await prisma.datasetVersion.findMany({
      where: { id: { in: [...parentIds] } },
      include: { dataset: true },
    });
    const parents = parentIds.map((id) => {
      const row = rows.find((found) => found.id === id);
      if (!row) throw notFound('dataset version', id);
      return { id, dataset: row.dataset.name, number: row.number };
    });
    const origins = parents.map((parent) => `${parent.dataset} version ${parent.number}`);
    return writer.write(dataset ?? parents[0]!.dataset, origins.join(', '), actor, async () => {
      const manifests = await Promise.all(parentIds.map(async (id) => (await contents.of(id)).manifest));
      const stored = await storeVersion(await derive(manifests, derivation, origins), blobs);
      return { ...stored, derivation: { parents, ...derivation, judgedPhotos: 0 } };
    });
  }

  /**
   * Derives a version without images, and without their bytes: shards that hold some are written anew. The version becomes
   * the newest, keeps what is known of its judged photos, and its parent can be deleted.
   * @param without SHA-256 of the images. @param shards SHA-256 of all shards with bytes that must go. @throws as `derive`.
   */
  async deriveErased(
    parentId: string,
    without: readonly string[],
    shards: ReadonlySet<string>,
    actor: Actor,
  ): Promise<DatasetVersion> {
    const { prisma, blobs, contents, writer } = this.parts;
    const row = await prisma.datasetVersion.findUnique({ where: { id: parentId }, include: { dataset: true } });
    if (!row) throw notFound('dataset version', parentId);
    const { name: dataset } = row.dataset;
    return writer.write(dataset, `${dataset} version ${row.number}`, actor, async () => {
      const { manifest, read } = await contents.of(parentId);
      const derivation = { ...NO_CHANGES, without };
      const derived = await derive([manifest], derivation);
      const places = new Map(manifest.images.map((image) => [image.sha256, image]));
      const readImage = ({ sha256 }: ImageRecord): Promise<Uint8Array> => read(places.get(sha256) as ImageRecord);
      const stored = await storeVersion(await repack(derived, shards, readImage, blobs), blobs);
      const parents = [{ id: parentId, dataset, number: row.number }];
      const judged = await judgedImagesOf(prisma, derived);
      return { ...stored, derivation: { parents, ...derivation, judgedPhotos: 0 }, judged, erases: true };
    });
  }

  /** @param first number of changes of each kind to list. */
  async diff(beforeId: string, afterId: string, first: number): Promise<DatasetVersionDiff> {
    const before = (await this.parts.contents.of(beforeId)).manifest;
    const after = (await this.parts.contents.of(afterId)).manifest;
    const { unchanged, ...changes } = diff(before, after);
    const imageAt = (versionId: string, manifest: Manifest, state: FileState | null): DatasetImage | null =>
      state && imageOf(versionId, manifest, state.row);
    const listed = (list: readonly ImageChange[]): ChangedImages => ({
      total: list.length,
      changes: list.slice(0, first).map((change) => ({
        before: imageAt(beforeId, before, change.before),
        after: imageAt(afterId, after, change.after),
      })),
    });
    return {
      added: listed(changes.added),
      removed: listed(changes.removed),
      relabelled: listed(changes.relabelled),
      moved: listed(changes.moved),
      unchanged,
    };
  }

  /** @throws NOT_FOUND, or CONFLICT naming the rows that refer to it. */
  async delete(id: string, actor: Actor): Promise<void> {
    await this.parts.contents.forget(id); // Windows deletes no open file
    await this.parts.writer.delete(id, actor);
  }
}

/** Where images of a manifest come from that were judged photos, by the last judgment of each. */
async function judgedImagesOf(prisma: PrismaClient, { images }: Manifest): Promise<JudgedImage[]> {
  const hashes = images.map(({ sha256 }) => sha256);
  return prisma.$queryRaw<JudgedImage[]>`
    SELECT DISTINCT ON (sha256) sha256, prediction_id AS "predictionId", model, version, answered, judged_by AS "judgedBy",
      judged_at AS "judgedAt"
    FROM judged_images WHERE sha256 = ANY(${hashes}::text[]) ORDER BY sha256, judged_at DESC`;
}

function rowsOf({ classes, images }: Manifest, label: string | null, split: Split | null): number[] {
  const wanted = label === null ? null : classes.indexOf(label);
  if (wanted === -1) throw new HubError('NOT_FOUND', `The version has no class ${JSON.stringify(label)}.`, { label });
  const fits = (row: number): boolean =>
    (wanted === null || images[row]!.label === wanted) && (split === null || images[row]!.split === split);
  return [...images.keys()].filter(fits);
}
