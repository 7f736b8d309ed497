import { verifyAuditChain } from '../domain/audit/audit-chain.js';
import { faultOf } from '../maintenance/blob-faults.js';
import { unusedFiles } from '../maintenance/unused-files.js';
import { countRows } from '../storage/rows.js';
import { blobFindings } from './doctor/blobs.js';
import { type Finding, ok, problem, reasonOf, warning } from './doctor/finding.js';
import { bytes, count } from './format.js';
import type { OpenData } from './open-data.js';

/** Verifies that everything in a data folder is byte for byte what was written. */
export async function* verify(open: OpenData, onProgress: (text: string) => void): AsyncGenerator<Finding> {
  const { prisma, blobs } = open;
  yield await rowFinding(open);
  yield await auditFinding(open);
  yield* blobFindings(prisma, blobs, { deep: true, onProgress });
  yield* unusedFindings(open);
}

async function rowFinding({ prisma }: OpenData): Promise<Finding> {
  return countRows(prisma).then(
    (rows) => ok('rows', `${count(rows)} readable`),
    (error: unknown) => problem('rows', `not all readable: ${reasonOf(error)}`, 'Restore a backup.'),
  );
}

async function auditFinding({ prisma }: OpenData): Promise<Finding> {
  const { intact, broken } = await verifyAuditChain(prisma);
  if (!broken) return ok('audit', `${count(intact)} rows intact, each chained to the one before`);
  const found = `row ${broken.number} was changed, or the row before it is missing: ${broken.why}`;
  return problem('audit', found, 'The database was changed from outside; compare it with a backup.');
}

async function* unusedFindings({ prisma, blobs }: OpenData): AsyncGenerator<Finding> {
  const unused = { files: 0, bytes: 0, damaged: 0 };
  const unfinished = { files: 0, bytes: 0 };
  for await (const file of unusedFiles(prisma, blobs)) {
    const kind = file.isUnfinished ? unfinished : unused;
    kind.files += 1;
    kind.bytes += file.bytes;
    if (file.sha256 && (await faultOf(blobs, file.sha256, true))) unused.damaged += 1;
  }
  const remedy = '"hub gc" deletes unused files.';
  if (unused.files > 0) {
    const damaged = unused.damaged > 0 ? `, ${count(unused.damaged)} of them damaged` : '';
    yield warning(
      'unused blobs',
      `${count(unused.files)} (${bytes(unused.bytes)}) that no row refers to${damaged}`,
      remedy,
    );
  } else {
    yield ok('unused blobs', 'none');
  }
  if (unfinished.files > 0) {
    const found = `${count(unfinished.files)} (${bytes(unfinished.bytes)}) left by a process that died`;
    yield warning('half-written files', found, 'The next "hub start" removes them.');
  } else {
    yield ok('half-written files', 'none');
  }
}
