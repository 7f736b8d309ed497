import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { noticesOf, packagesOf } from '../../scripts/notices.mjs';
import { removeFolder } from '../support/remove-folder.js';
import { ROOT } from './pages.js';

/** Packages with these files. @returns the folder in which they are. */
async function packages(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-notices-'));
  onTestFinished(() => removeFolder(folder));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

it('finds the packages of a bundle by the paths of its modules', () => {
  const moduleIds = [
    '/hub/src/cli/main.ts',
    '/hub/node_modules/zod/v4/index.js',
    '/hub/node_modules/zod/v4/core.js',
    '\0/hub/node_modules/@mantine/core/esm/index.mjs?commonjs',
    '/hub/node_modules/got/node_modules/p-limit/index.js',
    '\0rolldown/runtime.js',
  ];
  expect(packagesOf([{ moduleIds }, {}])).toEqual([
    '/hub/node_modules/@mantine/core',
    '/hub/node_modules/got/node_modules/p-limit',
    '/hub/node_modules/zod',
  ]);
});

it('writes name, version, license and its text of each package, once and in order', async () => {
  const folders = ['zod', 'busboy', 'zod'].map((name) => join(ROOT, 'node_modules', name));
  const notices = await noticesOf(folders);
  const titles = notices.split('\n').filter((line) => /^\S+ \d+\.\d+\.\d+/.test(line));
  expect(titles).toEqual([expect.stringMatching(/^busboy [\d.]+, MIT$/), expect.stringMatching(/^zod [\d.]+, MIT$/)]);
  for (const folder of folders) {
    expect(notices).toContain((await readFile(join(folder, 'LICENSE'), 'utf8')).trim());
  }
});

it('passes on notices too, names the author where there is no text, and refuses a package without a license', async () => {
  const folder = await packages({
    'a/package.json': '{"name":"a","version":"1.0.0","license":"Apache-2.0"}',
    'a/LICENSE.md': 'License of a',
    'a/NOTICE': 'Notice of a',
    'b/package.json': '{"name":"b","version":"2.0.0","license":"ISC","author":"Ann","repository":{"url":"git://b"}}',
    'c/package.json': '{"name":"c","version":"3.0.0"}',
  });
  const notices = await noticesOf([join(folder, 'b'), join(folder, 'a')]);
  expect(notices).toContain('a 1.0.0, Apache-2.0\n\nLicense of a\n\nNotice of a\n');
  expect(notices).toContain('b 2.0.0, ISC\n\nThe package has no text of its license. Author: Ann. Source: git://b\n');
  await expect(noticesOf([join(folder, 'c')])).rejects.toThrow(/c has no license/);
});
