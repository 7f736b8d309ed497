import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'rolldown';
import { onTestFinished } from 'vitest';
import { bundleOptions, ROOT } from '../../scripts/bundle.mjs';
import { removeFolder } from '../support/remove-folder.js';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-storage-'));
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** Paths of all files in a folder, with forward slashes. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/')); // biome-ignore format: short
}

export interface Child {
  readonly process: ChildProcess;
  /** Its standard output. */
  readonly lines: AsyncIterableIterator<string>;
  /** Ends it as kill -9 does, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Runs a script of this folder in a process of its own. */
export async function startChild(name: string, ...args: string[]): Promise<Child> {
  const into = join(ROOT, 'out'); // as deep in the package as src
  const options = bundleOptions({ entries: { [name]: `test/storage/${name}.ts` }, into });
  await build({ ...options, output: { ...options.output, codeSplitting: false } });
  const path = join(into, `${name}.js`);
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);
  return { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), kill };
}
