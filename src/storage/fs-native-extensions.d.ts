declare module 'fs-native-extensions' {
  /** Locks the whole file for this file descriptor; false when another descriptor, here or elsewhere, holds it. */
  export function tryLock(fd: number): boolean;
}
