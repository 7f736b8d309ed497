import { HubError } from '../../errors.js';
import { placeOf, recordedLocation } from '../../maintenance/blob-location.js';
import { openBlobs } from '../../storage/blob-place.js';
import { dataPaths } from '../../storage/data-folder.js';
import { type Database, inspectDatabase } from '../../storage/database.js';
import { isDatabase } from '../../storage/embedded-postgres.js';
import { blobFindings } from './blobs.js';
import { type Finding, ok, problem, reasonOf, warning } from './finding.js';
import type { DoctorOptions } from './options.js';

const CHECK = 'database';

/** Checks that the database opens, its migrations are current and its blobs exist. The caller holds the folder's lock. */
export async function* databaseFindings(options: DoctorOptions): AsyncGenerator<Finding> {
  const { database: folder } = dataPaths(options.data);
  const { databaseUrl: url } = options;
  if (url === undefined && !(await isDatabase(folder))) {
    return yield warning(
      CHECK,
      `none in ${folder}`,
      '"hub start" creates an empty one; "hub restore" brings back a lost one.',
    );
  }
  const opened = await inspectDatabase({ folder, url }).catch((error: Error) => error);
  if (opened instanceof Error) return yield openFailure(opened, options);
  try {
    yield* openedFindings(opened, options);
  } finally {
    await opened.close();
  }
}

async function* openedFindings(
  database: Database & { readonly lacks: readonly string[] },
  options: DoctorOptions,
): AsyncGenerator<Finding> {
  const { kind, lacks, client } = database;
  if (lacks.length > 0) {
    const found = `${kind} opens; ${lacks.length} migrations are missing, from ${lacks[0]} on`;
    return yield warning(CHECK, found, '"hub start" applies them; then run "hub doctor" again to check the blobs.');
  }
  yield ok(CHECK, `${kind} opens, all migrations applied`);
  const place = placeOf(await recordedLocation(client), dataPaths(options.data), 0);
  yield* blobFindings(client, openBlobs(place), options);
}

function openFailure(error: Error, { databaseUrl }: DoctorOptions): Finding {
  if (error instanceof HubError) return problem(CHECK, reasonOf(error), 'Use the version of the hub that wrote it.');
  const remedy = databaseUrl
    ? 'Check that the server runs and that --database-url is right.'
    : 'Restore the data from a backup.';
  return problem(CHECK, `does not open: ${reasonOf(error)}`, remedy);
}
