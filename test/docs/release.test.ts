import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { ROOT, readPage } from './pages.js';

const CHANGELOG = '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0 · 2026-01-02\n\n- First.\n';

/** Runs the release script in a folder with these files. */
function release(changelog: string, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'hub-release-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
  writeFileSync(join(folder, 'package.json'), '{"name":"x","version":"0.1.0"}');
  const run = (...words: readonly string[]) =>
    spawnSync(process.execPath, [`${ROOT}scripts/release.mjs`, ...words], { cwd: folder, encoding: 'utf8' });
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { ...run(...args), run, read };
}

it('a release dates what was not released, sets the version, and has those notes', () => {
  const { status, stderr, run, read } = release(CHANGELOG, '0.2.0');
  expect(status, stderr).toBe(0);
  const day = new Date().toISOString().slice(0, 10);
  expect(read('CHANGELOG.md')).toContain(`## Unreleased\n\n## 0.2.0 · ${day}\n\n- New.\n\n## 0.1.0`);
  expect(JSON.parse(read('package.json'))).toMatchObject({ version: '0.2.0' });
  expect(run('--notes', '0.2.0').stdout).toBe('- New.\n');
});

it.each([
  ['a version that is none', CHANGELOG, ['v0.2'], /A version is three numbers.*"v0\.2" was received/],
  ['nothing to release', CHANGELOG.replace('- New.\n', ''), ['0.2.0'], /nothing under "Unreleased"/],
  ['a version that was released', CHANGELOG, ['0.1.0'], /has 0\.1\.0 already/],
  [
    'notes of another version than the package has',
    CHANGELOG,
    ['--notes', '0.3.0'],
    /has version 0\.1\.0, not 0\.3\.0/,
  ],
])('refuses %s, and changes nothing', (_, changelog, args, message) => {
  const { status, stderr, read } = release(changelog, ...args);
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
  expect(read('CHANGELOG.md')).toBe(changelog);
});

it('the workflows use commands that there are, on the Nodes that package.json allows', () => {
  const { scripts, engines } = JSON.parse(readPage('package.json')) as {
    scripts: Record<string, string>;
    engines: { node: string };
  };
  type Steps = { steps: { run?: string }[]; strategy?: { matrix: { node: string[] } } };
  for (const name of ['ci', 'release']) {
    const { jobs } = parse(readPage(`.github/workflows/${name}.yml`)) as { jobs: Record<string, Steps> };
    for (const { steps, strategy } of Object.values(jobs)) {
      const commands = steps.flatMap(({ run }) => run ?? []).join('\n');
      for (const [, script] of commands.matchAll(/npm run (?:-s )?([\w:]+)/g))
        expect(scripts).toHaveProperty([script!]);
      if (strategy) expect(`>=${strategy.matrix.node[0]}`).toBe(engines.node);
    }
  }
});
