import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommand } from '../../src/cli/run-command.js';
import { bundleOf } from '../../src/package.js';

const NO_NETWORK = new URL('no-network.mjs', import.meta.url).href;

/** The environment without what would lead a command to another hub or database than that of its test. */
const { DATABASE_URL: _database, HUB_URL: _url, HUB_TOKEN: _token, ...INHERITED } = process.env;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of `hub` in this process. */
export async function runHub(...command: readonly string[]): Promise<Ended> {
  return runHubWithInput(new Uint8Array(), ...command);
}

/** Runs a command of `hub` in this process. @param input its standard input. */
async function runHubWithInput(input: Uint8Array, ...command: readonly string[]): Promise<Ended> {
  for (const name of ['DATABASE_URL', 'HUB_URL', 'HUB_TOKEN']) delete process.env[name];
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const read = Promise.all([text(stdout), text(stderr)]);
  const code = await runCommand(command, { stdin: Readable.from([input]), stdout, stderr });
  stdout.end();
  stderr.end();
  const [out, err] = await read;
  return { code, stdout: out, stderr: err };
}

/** A running command of `hub` in a process of its own. */
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

/** Starts a command of the built `hub` as a process, for its signals, environment and exit; no other machine can be reached. */
export function startHubCommand(
  command: readonly string[],
  { env = {}, input = new Uint8Array() }: CommandOptions = {},
): StartedCommand {
  const args = ['--import', NO_NETWORK, bundleOf('hub'), ...command];
  const child = spawn(process.execPath, args, { env: { ...INHERITED, ...env } });
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
