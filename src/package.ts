import { readFileSync } from 'node:fs';

/** The fields of package.json that the hub uses; the path is right from src and from dist. */
export const PACKAGE = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
  /** Exact versions. */
  readonly dependencies: { readonly '@electric-sql/pglite': string; readonly 'pg-boss': string };
};
