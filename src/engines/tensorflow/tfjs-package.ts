import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PACKAGE_FOLDER } from '../../package.js';

/** Version of tfjs-node whose addon is compiled. */
export const TFJS_VERSION = '4.22.0';
const TFJS_PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
export type TfjsPackage = (typeof TFJS_PACKAGES)[number];

/** Folder of what `npm run engine:tensorflow` installs. */
export const ENGINE_FOLDER = join(PACKAGE_FOLDER, 'engines', 'tensorflow');

/** A package of tfjs with its compiled addon. */
export interface FoundPackage {
  readonly name: TfjsPackage;
  /** The folder of the package. */
  readonly path: string;
}

/** Finds tfjs with its addon: installed by the command, or next to the hub's packages. */
export function findTfjs(folder: string = ENGINE_FOLDER): FoundPackage | undefined {
  for (const from of [join(folder, 'package.json'), import.meta.url]) {
    for (const name of TFJS_PACKAGES) {
      const path = packageFolder(name, from);
      if (path && existsSync(addonOf(path))) return { name, path };
    }
  }
  return undefined;
}

/** Identifies an installation without loading it: another version is another addon. */
export function installationOf({ name, path }: FoundPackage): string {
  return `${name} ${statSync(addonOf(path)).mtime.toISOString()}`;
}

/** The path where tfjs-node looks for its addon, for every Node that the hub supports. */
export function addonOf(packagePath: string): string {
  return join(packagePath, 'lib', 'napi-v8', 'tfjs_binding.node');
}

function packageFolder(name: TfjsPackage, from: string): string | undefined {
  try {
    return dirname(createRequire(from).resolve(`${name}/package.json`));
  } catch {
    return undefined; // not installed there
  }
}
