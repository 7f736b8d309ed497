import { CombinedGraphQLErrors } from '@apollo/client';

/** Milliseconds between attempts. */
const PAUSE = 1000;

/** Sends a request for a version, again and again until the version is ready. */
export async function onceReady<T>(request: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!isNotReady(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

function isNotReady(error: unknown): boolean {
  return CombinedGraphQLErrors.is(error) && error.errors.some(({ extensions }) => extensions?.code === 'NOT_READY');
}
