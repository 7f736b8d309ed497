import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CLI } from '../hub.mjs';

/** What `hub verify` finds wrong with a data folder on which no hub runs, in words. @param env more of its environment. */
export const problemsIn = (data, env) => wordsOf(data, isProblem, env);

/** What it finds damaged: also blobs that no row names, of which it only warns. */
export const damagesIn = (data) => wordsOf(data, (finding) => isProblem(finding) || finding.found.includes('damaged'));

const isProblem = ({ status }) => status === 'problem';

async function wordsOf(data, isWanted, env = {}) {
  const args = [CLI, 'verify', '--json', '--data', data];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...env },
  }).catch((error) => error);
  const { findings } = stdout
    ? JSON.parse(stdout)
    : { findings: [{ status: 'problem', check: 'verify', found: stderr }] };
  return findings.filter(isWanted).map(({ check, found }) => `${check}: ${found}`);
}
