import { hasCode } from '../../lib/has-code';

/** Milliseconds between attempts. */
const PAUSE = 1000;

/** Sends a request for a version, again and again until the version is ready. */
export async function onceReady<T>(request: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!hasCode(error, 'NOT_READY')) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}
