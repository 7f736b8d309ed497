import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the package. This file, its bundles in dist and its compiled form in out are all one level below it. */
export const PACKAGE_FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** The fields of package.json that the hub uses. */
export const PACKAGE = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};

/** Entry points that run in a process or thread of their own; `scripts/bundle.mjs` bundles them. */
export type EntryPoint = 'hub' | 'worker' | 'network-thread' | 'search-thread' | 'database-thread' | 'self-test';

/** Path of the bundle of an entry point, also for a hub that runs from the sources, as in tests. */
export function bundleOf(entry: EntryPoint): string {
  return join(PACKAGE_FOLDER, 'dist', `${entry}.js`);
}
