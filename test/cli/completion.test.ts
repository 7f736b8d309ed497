import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHub } from '../support/command.js';
import { CLI } from '../support/test-hub.js';

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-completion-'));
  const hub = join(folder, 'hub');
  await writeFile(hub, `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  await chmod(hub, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a script with `hub` on the path. */
function run(shell: string, script: string): string {
  const env = { ...process.env, HOME: folder, PATH: `${folder}${delimiter}${process.env.PATH}` };
  const { stdout, stderr, status } = spawnSync(shell, ['-c', script], { env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** What is typed, and all that it may go on with. */
const TYPED: readonly [string, readonly string[]][] = [
  ['hub ru', ['runs', 'run']],
  ['hub dataset ', ['list', 'show', 'create', 'register', 'derive', 'diff', 'delete']],
  ['hub train --rec', ['--recipe']],
  ['hub train --json --recipe ', ['transfer', 'seed', 'best']],
  ['hub completion ', ['bash', 'zsh', 'fish']],
];

describe.skipIf(!has('bash'))('in bash', () => {
  it.each(TYPED)('%j goes on with %j', (typed, words) => {
    const script = `source <(hub completion bash)
      COMP_WORDS=(${typed
        .split(' ')
        .map((word) => `'${word}'`)
        .join(' ')}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _hub; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(run('bash', script).trim().split('\n')).toEqual(words);
  });

  it('leaves files to bash where a command takes them', () => {
    const script = `source <(hub completion bash)
      COMP_WORDS=(hub classify ''); COMP_CWORD=2; _hub; echo "\${#COMPREPLY[@]}"; complete -p hub`;
    expect(run('bash', script)).toMatch(/^0\ncomplete .*-o default .*hub\n$/);
  });
});

describe.skipIf(!has('fish'))('in fish', () => {
  it.each(TYPED)('%j goes on with %j', (typed, words) => {
    const lines = run('fish', `hub completion fish | source; complete -C '${typed}'`).trim().split('\n');
    expect(lines.map((line) => line.split('\t')[0]).toSorted()).toEqual(words.toSorted());
  });
});

it.skipIf(!has('zsh'))('the script for zsh is one that zsh can read', () => {
  expect(run('zsh', 'hub completion zsh | zsh -n')).toBe('');
});

it('refuses a shell that it does not know', async () => {
  const { code, stderr } = await runHub('completion', 'tcsh');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^hub: .+ Allowed choices are bash, zsh, fish: see --help\.\n$/);
});
