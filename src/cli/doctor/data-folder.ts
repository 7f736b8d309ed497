import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HubError } from '../../errors.js';
import { dataPaths, lockDataFolder } from '../../storage/data-folder.js';
import { databaseFindings } from './database.js';
import { type Finding, ok, problem, reasonOf, warning } from './finding.js';
import type { DoctorOptions } from './options.js';

const CHECK = 'data folder';
/** Permissions of others than the owner. */
const OTHERS = 0o077;

/** Is the data folder one that a hub can work with? What only its hub may touch is not looked at while that runs. */
export async function* dataFolderFindings(options: DoctorOptions): AsyncGenerator<Finding> {
  const { path } = dataPaths(options.data);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (found.code !== 'ENOENT') yield problem(CHECK, `${path}: ${reasonOf(found)}`, 'Give another one with --data.');
    else if (options.isElsewhere) yield ok(CHECK, `none at ${path}, and none is needed for a hub elsewhere`);
    else yield warning(CHECK, `none at ${path}`, '"hub start" makes one; --data says where.');
    return;
  }
  if (!found.isDirectory()) return yield problem(CHECK, `${path} is a file`, 'Give a folder with --data.');
  const denied = await access(path, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: Error) => error);
  if (denied) {
    const remedy = `Give it to whoever runs the hub: chown and chmod u+rwx "${path}".`;
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
    yield ok('lock', 'no hub runs on the data folder');
    yield* databaseFindings(options);
  } finally {
    await taken();
  }
}

function heldFinding(error: Error, path: string): Finding {
  if (!(error instanceof HubError)) {
    return problem('lock', reasonOf(error), `See that "${join(path, 'hub.lock')}" can be written.`);
  }
  const { owner } = error.details as { owner: { pid: number; host: string } | null };
  const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process';
  return ok('lock', `a hub runs on the data folder: ${who}; stop it to have database and blobs looked at`);
}

async function privacyFinding(path: string, name: string): Promise<Finding> {
  const check = `${name}'s privacy`;
  const found = await stat(path).catch(() => null);
  if (!found) return warning(check, `there is no ${path}`, '"hub start" makes it.');
  if (process.platform === 'win32') return ok(check, 'as the folder above has it');
  const mode = (found.mode & 0o777).toString(8);
  if ((found.mode & OTHERS) === 0) return ok(check, `only its owner may open ${path}`);
  return warning(check, `others may open ${path} (mode ${mode})`, `chmod go-rwx "${path}"`);
}
