import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { HubError } from '../errors.js';

/** The folders of the server from which a request may read by path. */
export class AllowedFolders {
  constructor(private readonly folders: readonly string[]) {}

  /**
   * Where a path really leads, links followed.
   * @throws BAD_INPUT when that is in none of the allowed folders, or nowhere: a caller learns nothing about the rest.
   */
  async resolve(path: string): Promise<string> {
    const real = await realpath(resolve(path)).catch(() => undefined);
    for (const folder of this.folders) {
      const base = await realpath(resolve(folder)).catch(() => undefined);
      if (!base || !real) continue;
      const inside = relative(base, real);
      if (inside === '' || (!inside.startsWith('..') && !isAbsolute(inside))) return real;
    }
    const message = 'The path does not lie in a folder from which this hub may read: start it with --allow FOLDER.';
    throw new HubError('BAD_INPUT', message, { path: path.slice(0, 200) });
  }
}
