import { makeVar } from '@apollo/client';
import { randomId } from '@mantine/hooks';
import pLimit from 'p-limit';
import pRetry from 'p-retry';
import { nameOfTarget, type Target } from '../../lib/target';
import { mayPassLater, Refusal } from '../../lib/upload';
import { messageOf } from '../../ui/Answer';
import { type Answer, classifyWith } from './classify-with';

/** Concurrent requests: the hub batches some, and other clients need room too. */
const AT_ONCE = 3;
/** Retries while the hub is busy. */
const RETRIES = 50;
/** Seconds between retries if the hub gives none. */
const WAIT = 1;

/** The state of a photo's request to one target. */
export type Ask =
  | { readonly state: 'waiting' }
  /** @property share 0 to 1; at 1 the hub has received everything. */
  | { readonly state: 'sending'; readonly share: number }
  | { readonly state: 'busy'; readonly seconds: number }
  | { readonly state: 'answered'; readonly answer: Answer }
  /** @property mayPassLater whether the same photo may be answered at another time. */
  | { readonly state: 'failed'; readonly message: string; readonly mayPassLater: boolean };

export interface Photo {
  readonly id: string;
  readonly name: string;
  readonly content: Blob;
  /** Address of its preview in this browser. */
  readonly preview: string;
  /** By the target's name. */
  readonly asks: Readonly<Record<string, Ask>>;
}

/** All photos until dismissed; they survive changes of the page. */
export const photos = makeVar<readonly Photo[]>([]);

const atOnce = pLimit(AT_ONCE);
const controllers = new Map<string, AbortController>();

export function addPhotos(files: readonly { readonly name: string; readonly content: Blob }[]): void {
  const added = files.map(({ name, content }) => {
    return { id: randomId('photo-'), name, content, preview: URL.createObjectURL(content), asks: {} };
  });
  photos([...photos(), ...added]);
}

export function dismissPhotos(ids: readonly string[]): void {
  for (const photo of photos().filter(({ id }) => ids.includes(id))) {
    controllers.get(photo.id)?.abort();
    controllers.delete(photo.id);
    URL.revokeObjectURL(photo.preview);
  }
  photos(photos().filter(({ id }) => !ids.includes(id)));
}

/** Sends a target every photo that it has not been asked about. */
export function askAbout(target: Target): void {
  const name = nameOfTarget(target);
  for (const { id, asks } of photos()) if (!asks[name]) void ask(id, target);
}

/** Asks a target about one photo, or again after a failure. */
export async function ask(id: string, target: Target): Promise<void> {
  const set = (ask: Ask): void => setAsk(id, nameOfTarget(target), ask);
  set({ state: 'waiting' });
  const controller = controllers.get(id) ?? new AbortController();
  controllers.set(id, controller);
  await atOnce(async () => {
    const photo = photos().find((each) => each.id === id);
    if (!photo) return; // dismissed meanwhile
    try {
      set({ state: 'answered', answer: await untilFree(photo.content, target, controller.signal, set) });
    } catch (error) {
      set({ state: 'failed', message: messageOf(error), mayPassLater: mayPassLater(error) });
    }
  });
}

/** Retries as a busy hub asks for. */
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
