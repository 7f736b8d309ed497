import { type Derivation, derive } from '../../datasets/derive.js';
import { type Change, diff, type Standing } from '../../datasets/diff.js';
import { conflicts, type DuplicateGroup, leaks } from '../../datasets/inspect.js';
import type { Manifest, Split } from '../../datasets/manifest.js';
import { storeVersion } from '../../datasets/register.js';
import { contactSheet, dataUrl, thumbnail } from '../../datasets/thumbnails.js';
import { HubError } from '../../errors.js';
import type { DatasetVersionType } from '../../schema/dataset/dataset.type.js';
import type {
  DatasetChanges,
  DatasetDifference,
  DatasetImagePage,
  DatasetImageType,
  DuplicatePage,
} from '../../schema/dataset/dataset-image.type.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { notFound } from '../not-found.js';
import type { DatasetContents } from './dataset-contents.js';
import { toDatasetVersion } from './dataset-row.js';
import type { VersionWriter } from './dataset-version-writer.js';

interface Page {
  readonly first: number;
  readonly after?: number | null;
}

export interface VersionParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly contents: DatasetContents;
  readonly writer: VersionWriter;
}

/** What is in dataset versions, and what is made of them. */
export class DatasetVersionService {
  constructor(private readonly parts: VersionParts) {}

  async find(id: string): Promise<DatasetVersionType | null> {
    const row = await this.parts.prisma.datasetVersion.findUnique({ where: { id }, include: { dataset: true } });
    return row && toDatasetVersion(row);
  }

  /** Those of a class and a split, or of all. */
  async images(
    versionId: string,
    { label, split }: { readonly label: string | null; readonly split: Split | null },
    page: Page,
  ): Promise<DatasetImagePage> {
    const { manifest } = await this.parts.contents.of(versionId);
    const rows = rowsOf(manifest, label, split);
    const { items, ...rest } = cut(rows, page);
    return { images: items.map((row) => imageOf(versionId, manifest, row)), ...rest };
  }

  /** @param only keeps groups that leak, or whose labels disagree. */
  async duplicates(
    versionId: string,
    only: { readonly kind: DuplicateGroup['kind'] | null; readonly leaks: boolean; readonly labelConflicts: boolean },
    page: Page,
  ): Promise<DuplicatePage> {
    const { manifest } = await this.parts.contents.of(versionId);
    const groups = (await this.parts.contents.duplicates(versionId)).filter(
      (group) =>
        (only.kind === null || group.kind === only.kind) &&
        (!only.leaks || leaks(group, manifest)) &&
        (!only.labelConflicts || conflicts(group, manifest)),
    );
    const { items, ...rest } = cut(groups, page);
    return {
      groups: items.map((group) => ({
        kind: group.kind,
        leaks: leaks(group, manifest),
        labelConflict: conflicts(group, manifest),
        images: group.images.map((row) => imageOf(versionId, manifest, row)),
      })),
      ...rest,
    };
  }

  /** @param side in pixels. @returns a data URL. */
  async thumbnail(versionId: string, row: number, side: number): Promise<string> {
    const { manifest, read } = await this.parts.contents.of(versionId);
    return dataUrl(await thumbnail(await read(manifest.images[row]!), side));
  }

  /** Images of a class, evenly spread over those that there are. @returns a data URL; null where there are none. */
  async contactSheet(
    versionId: string,
    { label, split }: { readonly label: string; readonly split: Split | null },
    { columns, rows, side }: { readonly columns: number; readonly rows: number; readonly side: number },
  ): Promise<string | null> {
    const { manifest, read } = await this.parts.contents.of(versionId);
    const all = rowsOf(manifest, label, split);
    if (all.length === 0) return null;
    const count = Math.min(all.length, columns * rows);
    const chosen = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
    const pictures = await Promise.all(chosen.map((row) => read(manifest.images[row]!)));
    return dataUrl(await contactSheet(pictures, side, columns));
  }

  /** Makes a version of others. No image is stored again. */
  async derive(
    parentIds: readonly string[],
    dataset: string | null,
    derivation: Derivation,
  ): Promise<DatasetVersionType> {
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
    const source = parents.map((parent) => `${parent.dataset} version ${parent.number}`).join(', ');
    return writer.write(dataset ?? parents[0]!.dataset, source, async () => {
      const manifests = await Promise.all(parentIds.map(async (id) => (await contents.of(id)).manifest));
      const stored = await storeVersion(await derive(manifests, derivation), blobs);
      return { ...stored, derivation: { parents, ...derivation } };
    });
  }

  /** @param first changes of each kind that are told one by one. */
  async diff(beforeId: string, afterId: string, first: number): Promise<DatasetDifference> {
    const before = (await this.parts.contents.of(beforeId)).manifest;
    const after = (await this.parts.contents.of(afterId)).manifest;
    const { unchanged, ...changes } = diff(before, after);
    const standing = (versionId: string, manifest: Manifest, at: Standing | null): DatasetImageType | null =>
      at && imageOf(versionId, manifest, at.row);
    const told = (list: readonly Change[]): DatasetChanges => ({
      total: list.length,
      changes: list.slice(0, first).map((change) => ({
        before: standing(beforeId, before, change.before),
        after: standing(afterId, after, change.after),
      })),
    });
    return {
      added: told(changes.added),
      removed: told(changes.removed),
      relabelled: told(changes.relabelled),
      moved: told(changes.moved),
      unchanged,
    };
  }

  /** @throws NOT_FOUND, or CONFLICT naming what refers to it. */
  async delete(id: string, by: Actor): Promise<void> {
    await this.parts.contents.forget(id); // an open file could not be deleted on Windows
    await this.parts.writer.delete(id, by);
  }
}

function rowsOf({ classes, images }: Manifest, label: string | null, split: Split | null): number[] {
  const wanted = label === null ? null : classes.indexOf(label);
  if (wanted === -1) throw new HubError('NOT_FOUND', `The version has no class ${JSON.stringify(label)}.`, { label });
  const fits = (row: number): boolean =>
    (wanted === null || images[row]!.label === wanted) && (split === null || images[row]!.split === split);
  return [...images.keys()].filter(fits);
}

/** A page of a list: `after` is the place in the list behind which it begins. */
function cut<T>(
  list: readonly T[],
  { first, after }: Page,
): { items: readonly T[]; total: number; next: number | null } {
  const from = after === undefined || after === null ? 0 : after + 1;
  const to = from + first;
  return { items: list.slice(from, to), total: list.length, next: to < list.length ? to - 1 : null };
}

function imageOf(versionId: string, { classes, images }: Manifest, row: number): DatasetImageType {
  const { sha256, name, label, split, width, height, bytes, facts } = images[row]!;
  return {
    versionId,
    row,
    sha256,
    name,
    label: classes[label]!,
    split,
    width,
    height,
    bytes,
    mean: facts?.mean ?? null,
  };
}
