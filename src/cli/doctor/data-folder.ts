import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HubError } from '../../errors.js';
import { dataPaths, lockDataFolder } from '../../storage/data-folder.js';
import { databaseFindings } from './database.js';
import { type Finding, ok, problem, reasonOf, warning } from './finding.js';
import type { DoctorOptions } from './options.js';

const CHECK = 'data folder';
/** Permission bits of group and others. */
const OTHERS = 0o077;

/** Checks that a hub can work with the data folder. Database and blobs are skipped while a hub has them open. */
export async function* dataFolderFindings(options: DoctorOptions): AsyncGenerator<Finding> {
  const { path } = dataPaths(options.data);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (found.code !== 'ENOENT')
      yield problem(CHECK, `${path}: ${reasonOf(found)}`, 'Give another folder with --data.');
    else if (options.isElsewhere) yield ok(CHECK, `none at ${path}; a remote hub needs none here`);
    else yield warning(CHECK, `none at ${path}`, '"hub start" creates one; --data chooses another path.');
    return;
  }
  if (!found.isDirectory()) return yield problem(CHECK, `${path} is a file`, 'Give a folder with --data.');
  const denied = await access(path, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: Error) => error);
  if (denied) {
    const remedy = `Give the user that runs the hub access: chown and chmod u+rwx "${path}".`;
    return yield problem(CHECK, `${path} cannot be read and written`, remedy);
  }
  yield await privacyFinding(path, 'folder');
  yield await privacyFinding(join(path, 'token'), 'token');
  yield* lockFindings(options, path);
}

async function* lockFindings(options: DoctorOptions, path: string): AsyncGenerator<Finding> {
  const taken = await lockDataFolder(path).catch((error: Error) => error);
  if (taken instanceof Error) return yield heldFinding(taken, path);
  try {
    yield ok('lock', 'no hub has the data folder open');
    yield* databaseFindings(options);
  } finally {
    await taken();
  }
}

function heldFinding(error: Error, path: string): Finding {
  if (!(error instanceof HubError)) {
    return problem('lock', reasonOf(error), `Make "${join(path, 'hub.lock')}" writable.`);
  }
  const { owner } = error.details as { owner: { pid: number; host: string } | null };
  const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process';
  return ok('lock', `a hub has the data folder open (${who}); stop it to check database and blobs`);
}

async function privacyFinding(path: string, name: string): Promise<Finding> {
  const check = `${name} privacy`;
  const found = await stat(path).catch(() => null);
  if (!found) return warning(check, `there is no ${path}`, '"hub start" creates it.');
  if (process.platform === 'win32') return ok(check, 'inherited from the parent folder');
  const mode = (found.mode & 0o777).toString(8);
  if ((found.mode & OTHERS) === 0) return ok(check, `only the owner can open ${path}`);
  return warning(check, `others can open ${path} (mode ${mode})`, `chmod go-rwx "${path}"`);
}
