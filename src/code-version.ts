import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { PACKAGE } from './package.js';

/** The version of the running code. */
export interface CodeVersion {
  /** Version of the hub's package. */
  readonly version: string;
  /** Commit of the checkout; null outside a git checkout of the hub. */
  readonly commit: string | null;
  /** Whether tracked files differ from the commit; null without one. */
  readonly dirty: boolean | null;
}

/** Reads the version. @param folder root of the package. */
export async function readCodeVersion(folder: string): Promise<CodeVersion> {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', ['--no-optional-locks', '-C', folder, ...args])).stdout.trim();
  const { version } = PACKAGE;
  try {
    const [root, commit] = (await git('rev-parse', '--show-toplevel', 'HEAD')).split('\n') as [string, string];
    // An installed package may be inside the checkout of another project.
    if ((await realpath(root)) !== (await realpath(folder))) return { version, commit: null, dirty: null };
    return { version, commit, dirty: (await git('status', '--porcelain', '--untracked-files=no')) !== '' };
  } catch {
    return { version, commit: null, dirty: null }; // no git, or no checkout
  }
}
