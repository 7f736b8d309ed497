import { posix, resolve, win32 } from 'node:path';

/** An absolute path for the hub. A relative path is resolved here, which is right for a hub on this machine. */
export function serverPath(path: string): string {
  return posix.isAbsolute(path) || win32.isAbsolute(path) ? path : resolve(path);
}
