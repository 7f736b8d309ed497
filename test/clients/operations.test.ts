import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../docs/pages.js';

it('the types of the client in TypeScript fit schema.graphql: otherwise run "npm run clients"', async () => {
  const committed = await readFile(`${ROOT}clients/typescript/src/operations.ts`, 'utf8');
  const script = ['scripts/generate-clients.mjs', '--print'];
  const { stdout } = await promisify(execFile)(process.execPath, script, { cwd: ROOT });
  expect(stdout).toBe(committed);
});
