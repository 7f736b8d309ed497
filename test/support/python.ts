import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../docs/pages.js';

/** Where .ci/run installs packages of Python for the tests; those of the machine count too. */
const PACKAGES = join(ROOT, 'clients', 'python', '.packages');

const environment = (more: Readonly<Record<string, string>>, folders: readonly string[]): NodeJS.ProcessEnv => ({
  ...process.env,
  ...more,
  PYTHONPATH: [...folders, PACKAGES].join(process.platform === 'win32' ? ';' : ':'),
  PYTHONDONTWRITEBYTECODE: '1',
});

/** Whether there is a Python with all these modules; says so if there is none. */
export function hasPython(...modules: readonly string[]): boolean {
  const { status } = spawnSync('python3', ['-c', `import ${modules.join(', ')}`], { env: environment({}, []) });
  if (status !== 0) console.warn(`NO PYTHON with ${modules.join(', ')}: its tests are skipped. .ci/run installs them.`);
  return status === 0;
}

/** Runs Python. @param folders with further modules. @returns its output. @throws when it fails, with what it printed. */
export async function python(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  folders: readonly string[] = [],
): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('python3', [...args], { env: environment(variables, folders) });
  return stdout + stderr;
}
