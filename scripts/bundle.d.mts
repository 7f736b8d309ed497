import type { BuildOptions } from 'rolldown';

export const ROOT: string;
export const DIST: string;
export interface BundleWishes {
  /** Paths of entry points by name; by default those of the program. */
  readonly entries?: Readonly<Record<string, string>>;
  readonly into?: string;
  readonly isDevelopment?: boolean;
}
export function bundleOptions(wishes?: BundleWishes): BuildOptions & { output: object };
