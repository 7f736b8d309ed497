import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { HubError } from '../errors.js';

/** Folders of the server that requests may read by path. */
export class AllowedFolders {
  constructor(private readonly folders: readonly string[]) {}

  /** Folders that are not there. Once they are, requests can read them. */
  async missing(): Promise<string[]> {
    const found = await Promise.all(this.folders.map((folder) => stat(resolve(folder)).catch(() => null)));
    return this.folders.filter((_, i) => !found[i]?.isDirectory());
  }

  /**
   * The real path, with symbolic links resolved.
   * @throws BAD_INPUT, the same for a path outside the allowed folders and for a missing file, which reveals nothing
   * about other folders.
   */
  async resolve(path: string): Promise<string> {
    const real = await realpath(resolve(path)).catch(() => undefined);
    for (const folder of this.folders) {
      const base = await realpath(resolve(folder)).catch(() => undefined);
      if (!base || !real) continue;
      const inside = relative(base, real);
      if (inside === '' || (!inside.startsWith('..') && !isAbsolute(inside))) return real;
    }
    const message = 'The path is not in a folder that this hub may read: start the hub with --allow FOLDER.';
    throw new HubError('BAD_INPUT', message, { path: path.slice(0, 200) });
  }
}
