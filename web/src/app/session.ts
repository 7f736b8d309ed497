import { makeVar } from '@apollo/client';
import { BASE_PATH } from '../lib/base-path';

/** Key of the token in this browser's storage, which hubs at several paths of a proxy share. */
const KEY = `model-hub-token${BASE_PATH}`;

/** The token in use, or the reason for signing in again. */
export interface Session {
  readonly token: string | null;
  /** Why the user must sign in again. */
  readonly reason?: string;
}

export const session = makeVar<Session>({ token: localStorage.getItem(KEY) });

/** Signs in with the token in the URL that `hub start` prints: its fragment, which browsers do not send. */
export function takeTokenFromAddress(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!given) return;
  signIn(given);
  history.replaceState(null, '', location.pathname + location.search);
}

export function signIn(token: string): void {
  localStorage.setItem(KEY, token);
  session({ token });
}

export function signOut(reason?: string): void {
  localStorage.removeItem(KEY);
  session(reason ? { token: null, reason } : { token: null });
}
