import { posix, resolve, win32 } from 'node:path';

/** A path as the hub takes it: what is relative is taken from here, which is right where the hub is on this machine. */
export function serverPath(path: string): string {
  return posix.isAbsolute(path) || win32.isAbsolute(path) ? path : resolve(path);
}
