import { type ComponentType, lazy } from 'react';

/** A component whose file is fetched when it is first shown, or by `load` before that. */
export function lazyPage<P extends object>(load: () => Promise<ComponentType<P>>) {
  return Object.assign(
    lazy(async () => ({ default: await load() })),
    { load },
  );
}
