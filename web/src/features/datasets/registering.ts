import { CombinedGraphQLErrors, makeVar } from '@apollo/client';
import { randomId } from '@mantine/hooks';
import { client } from '../../app/client';
import { send } from '../../app/send';
import type { PlacedFile } from '../../lib/use-drop';
import { messageOf } from '../../ui/Answer';
import { CANCEL_REGISTRATION, REGISTER_VERSION } from './requests';

/** Where the images of a version come from. */
export type VersionSource =
  | { readonly kind: 'archive'; readonly file: File }
  | { readonly kind: 'folder'; readonly name: string; readonly files: readonly PlacedFile[] }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string };

/** How images are drawn where the source has no splits of its own. */
export interface Drawing {
  readonly testFraction: number;
  readonly validationFraction: number;
  readonly seed: number;
}

type Stage =
  | { readonly name: 'packing' }
  | { readonly name: 'sending'; readonly share: number }
  /** What was sent is with the hub, which tells how far it is. */
  | { readonly name: 'reading' }
  | { readonly name: 'done'; readonly number: number; readonly images: number; readonly rejected: number }
  | { readonly name: 'failed'; readonly message: string };

/** A registration that was begun on this page. */
export interface Registering {
  /** By which the hub tells of it. */
  readonly key: string;
  readonly dataset: string;
  readonly source: string;
  readonly stage: Stage;
}

/** All of them until they are dismissed; they go on while other pages are looked at. */
export const registering = makeVar<readonly Registering[]>([]);

const controllers = new Map<string, AbortController>();

export const isUnderWay = ({ stage }: Registering): boolean => stage.name !== 'done' && stage.name !== 'failed';

/** Registers a version. @param key to follow it by. @returns whether there is one now; the store says the rest. */
export async function register(
  dataset: string,
  source: VersionSource,
  drawing: Partial<Drawing> = {},
  key = randomId('registration-'),
): Promise<boolean> {
  const controller = new AbortController();
  controllers.set(key, controller);
  const begun: Registering = { key, dataset, source: nameOf(source), stage: { name: 'reading' } };
  setAll([begun, ...registering().filter((other) => other.key !== key)]);
  try {
    const version = await request(source, { dataset, progressKey: key, ...drawing }, key, controller.signal);
    const { number, imageCount, rejectedCount } = version;
    setStage(key, { name: 'done', number, images: imageCount, rejected: rejectedCount });
    return true;
  } catch (error) {
    setStage(key, { name: 'failed', message: messageOf(error) });
    return false;
  } finally {
    controllers.delete(key);
  }
}

/** Stops a registration, wherever it was begun. Nothing of it is kept. */
export async function cancel(key: string): Promise<void> {
  controllers.get(key)?.abort();
  await client.mutate({ mutation: CANCEL_REGISTRATION, variables: { progressKey: key } }).catch((error: unknown) => {
    // The hub knows nothing of one that it has not begun to receive, or that has ended: there is nothing to stop.
    const codes = CombinedGraphQLErrors.is(error) ? error.errors.map(({ extensions }) => extensions?.code) : [];
    if (!codes.includes('NOT_FOUND')) throw error;
  });
}

export function dismiss(key: string): void {
  setAll(registering().filter((other) => other.key !== key));
}

const warn = (event: Event): void => event.preventDefault();

/** Shows these, and has the browser ask before the page is left while one of them is being sent. */
function setAll(all: readonly Registering[]): void {
  registering(all);
  const sending = all.some(({ stage }) => stage.name === 'packing' || stage.name === 'sending');
  if (sending) addEventListener('beforeunload', warn);
  else removeEventListener('beforeunload', warn);
}

function setStage(key: string, stage: Stage): void {
  setAll(registering().map((other) => (other.key === key ? { ...other, stage } : other)));
}

interface Input extends Partial<Drawing> {
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
