import { type ComponentType, lazy } from 'react';

/** A component whose file is fetched when it is first shown. */
export function lazyPage<P extends object>(load: () => Promise<ComponentType<P>>) {
  return lazy(async () => ({ default: await load() }));
}
