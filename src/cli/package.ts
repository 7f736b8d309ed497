import { readFileSync } from 'node:fs';
import { z } from 'zod';

const schema = z.object({ version: z.string(), engines: z.object({ node: z.string() }) });

/** Of this package's package.json, seen from src/cli and from dist/cli, what the terminal shows. */
export const PACKAGE = schema.parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')));
