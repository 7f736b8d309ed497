import type { Authentication, Caller } from '../domain/caller.js';
import { HubError } from '../errors.js';

/** Milliseconds after which the token of an open connection is looked at again. Another hub may have revoked it. */
const RECHECK = 60_000;

/** Tells once when a token is revoked or expires. @returns how to stop watching. */
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
      else schedule(); // the database cannot answer now
    });
  };
  const schedule = (): void => {
    if (stopped) return; // while the token was looked at
    const left = expiresAt ? expiresAt.getTime() - Date.now() : RECHECK;
    timer = setTimeout(look, Math.max(1, Math.min(left, RECHECK))).unref();
  };
  const stopListening = authentication.onRevoked(tokenId, lost);
  schedule();
  return stop;
}
