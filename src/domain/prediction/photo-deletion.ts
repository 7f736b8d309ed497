import type { DatasetVersion } from '../dataset/dataset-version.js';
import type { PhotoHolder, PhotoHolders } from '../dataset/photo-holders.js';

/** Which photos to delete, and how. */
export interface PhotoDeletion {
  /** SHA-256 of photos, ids of kept answers, and ids of requests. */
  readonly photos: readonly string[];
  /** Whether to make versions without the photos, of datasets whose newest version has one of them. */
  readonly newVersions: boolean;
  /** Whether to pass over what is not known rather than refuse everything. */
  readonly ignoreUnknown: boolean;
  readonly reason: string;
}

/** What was deleted of one photo. */
export interface DeletedPhoto {
  /** SHA-256. */
  readonly sha256: string;
  /** Names of the models whose answers were deleted. */
  readonly models: readonly string[];
  readonly answers: number;
  readonly judgments: number;
  readonly reservations: number;
  readonly skips: number;
  /** Whether the log kept the photo itself. */
  readonly wasKept: boolean;
}

/** What was deleted, and what is left. */
export interface PhotosDeleted {
  readonly photos: readonly DeletedPhoto[];
  /** Names of photos that are not known. */
  readonly unknown: readonly string[];
  /** Dataset versions that still hold the photos. */
  readonly datasetVersions: readonly PhotoHolder[];
  /** Versions without the photos. */
  readonly newVersions: readonly DatasetVersion[];
  /** What remains of the photos and where, in sentences. */
  readonly remains: readonly string[];
}

/** What remains, for people. @param undeleted photos whose files are still there. */
export function remainsOf({ versions: holders, unreadable }: PhotoHolders, undeleted: readonly string[]): string[] {
  const sentences = holders.map(({ datasetVersion: { dataset, number }, photos, ...used }) => {
    const has =
      photos.length > 0
        ? `${dataset} ${number} has ${photos.length} of the photos`
        : `${dataset} ${number} has other images in the same files as the photos`;
    const users = usersOf(used);
    const [which, how] = [photos.length > 0 ? 'it' : 'it, too,', 'deleteDatasetVersion'];
    const until = users === '' ? '' : `, once ${users} that need it are deleted`;
    return `${has}: delete ${which} to remove their bytes (\`${how}\`)${until}.`;
  });
  if (holders.some(({ runs, sweeps, modelVersions }) => runs + sweeps + modelVersions > 0)) {
    sentences.push(
      'Weights that were trained on these versions stay as they are; so do cached features of their images, until newer ones need the space.',
    );
  }
  if (unreadable.length > 0) {
    const named = unreadable.join(', ');
    sentences.push(`${named} may have the photos, but its list of images is lost or damaged: see \`hub verify\`.`);
  }
  if (undeleted.length > 0) {
    sentences.push(
      `A backup began meanwhile and keeps the files of ${undeleted.join(', ')}: \`hub gc\` deletes them once it has ended.`,
    );
  }
  return [
    ...sentences,
    'Backups from before have the photos: after a restore of one, delete them again. Copies of edited photos have other hashes.',
  ];
}

function usersOf({ runs, sweeps, modelVersions }: Pick<PhotoHolder, 'runs' | 'sweeps' | 'modelVersions'>): string {
  const counted = [
    [runs, 'run'],
    [sweeps, 'sweep'],
    [modelVersions, 'model version'],
  ] as const;
  return counted
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}${count === 1 ? '' : 's'}`)
    .join(', ');
}
