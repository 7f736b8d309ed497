import { CombinedGraphQLErrors, makeVar } from '@apollo/client';
import { randomId } from '@mantine/hooks';
import { client } from '../../app/client';
import { send } from '../../app/send';
import type { PlacedFile } from '../../lib/use-drop';
import { messageOf } from '../../ui/Answer';
import { CANCEL_INGESTION, REGISTER_VERSION, VERSIONS } from './requests';

/** The source of a version's images. */
export type VersionSource =
  | { readonly kind: 'archive'; readonly file: File }
  | { readonly kind: 'folder'; readonly name: string; readonly files: readonly PlacedFile[] }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string };

/** How the hub splits images that come without splits, and reads names. */
export interface IngestOptions {
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

/** Ingests images as a version. @param key of its progress. @returns whether it succeeded; `ingestions` holds the rest. */
export async function ingest(
  dataset: string,
  source: VersionSource,
  options: Partial<IngestOptions> = {},
  key = randomId('ingestion-'),
): Promise<boolean> {
  const controller = new AbortController();
  dismissed.delete(key);
  controllers.set(key, controller);
  const started: Ingestion = { key, dataset, source: nameOf(source), stage: { name: 'reading' } };
  setAll([started, ...ingestions().filter((other) => other.key !== key)]);
  try {
    const before = await versionsOf(dataset);
    const version = await request(source, { dataset, progressKey: key, ...options }, key, controller.signal);
    const { number, imageCount, rejectedCount } = version;
    const known = before.includes(version.id);
    setStage(key, { name: 'done', number, images: imageCount, rejected: rejectedCount, known });
    return true;
  } catch (error) {
    setStage(key, { name: 'failed', message: messageOf(error) });
    return false;
  } finally {
    controllers.delete(key);
  }
}

async function versionsOf(dataset: string): Promise<string[]> {
  const { data } = await client.query({ query: VERSIONS, variables: { dataset }, fetchPolicy: 'network-only' });
  return data?.dataset?.versions.map(({ id }) => id) ?? [];
}

/** Cancels an ingestion, wherever it was started. The hub keeps nothing of it. */
export async function cancel(key: string): Promise<void> {
  controllers.get(key)?.abort();
  await client.mutate({ mutation: CANCEL_INGESTION, variables: { progressKey: key } }).catch((error: unknown) => {
    // Not yet received, or already ended: nothing to cancel.
    const codes = CombinedGraphQLErrors.is(error) ? error.errors.map(({ extensions }) => extensions?.code) : [];
    if (!codes.includes('NOT_FOUND')) throw error;
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

async function request(source: VersionSource, input: Input, key: string, signal: AbortSignal) {
  if (source.kind === 'path' || source.kind === 'url') {
    const where = source.kind === 'path' ? { path: source.path } : { url: source.url };
    const { data } = await client.mutate({
      mutation: REGISTER_VERSION,
      variables: { input: { ...input, ...where } },
    });
    return (data as NonNullable<typeof data>).registerDatasetVersion;
  }
  const archive = source.kind === 'archive' ? source.file : await packed(source.files, key, signal);
  setStage(key, { name: 'sending', share: 0 });
  const variables = { input: { ...input, upload: null } };
  const answer = await send(REGISTER_VERSION, variables, 'input.upload', archive, {
    signal,
    onSent: (share) => setStage(key, share < 1 ? { name: 'sending', share } : { name: 'reading' }),
  });
  return answer.registerDatasetVersion;
}

async function packed(files: readonly PlacedFile[], key: string, signal: AbortSignal): Promise<Blob> {
  setStage(key, { name: 'packing' });
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
