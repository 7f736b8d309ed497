import { makeVar } from '@apollo/client';

/** The connection to the hub. The page is up to date only while it is live. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly since: Date };

export const connection = makeVar<Connection>({ state: 'connecting' });

export function heard(): void {
  if (connection().state !== 'live') connection({ state: 'live' });
}

export function lost(): void {
  if (connection().state !== 'lost') connection({ state: 'lost', since: new Date() });
}
