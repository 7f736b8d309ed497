import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PACKAGE_FOLDER } from '../../package.js';

/** Version of OpenVINO that is installed and tested. */
export const OPENVINO_VERSION = '2026.4.1';

/** Folder of what `npm run engine:openvino` installs. */
export const OPENVINO_FOLDER = join(PACKAGE_FOLDER, 'engines', 'openvino');

/** Name of the C library in the wheels for Linux, macOS and Windows; two of them carry a version. */
const LIBRARY = /^(libopenvino_c\.so(\.\d+)*|libopenvino_c(\.\d+)*\.dylib|openvino_c\.dll)$/;

/**
 * Finds OpenVINO's C library. The environment variable HUB_OPENVINO_FOLDER names an installation elsewhere.
 * @returns its path; undefined where it is not installed, or nothing can call it.
 */
export function findOpenVino(folder = process.env.HUB_OPENVINO_FOLDER ?? OPENVINO_FOLDER): string | undefined {
  const libraries = join(folder, 'openvino', 'libs');
  try {
    const name = hasKoffi() ? readdirSync(libraries).find((file) => LIBRARY.test(file)) : undefined;
    return name && join(libraries, name);
  } catch {
    return undefined;
  }
}

/** Whether the npm package that calls C libraries is installed; npm leaves it out on systems for which it has no binary. */
export function hasKoffi(): boolean {
  try {
    createRequire(import.meta.url).resolve('koffi');
    return true;
  } catch {
    return false;
  }
}
