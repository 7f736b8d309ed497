import { type ComponentType, lazy } from 'react';

/** A component whose file is fetched when it is first rendered, or earlier by `load`. */
export function lazyPage<P extends object>(load: () => Promise<ComponentType<P>>) {
  return Object.assign(
    lazy(async () => ({ default: await load() })),
    { load },
  );
}
