import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CLI } from '../hub.mjs';

/** What `hub verify` finds wrong with a data folder on which no hub runs, in words. */
export async function problemsIn(data) {
  return (await findingsIn(data)).filter(({ status }) => status === 'problem').map(inWords);
}

/** How much of what it finds is damage: also of blobs that no row names, of which it only warns. */
export async function damagesIn(data) {
  return (await findingsIn(data))
    .filter((finding) => finding.status === 'problem' || /damaged/.test(finding.found))
    .map(inWords);
}

const inWords = ({ check, found }) => `${check}: ${found}`;

async function findingsIn(data) {
  const args = [CLI, 'verify', '--json', '--data', data];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args).catch((error) => error);
  return stdout ? JSON.parse(stdout).findings : [{ status: 'problem', check: 'verify', found: stderr }];
}
