import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { HubError } from '../../errors.js';
import type { HubClient } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { pageOf } from '../connection-page.js';
import { count } from '../format.js';
import type { ResultOf } from '../graphql.js';
import { print, sections, table } from '../output.js';
import { AUDIT_EVENTS } from '../requests/audit.js';
import { DELETE_PHOTOS } from '../requests/prediction.js';
import { working } from '../working.js';

/** Photos of one request, and events of one page. */
const [AT_ONCE, PAGE] = [1000, 200];

interface DeleteOptions extends ConnectionOptions {
  readonly file?: string;
  readonly newVersions?: true;
  readonly ignoreUnknown?: true;
  readonly reason: string;
}

type Deleted = ResultOf<typeof DELETE_PHOTOS>['deletePhotos'];

/** Adds the commands that delete photos, and list those that were deleted. */
export function addPhotoDeletion(predictions: Command): void {
  withConnection(
    predictions
      .command('delete')
      .description('Delete photos at once, with the answers to them, and name the dataset versions that have them.')
      .argument('[photos...]', 'each as its SHA-256, or as the id of a kept answer or of an HTTP request')
      .requiredOption('--reason <text>', 'why; recorded in the audit log')
      .option('--file <path>', 'file with more photos, one on each line')
      .option('--new-versions', 'make versions without them, of datasets whose newest version has one')
      .option('--ignore-unknown', 'pass over photos that the hub does not know'),
  ).action(async (named: readonly string[], options: DeleteOptions) => {
    const { file, newVersions = false, ignoreUnknown = false, reason } = options;
    const photos = [...new Set([...named, ...(file === undefined ? [] : await linesOf(file))])];
    if (photos.length === 0) throw new HubError('BAD_INPUT', 'Name a photo, or a file of photos (--file).');
    const client = await connect(options);
    const parts: Deleted[] = [];
    const show = (): void => {
      const deleted = together(parts);
      print(options, deleted, () => textOf(deleted));
    };
    const remove = async (some: readonly string[], versions: boolean): Promise<void> => {
      for (let start = 0; start < some.length; start += AT_ONCE) {
        const asked = { photos: some.slice(start, start + AT_ONCE), newVersions: versions, ignoreUnknown, reason };
        parts.push((await working('Deleting', () => client.request(DELETE_PHOTOS, asked))).deletePhotos);
      }
    };
    try {
      const isOne = photos.length <= AT_ONCE;
      await remove(photos, newVersions && isOne);
      if (newVersions && !isOne) await remove(inNewest(parts), true);
    } catch (error) {
      if (parts.length > 0) show(); // what an earlier request did
      throw error;
    }
    show();
  });

  withConnection(
    predictions
      .command('deleted')
      .description('List the SHA-256 of deleted photos, one on each line, to delete them again after a restore.'),
  ).action(async (options: ConnectionOptions) => {
    const photos = await deletedPhotos(await connect(options));
    print(options, { photos }, () => photos.join('\n'));
  });
}

/** Lines of a file that are not empty. */
async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new HubError('BAD_INPUT', `${file} cannot be read (${error.code}).`);
  });
  return text.split(/\s+/).filter((line) => line !== '');
}

/** SHA-256 of all photos that were deleted, from the audit log, the last one first. */
async function deletedPhotos(client: HubClient): Promise<string[]> {
  const photos = new Set<string>();
  let after: string | null = null;
  do {
    const variables = { filter: { actions: ['PHOTO_DELETED' as const] }, first: PAGE, after };
    const found: ResultOf<typeof AUDIT_EVENTS> = await client.request(AUDIT_EVENTS, variables);
    const { nodes, next } = pageOf(found.auditEvents);
    for (const { subject } of nodes) photos.add(subject);
    after = next;
  } while (after !== null);
  return [...photos];
}

/** SHA-256 of the photos that newest versions of datasets have. Versions without all of them take one request more. */
function inNewest(parts: readonly Deleted[]): string[] {
  const holders = parts.flatMap(({ datasetVersions }) => datasetVersions).filter(({ isNewest }) => isNewest);
  return [...new Set(holders.flatMap(({ photos }) => photos))];
}

/** The answers of several requests as one. A photo that two of them name was deleted by the first; the last version counts. */
function together(parts: readonly Deleted[]): Deleted {
  const photos = new Map(
    parts
      .flatMap((part) => part.photos)
      .toReversed()
      .map((photo) => [photo.sha256, photo]),
  );
  return {
    photos: [...photos.values()].toReversed(),
    unknown: parts.flatMap(({ unknown }) => unknown),
    datasetVersions: parts.flatMap(({ datasetVersions }) => datasetVersions),
    newVersions: [...new Map(parts.flatMap((part) => part.newVersions).map((made) => [made.dataset, made])).values()],
    remains: [...new Set(parts.flatMap(({ remains }) => remains))],
  };
}

function textOf({ photos, unknown, newVersions, remains }: Deleted): string {
  const kept = photos.filter(({ answers }) => answers > 0);
  const others = photos.length - kept.length;
  const rows = kept.map(({ sha256, models, answers, judgments, reservations, skips, wasKept }) => [
    ...[sha256.slice(0, 12), models.join(', '), wasKept ? 'yes' : 'no', answers, judgments, reservations + skips],
  ]);
  return sections(
    [
      ...(kept.length > 0 || others === 0 ? [`${photosOf(kept.length)} deleted`] : []),
      ...(others > 0 ? [`${photosOf(others)} kept in datasets only: no answer to delete`] : []),
    ].join('\n'),
    rows.length === 0 ? '' : table(['photo', 'models', 'was kept', ' answers', ' judgments', ' in review'], rows),
    unknown.length === 0 ? '' : `Not known: ${unknown.join(', ')}`,
    newVersions.map(({ dataset, number }) => `${dataset} ${number} is without them.`).join('\n'),
    remains.join('\n'),
  );
}

const photosOf = (number: number): string => `${count(number)} ${number === 1 ? 'photo' : 'photos'}`;
