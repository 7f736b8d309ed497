import { resolveConfig } from '../../config.js';
import { dataFolderFindings } from './data-folder.js';
import type { Finding } from './finding.js';
import { hubFindings } from './hub.js';
import { machineFindings } from './machine.js';
import type { DoctorOptions } from './options.js';

/** Runs all checks; yields each result as it is found. */
export async function* findings(options: DoctorOptions): AsyncGenerator<Finding> {
  const { data, databaseUrl } = options;
  const config = resolveConfig({ data, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
  const resolved = { ...options, ...(config.databaseUrl === undefined ? {} : { databaseUrl: config.databaseUrl }) };
  yield* machineFindings(data);
  yield* dataFolderFindings(resolved);
  yield* hubFindings(resolved);
}
