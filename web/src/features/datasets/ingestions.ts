import { makeVar } from '@apollo/client';
import { randomId } from '@mantine/hooks';
import { client, OUTLIVES_PAGE } from '../../app/client';
import { send } from '../../app/send';
import { hasCode } from '../../lib/has-code';
import type { Picked } from '../../lib/picked';
import type { PlacedFile } from '../../lib/use-drop';
import { messageOf } from '../../ui/Answer';
import { CANCEL_INGESTION, REGISTER_VERSION, VERSIONS } from './requests';

/** The source of a version's images. */
export type VersionSource =
  | Picked
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string };

/** How the hub splits images that come without splits, and reads names. */
interface IngestOptions {
  readonly testFraction: number;
  readonly validationFraction: number;
  readonly seed: number;
  /** Of names in a zip archive that are not marked as UTF-8. */
  readonly nameEncoding?: string;
}

type Stage =
  | { readonly name: 'packing' }
  | { readonly name: 'sending'; readonly share: number }
  /** The hub has received everything and reports its progress. */
  | { readonly name: 'reading' }
  | {
      readonly name: 'done';
      readonly number: number;
      readonly images: number;
      readonly rejected: number;
      /** Whether the dataset had a version of the same data before. */
      readonly known: boolean;
    }
  | { readonly name: 'failed'; readonly message: string };

/** An ingestion started on this page. */
export interface Ingestion {
  /** Key of the hub's progress reports. */
  readonly key: string;
  readonly dataset: string;
  readonly source: string;
  readonly stage: Stage;
}

/** All of them until dismissed; they continue while other pages are open. */
export const ingestions = makeVar<readonly Ingestion[]>([]);

/** Keys of dismissed ones, which the hub's list may have until it is read again. */
const dismissed = new Set<string>();

const controllers = new Map<string, AbortController>();

export const isDismissed = (key: string): boolean => dismissed.has(key);

export const isUnderWay = ({ stage }: Ingestion): boolean => stage.name !== 'done' && stage.name !== 'failed';

/** What `ingest` can be told besides the source. */
interface Ingest {
  readonly options?: Partial<IngestOptions>;
  /** Of its progress. */
  readonly key?: string;
  /** Whether the dataset does not exist yet. */
  readonly create?: boolean;
}

/** Ingests images as a version. @returns whether it succeeded; `ingestions` holds the rest. */
export async function ingest(
  dataset: string,
  source: VersionSource,
  { options = {}, key = randomId('ingestion-'), create = false }: Ingest = {},
): Promise<boolean> {
  const controller = new AbortController();
  dismissed.delete(key);
  controllers.set(key, controller);
  // Both are sent before anything is shown: what is shown survives a reload. Reading a source takes longer than the list.
  const before = versionsOf(dataset);
  const requested = request(source, { dataset, progressKey: key, ...options }, create, key, controller.signal);
  const started: Ingestion = { key, dataset, source: nameOf(source), stage: firstStage(source) };
  setAll([started, ...ingestions().filter((other) => other.key !== key)]);
  try {
    const version = await requested;
    const { number, imageCount, rejectedCount } = version;
    const known = (await before).includes(version.id);
    setStage(key, { name: 'done', number, images: imageCount, rejected: rejectedCount, known });
    return true;
  } catch (error) {
    setStage(key, { name: 'failed', message: messageOf(error) });
    return false;
  } finally {
    controllers.delete(key);
  }
}

/** IDs of a dataset's versions; none where they cannot be read. */
async function versionsOf(dataset: string): Promise<string[]> {
  const asked = client.query({ query: VERSIONS, variables: { dataset }, fetchPolicy: 'network-only' });
  return asked.then(
    ({ data }) => data?.dataset?.versions.map(({ id }) => id) ?? [],
    () => [],
  );
}

/** Cancels an ingestion, wherever it was started. The hub keeps nothing of it. */
export async function cancel(key: string): Promise<void> {
  controllers.get(key)?.abort();
  await client.mutate({ mutation: CANCEL_INGESTION, variables: { progressKey: key } }).catch((error: unknown) => {
    // Not yet received, or already ended: nothing to cancel.
    if (!hasCode(error, 'NOT_FOUND')) throw error;
  });
}

export function dismiss(key: string): void {
  dismissed.add(key);
  setAll(ingestions().filter((other) => other.key !== key));
}

const warn = (event: Event): void => event.preventDefault();

/** Sets all ingestions. While one is being sent, the browser asks before leaving the page. */
function setAll(all: readonly Ingestion[]): void {
  ingestions(all);
  const sending = all.some(({ stage }) => stage.name === 'packing' || stage.name === 'sending');
  if (sending) addEventListener('beforeunload', warn);
  else removeEventListener('beforeunload', warn);
}

function setStage(key: string, stage: Stage): void {
  setAll(ingestions().map((other) => (other.key === key ? { ...other, stage } : other)));
}

interface Input extends Partial<IngestOptions> {
  readonly dataset: string;
  readonly progressKey: string;
}

function firstStage({ kind }: VersionSource): Stage {
  if (kind === 'folder') return { name: 'packing' };
  return kind === 'archive' ? { name: 'sending', share: 0 } : { name: 'reading' };
}

async function request(source: VersionSource, input: Input, create: boolean, key: string, signal: AbortSignal) {
  const about = { create, dataset: input.dataset };
  if (source.kind === 'path' || source.kind === 'url') {
    const where = source.kind === 'path' ? { path: source.path } : { url: source.url };
    const { data } = await client.mutate({
      mutation: REGISTER_VERSION,
      variables: { ...about, input: { ...input, ...where } },
      context: OUTLIVES_PAGE,
    });
    return (data as NonNullable<typeof data>).registerDatasetVersion;
  }
  const archive = source.kind === 'archive' ? source.file : await packed(source.files, signal);
  setStage(key, { name: 'sending', share: 0 });
  const variables = { ...about, input: { ...input, upload: null } };
  const answer = await send(REGISTER_VERSION, variables, 'input.upload', archive, {
    signal,
    onSent: (share) => setStage(key, share < 1 ? { name: 'sending', share } : { name: 'reading' }),
  });
  return answer.registerDatasetVersion;
}

async function packed(files: readonly PlacedFile[], signal: AbortSignal): Promise<Blob> {
  const { packFolder } = await import('../../lib/pack-folder');
  return packFolder(files, signal);
}

function nameOf(source: VersionSource): string {
  switch (source.kind) {
    case 'archive':
      return source.file.name;
    case 'folder':
      return source.name;
    case 'path':
      return source.path;
    case 'url':
      return source.url;
  }
}
