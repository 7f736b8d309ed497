import { HubError } from '../../errors.js';
import { dataPaths } from '../../storage/data-folder.js';
import { type Database, inspectDatabase } from '../../storage/database.js';
import { isDatabase } from '../../storage/embedded-postgres.js';
import { FileBlobStore } from '../../storage/file-blobs.js';
import { blobFindings } from './blobs.js';
import { type Finding, ok, problem, reasonOf, warning } from './finding.js';
import type { DoctorOptions } from './options.js';

const CHECK = 'database';

/** Does the database open, is its form current, and is there what it names? The caller holds the folder's lock. */
export async function* databaseFindings(options: DoctorOptions): AsyncGenerator<Finding> {
  const { database: folder } = dataPaths(options.data);
  const { databaseUrl: url } = options;
  if (url === undefined && !(await isDatabase(folder))) {
    return yield warning(
      CHECK,
      `none in ${folder}`,
      '"hub start" makes an empty one; a backup brings back a lost one.',
    );
  }
  const opened = await inspectDatabase({ folder, url }).catch((error: Error) => error);
  if (opened instanceof Error) return yield refusal(opened, options);
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
    const found = `${kind} opens and lacks ${lacks.length} migrations, the first of them ${lacks[0]}`;
    return yield warning(CHECK, found, '"hub start" applies them; then ask the doctor again about the blobs.');
  }
  yield ok(CHECK, `${kind} opens, its migrations are current`);
  yield* blobFindings(client, new FileBlobStore(dataPaths(options.data).blobs), options);
}

function refusal(error: Error, { databaseUrl }: DoctorOptions): Finding {
  if (error instanceof HubError) return problem(CHECK, reasonOf(error), 'Use the version of the hub that wrote it.');
  const remedy = databaseUrl
    ? 'See that the server runs and that --database-url is right.'
    : 'Bring the folder "database" back from a backup.';
  return problem(CHECK, `does not open: ${reasonOf(error)}`, remedy);
}
