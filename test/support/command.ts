import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { CLI } from './test-hub.js';

const NO_NETWORK = new URL('no-network.mjs', import.meta.url).href;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the built `hub` to its end, without any network but this machine's. */
export async function runHub(...command: readonly string[]): Promise<Ended> {
  const { DATABASE_URL: _, ...env } = process.env; // it has a database of its own
  const child = spawn(process.execPath, ['--import', NO_NETWORK, CLI, ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  const exit = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await exit;
  return { code: child.exitCode, stdout, stderr };
}
