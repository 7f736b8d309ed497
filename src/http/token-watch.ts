import type { Authentication, Caller } from '../domain/caller.js';
import { HubError } from '../errors.js';

/** Milliseconds between checks of the token of an open connection. Another process may have revoked it. */
const RECHECK = 60_000;

/** Calls back once when a token is revoked or expires. @returns a function that stops watching. */
export function watchToken(
  authentication: Authentication,
  token: string | undefined,
  { tokenId, expiresAt }: Caller,
  onLost: () => void,
): () => void {
  let timer: NodeJS.Timeout;
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
    stopListening();
  };
  const lost = (): void => {
    if (!stopped) onLost();
    stop();
  };
  const look = (): void => {
    authentication.authenticate(token).then(schedule, (error: unknown) => {
      if (error instanceof HubError) lost();
      else schedule(); // the database does not answer
    });
  };
  const schedule = (): void => {
    if (stopped) return; // during the check
    const left = expiresAt ? expiresAt.getTime() - Date.now() : RECHECK;
    timer = setTimeout(look, Math.max(1, Math.min(left, RECHECK))).unref();
  };
  const stopListening = authentication.onRevoked(tokenId, lost);
  schedule();
  return stop;
}
