import { readFileSync } from 'node:fs';

/** Of this package's package.json, seen from src/cli and from dist/cli, what the terminal shows. */
export const PACKAGE = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};
