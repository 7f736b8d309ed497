import { readFileSync } from 'node:fs';

/** Of this package's package.json, seen from src and from dist, what the hub says or goes by. */
export const PACKAGE = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
  /** Pinned. */
  readonly dependencies: { readonly '@electric-sql/pglite': string };
};
