import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import prettyBytes from 'pretty-bytes';
import { HubError } from '../../errors.js';
import { bundleOf } from '../../package.js';
import { freeSpace } from '../../storage/free-space.js';
import type { EngineToTest } from './self-test.js';

const execute = promisify(execFile);
/** Most bytes of a command's output. */
const OUTPUT_LIMIT = 64 * 1024 * 1024;

/** A program on the user's machine, and the remedy if it is missing or fails. */
export interface Tool {
  readonly command: string;
  readonly remedy: string;
}

/** Runs a tool. @returns its output. @throws ENGINE_UNAVAILABLE when it is missing or fails, with its last lines. */
export async function run(
  { command, remedy }: Tool,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    const env = { ...process.env, ...options.env };
    return (await execute(command, [...args], { ...options, env, maxBuffer: OUTPUT_LIMIT })).stdout;
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new HubError('ENGINE_UNAVAILABLE', `${command} is missing: ${remedy}`, { command });
    const said = stderr.trim().split('\n').slice(-5).join('\n');
    throw new HubError('ENGINE_UNAVAILABLE', `"${command} ${args.join(' ')}" failed: ${remedy}\n${said}`, { command });
  }
}

/** Checks the free space of a folder's disk. @throws ENGINE_UNAVAILABLE when there are fewer bytes. */
export async function checkSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeSpace(folder);
  if (free >= bytes) return;
  const needs = `The installation needs ${prettyBytes(bytes)} of disk; ${folder} has ${prettyBytes(free)}.`;
  throw new HubError('ENGINE_UNAVAILABLE', needs, { bytes, free });
}

/** Runs a Python's pip. It puts packages into a folder of their own: nothing is installed into the Python itself. */
export async function pipInstall(python: Tool, folder: string, args: readonly string[]): Promise<void> {
  const env = { PIP_USER: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  await run(python, ['-m', 'pip', 'install', '--quiet', '--target', folder, ...args], { env });
}

/** Runs the self-test of an engine's installation in a process of its own. @returns what it prints. @throws ENGINE_UNAVAILABLE. */
export async function runSelfTest(engine: EngineToTest, folder: string): Promise<unknown> {
  const node = { command: process.execPath, remedy: 'the self-test does not pass.' };
  const output = await run(node, [bundleOf('self-test'), engine, folder]);
  return JSON.parse(output.trim().split('\n').at(-1) as string);
}
