import { createStore } from '../lib/store';

/** Whether the hub is heard: what is shown is up to date only while it is. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly since: Date };

export const connection = createStore<Connection>({ state: 'connecting' });

export function heard(): void {
  if (connection.get().state !== 'live') connection.set({ state: 'live' });
}

export function lost(): void {
  if (connection.get().state !== 'lost') connection.set({ state: 'lost', since: new Date() });
}
