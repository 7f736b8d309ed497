// Prepares a release: dates the block "Unreleased" of CHANGELOG.md and sets the version.   (npm run release -- VERSION)
// `--notes VERSION` prints the block of a release instead, without its heading.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const VERSION = /^\d+\.\d+\.\d+$/;
const UNRELEASED = '## Unreleased\n';

/** The block of a release in the changelog. @throws if it is not dated or has no lines. */
function notesOf(changelog, version) {
  const heading = new RegExp(`^## ${version.replaceAll('.', '\\.')} · \\d{4}-\\d{2}-\\d{2}\\n`, 'm');
  const found = heading.exec(changelog);
  if (!found) fail(`CHANGELOG.md has no "## ${version} · YYYY-MM-DD": run "npm run release -- ${version}" first.`);
  const notes = changelog
    .slice(found.index + found[0].length)
    .split(/^## /m)[0]
    .trim();
  return notes || fail(`CHANGELOG.md says nothing about ${version}.`);
}

/** The changelog with what was not released under a version and a date. */
function dated(changelog, version, day) {
  const [before, after] = changelog.split(UNRELEASED);
  if (after === undefined) fail('CHANGELOG.md has no "## Unreleased".');
  if (changelog.includes(`\n## ${version} `)) fail(`CHANGELOG.md has ${version} already.`);
  if (after.split(/^## /m)[0].trim() === '') fail('CHANGELOG.md has nothing under "Unreleased".');
  return `${before}${UNRELEASED}\n## ${version} · ${day}\n${after}`;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

const args = process.argv.slice(2);
const version = args.at(-1) ?? '';
if (!VERSION.test(version)) fail(`A version is three numbers, such as 0.2.0; ${JSON.stringify(version)} was received.`);
const changelog = readFileSync('CHANGELOG.md', 'utf8');
if (args[0] === '--notes') {
  const { version: current } = JSON.parse(readFileSync('package.json', 'utf8'));
  if (current !== version) fail(`package.json has version ${current}, not ${version}.`);
  console.log(notesOf(changelog, version));
} else {
  const released = dated(changelog, version, new Date().toISOString().slice(0, 10));
  execFileSync('npm', ['version', version, '--no-git-tag-version', '--allow-same-version', '--loglevel', 'error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  writeFileSync('CHANGELOG.md', released);
  console.log(`Version ${version}. Commit, then tag: git tag v${version}`);
}
