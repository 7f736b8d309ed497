import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CLI } from '../hub.mjs';

/** What `hub verify` finds wrong with a data folder on which no hub runs, in words. */
export async function problemsIn(data) {
  const args = [CLI, 'verify', '--json', '--data', data];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args).catch((error) => error);
  const { findings } = stdout
    ? JSON.parse(stdout)
    : { findings: [{ status: 'problem', check: 'verify', found: stderr }] };
  return findings.filter(({ status }) => status === 'problem').map(({ check, found }) => `${check}: ${found}`);
}
