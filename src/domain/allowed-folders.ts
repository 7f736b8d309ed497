import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { HubError } from '../errors.js';

/** Folders of the server that requests may read by path. */
export class AllowedFolders {
  constructor(private readonly folders: readonly string[]) {}

  /**
   * The real path, with links resolved.
   * @throws BAD_INPUT outside the allowed folders and for missing files alike: a caller learns nothing about the rest.
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
