import { makeVar } from '@apollo/client';

/** Where the token lies in this browser. */
const KEY = 'model-hub-token';

/** Who uses the page: a token, or why there is none. */
export interface Session {
  readonly token: string | null;
  /** What to say to who has to sign in again. */
  readonly reason?: string;
}

export const session = makeVar<Session>({ token: localStorage.getItem(KEY) });

/** The address that `hub start` prints carries the token behind #, which a browser sends to nobody. */
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
