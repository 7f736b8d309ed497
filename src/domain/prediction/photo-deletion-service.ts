import { derive } from '../../datasets/derive.js';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';
import { type DatasetVersion, NO_CHANGES } from '../dataset/dataset-version.js';
import type { DatasetVersionService } from '../dataset/dataset-version-service.js';
import type { DatasetVersionWriter } from '../dataset/dataset-version-writer.js';
import { type PhotoHolder, photoHolders } from '../dataset/photo-holders.js';
import { type DeletedPhoto, type PhotoDeletion, type PhotosDeleted, remainsOf } from './photo-deletion.js';
import type { PredictionLog } from './prediction-log.js';

const HASH = /^[0-9a-f]{64}$/;

interface PhotoDeletionParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly contents: DatasetContents;
  readonly versions: DatasetVersionService;
  readonly writer: DatasetVersionWriter;
  readonly log: PredictionLog;
}

/** Photos that were named, by what names them. */
interface Found {
  /** SHA-256. */
  readonly photos: ReadonlySet<string>;
  readonly unknown: readonly string[];
}

/** Deletes photos of persons: from the log and the review queue at once, from datasets by new versions without them. */
export class PhotoDeletionService {
  constructor(private readonly parts: PhotoDeletionParts) {}

  /**
   * Deletes photos with the answers of all models to them, and tells which dataset versions hold them. A photo is known that
   * the log or a dataset version has.
   * @throws NOT_FOUND for an unknown photo, before anything is deleted; CONFLICT during a backup; DATASET_REFUSED where no
   * version without the photos can be made.
   */
  async delete(
    { photos: names, newVersions, ignoreUnknown, reason }: PhotoDeletion,
    actor: Actor,
  ): Promise<PhotosDeleted> {
    const { prisma, blobs, writer, log } = this.parts;
    await log.flush();
    const asked = await this.#photosOf([...new Set(names.map((name) => name.toLowerCase()))]);
    // No version is written meanwhile, which could have a photo that is about to go.
    const { found, holders, deleted } = await writer.alone(async () => {
      const holders = await photoHolders(prisma, blobs, asked.photos);
      const { versions } = holders;
      const found = await this.#known(asked, versions);
      if (found.unknown.length > 0 && !ignoreUnknown) throw unknownPhotos(found.unknown);
      if (newVersions) await this.#requireDerivable(versions);
      const deleted =
        found.photos.size > 0 ? await this.#deleteFromLog(found.photos, versions, reason, actor) : NOTHING;
      return { found, holders, deleted };
    });
    const { versions, shards } = holders;
    const made: DatasetVersion[] = [];
    if (newVersions) {
      for (const { datasetVersion, photos } of newest(versions)) {
        made.push(await this.parts.versions.deriveErased(datasetVersion.id, photos, shards, actor));
      }
    }
    const remains = found.photos.size > 0 ? remainsOf(holders, deleted.undeleted) : [];
    const { unknown } = found;
    return { photos: deleted.photos, unknown, datasetVersions: versions, newVersions: made, remains };
  }

  /** The photos that are named by their hash, an answer or a request; ids that no answer has are unknown. */
  async #photosOf(names: readonly string[]): Promise<Found> {
    const ids = names.filter((name) => !HASH.test(name));
    const rows = await this.parts.prisma.loggedPrediction.findMany({
      where: { OR: [{ id: { in: ids } }, { requestId: { in: ids } }] },
      select: { id: true, requestId: true, inputHash: true },
    });
    const known = new Set(rows.flatMap(({ id, requestId }) => [id, requestId]));
    const photos = [...names.filter((name) => HASH.test(name)), ...rows.map(({ inputHash }) => inputHash)];
    return { photos: new Set(photos), unknown: ids.filter((id) => !known.has(id)) };
  }

  /** Separates the photos that neither the log nor a dataset version has. */
  async #known({ photos, unknown }: Found, holders: readonly PhotoHolder[]): Promise<Found> {
    const kept = await this.parts.log.photos([...photos]);
    const known = new Set([...kept, ...holders.flatMap((holder) => holder.photos)]);
    const isKnown = (photo: string): boolean => known.has(photo);
    const others = [...photos].filter((photo) => !isKnown(photo));
    return { photos: new Set([...photos].filter(isKnown)), unknown: [...others, ...unknown] };
  }

  /** @throws DATASET_REFUSED where a dataset would be left without images of a class or a split. */
  async #requireDerivable(holders: readonly PhotoHolder[]): Promise<void> {
    for (const { datasetVersion, photos } of newest(holders)) {
      const { manifest } = await this.parts.contents.of(datasetVersion.id);
      await derive([manifest], { ...NO_CHANGES, without: photos });
    }
  }

  async #deleteFromLog(
    photos: ReadonlySet<string>,
    holders: readonly PhotoHolder[],
    reason: string,
    actor: Actor,
  ): Promise<{ readonly photos: readonly DeletedPhoto[]; readonly undeleted: readonly string[] }> {
    return this.parts.log.deletePhotos([...photos], async (tx, deleted) => {
      for (const { sha256, ...counts } of deleted) {
        const datasetVersions = holders
          .filter((holder) => holder.photos.includes(sha256))
          .map(({ datasetVersion: { dataset, number } }) => `${dataset} ${number}`);
        const details = { ...counts, inDatasetsOnly: counts.answers === 0, datasetVersions };
        const entry = { action: 'PHOTO_DELETED', subject: sha256, reason, details } as const;
        await tx.auditEvent.create({ data: auditRow(actor, entry) });
      }
    });
  }
}

const NOTHING = { photos: [], undeleted: [] };

/** The newest version of each dataset, where it has one of the photos: only then is none without them newer. */
function newest(holders: readonly PhotoHolder[]): readonly PhotoHolder[] {
  return holders.filter(({ photos, isNewest }) => isNewest && photos.length > 0);
}

function unknownPhotos(unknown: readonly string[]): HubError {
  const named = unknown.slice(0, 5).join(', ');
  const message = `There is no kept answer, request of one, or image of a dataset named ${named}${unknown.length > 5 ? ' and more' : ''}. This request deleted nothing.`;
  return new HubError('NOT_FOUND', message, { unknown });
}
