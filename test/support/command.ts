import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { CLI } from './test-hub.js';

const NO_NETWORK = new URL('no-network.mjs', import.meta.url).href;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command of the built `hub`. */
export interface StartedCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface CommandOptions {
  /** Overrides the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly input?: Uint8Array;
}

/** Starts a command of the built `hub`, with no network but this machine's. */
export function startHubCommand(
  command: readonly string[],
  { env = {}, input = new Uint8Array() }: CommandOptions = {},
): StartedCommand {
  // The command has a database and a hub of its own.
  const { DATABASE_URL: _database, HUB_URL: _url, HUB_TOKEN: _token, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--import', NO_NETWORK, CLI, ...command], { env: { ...inherited, ...env } });
  const exit = once(child, 'exit');
  child.stdin.on('error', () => undefined); // the command may end before it has read everything
  child.stdin.end(input);
  const read = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = read.then(async ([stdout, stderr]) => {
    await exit;
    return { code: child.exitCode, stdout, stderr };
  });
  return { child, ended };
}

/** Runs a command of the built `hub` until it ends. */
export async function runHub(...command: readonly string[]): Promise<Ended> {
  return startHubCommand(command).ended;
}
