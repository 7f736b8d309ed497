import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const run = promisify(execFile);
const PEERS = fileURLToPath(new URL('../peers', import.meta.url));

/**
 * A Python environment with what the peers need, made once and again when their requirements change.
 * @param name of peers that need an environment of their own: `requirements-NAME.txt`.
 */
export async function peerPython(name) {
  const suffix = name ? `-${name}` : '';
  const folder = join(PEERS, `.venv${suffix}`);
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const requirements = join(PEERS, `requirements${suffix}.txt`);
  const stamp = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  process.stderr.write('Installing the Python peers (once) ...\n');
  await run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { maxBuffer: 1 << 26 });
  writeFileSync(stamp, wanted);
  return python;
}

/** Runs a peer. @returns the JSON of its last line, and the seconds of its whole process. */
export async function runPeer(python, script, args) {
  const began = performance.now();
  const { stdout } = await run(python, [join(PEERS, script), ...args], {
    maxBuffer: 1 << 26,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  const processSeconds = (performance.now() - began) / 1000;
  return { ...JSON.parse(stdout.trim().split('\n').at(-1)), processSeconds };
}
