import { makeVar } from '@apollo/client';
import { randomId } from '@mantine/hooks';
import pLimit from 'p-limit';
import pRetry from 'p-retry';
import { nameOfTarget, type Target } from '../../lib/target';
import { Refusal } from '../../lib/upload';
import { messageOf } from '../../ui/Answer';
import { type Answer, classifyWith } from './classify-with';

/** Photos on their way at the same time: the hub computes some together, and others want to ask it too. */
const AT_ONCE = 3;
/** How often a busy hub is asked again. */
const RETRIES = 50;
/** Seconds to wait where a busy hub does not say how long. */
const WAIT = 1;

/** How far a photo is with one who answers. */
export type Ask =
  | { readonly state: 'waiting' }
  /** @property share 0 to 1; at 1 all is with the hub. */
  | { readonly state: 'sending'; readonly share: number }
  | { readonly state: 'busy'; readonly seconds: number }
  | { readonly state: 'answered'; readonly answer: Answer }
  | { readonly state: 'failed'; readonly message: string };

export interface Photo {
  readonly id: string;
  readonly name: string;
  readonly content: Blob;
  /** Address of the picture in this browser. */
  readonly picture: string;
  /** By the name of who was asked. */
  readonly asks: Readonly<Record<string, Ask>>;
}

/** The photos that were dropped, pasted, chosen or taken, until they are dismissed; they outlive the page they came by. */
export const photos = makeVar<readonly Photo[]>([]);

const atOnce = pLimit(AT_ONCE);
const controllers = new Map<string, AbortController>();

export function addPhotos(files: readonly { readonly name: string; readonly content: Blob }[]): void {
  const added = files.map(({ name, content }) => {
    return { id: randomId('photo-'), name, content, picture: URL.createObjectURL(content), asks: {} };
  });
  photos([...photos(), ...added]);
}

export function dismissPhotos(ids: readonly string[]): void {
  for (const photo of photos().filter(({ id }) => ids.includes(id))) {
    controllers.get(photo.id)?.abort();
    controllers.delete(photo.id);
    URL.revokeObjectURL(photo.picture);
  }
  photos(photos().filter(({ id }) => !ids.includes(id)));
}

/** Asks about every photo that this one has not been asked about. */
export function askAbout(target: Target): void {
  const name = nameOfTarget(target);
  for (const { id, asks } of photos()) if (!asks[name]) void ask(id, target);
}

/** Asks about one photo, again where it failed. */
export async function ask(id: string, target: Target): Promise<void> {
  const set = (ask: Ask): void => setAsk(id, nameOfTarget(target), ask);
  set({ state: 'waiting' });
  const controller = controllers.get(id) ?? new AbortController();
  controllers.set(id, controller);
  await atOnce(async () => {
    const photo = photos().find((each) => each.id === id);
    if (!photo) return; // dismissed while it waited
    try {
      set({ state: 'answered', answer: await untilFree(photo.content, target, controller.signal, set) });
    } catch (error) {
      set({ state: 'failed', message: messageOf(error) });
    }
  });
}

/** Asks again after as long as a busy hub says. */
function untilFree(content: Blob, target: Target, signal: AbortSignal, set: (ask: Ask) => void): Promise<Answer> {
  const attempt = (): Promise<Answer> => {
    set({ state: 'sending', share: 0 });
    return classifyWith(target, content, { signal, onSent: (share) => set({ state: 'sending', share }) });
  };
  const isBusy = (error: Error): error is Refusal => error instanceof Refusal && error.code === 'OVERLOADED';
  return pRetry(attempt, {
    retries: RETRIES,
    minTimeout: 0,
    signal,
    shouldRetry: ({ error }) => isBusy(error),
    onFailedAttempt: async ({ error }) => {
      if (!isBusy(error)) return;
      const seconds = error.retryAfter ?? WAIT;
      set({ state: 'busy', seconds });
      await new Promise((resolve) => setTimeout(resolve, 1_000 * seconds));
    },
  });
}

function setAsk(id: string, name: string, ask: Ask): void {
  photos(photos().map((photo) => (photo.id === id ? { ...photo, asks: { ...photo.asks, [name]: ask } } : photo)));
}
