import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { runCommand } from '../../src/cli/run-command.js';
import { bundleOf } from '../../src/package.js';
import type { HubUser } from './hub-user.js';

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

/** Runs commands on a hub as one would on another machine: by address and token, without its data folder. */
export class HubCommands {
  /** @param hub the hub, once it has started. */
  constructor(private readonly hub: () => Pick<HubUser, 'url' | 'token'>) {}

  readonly run = async (...command: readonly string[]): Promise<Ended> => runHub(...command, ...this.#connection());

  /** @param input standard input. */
  readonly runWithInput = async (input: Uint8Array, ...command: readonly string[]): Promise<Ended> =>
    runHubWithInput(input, ...command, ...this.#connection());

  /** Output for people of a command that succeeds. */
  readonly shown = async (...command: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await this.run(...command);
    expect(code, stderr).toBe(0);
    return stdout;
  };

  /** Output for programs of a command that succeeds: one line, and nothing else. */
  readonly json = async <T>(...command: readonly string[]): Promise<T> => {
    const stdout = await this.shown(...command, '--json');
    expect(stdout).toMatch(/^\{.+\}\n$/);
    return JSON.parse(stdout) as T;
  };

  /** Message of a command that is refused: the last line, and no output. @param code its exit code. */
  readonly refused = async (code: number, ...command: readonly string[]): Promise<string> => {
    const ended = await this.run(...command);
    expect(ended, ended.stderr).toMatchObject({ code, stdout: '' });
    const complaint = ended.stderr.trim().split('\n').at(-1) as string;
    expect(complaint).toMatch(/^hub: /);
    return complaint;
  };

  #connection(): string[] {
    const { url, token } = this.hub();
    return ['--url', url, '--token', token];
  }
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
