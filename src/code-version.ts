import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { PACKAGE } from './package.js';

/** Which code runs. */
export interface CodeVersion {
  /** Of the hub's package. */
  readonly version: string;
  /** Null outside a git checkout of the hub. */
  readonly commit: string | null;
  /** Whether files of that commit were changed; null without one. */
  readonly dirty: boolean | null;
}

/** @param folder where the package lies. */
export async function readCodeVersion(folder: string): Promise<CodeVersion> {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', ['--no-optional-locks', '-C', folder, ...args])).stdout.trim();
  const { version } = PACKAGE;
  try {
    const [root, commit] = (await git('rev-parse', '--show-toplevel', 'HEAD')).split('\n') as [string, string];
    // An installed package may lie in a checkout of something else.
    if ((await realpath(root)) !== (await realpath(folder))) return { version, commit: null, dirty: null };
    return { version, commit, dirty: (await git('status', '--porcelain', '--untracked-files=no')) !== '' };
  } catch {
    return { version, commit: null, dirty: null }; // no git, or no checkout
  }
}
