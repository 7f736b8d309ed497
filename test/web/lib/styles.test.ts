import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const PAGE = new URL('../../../web/src/', import.meta.url);
const STYLES = new URL('../../../node_modules/@mantine/core/styles/', import.meta.url);

it('has the styles of every library component that the page uses', async () => {
  const files = (await readdir(PAGE, { recursive: true })).filter((file) => file.endsWith('.tsx'));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file.replaceAll('\\', '/'), PAGE), 'utf8')));
  const imports = texts.flatMap((text) => [...text.matchAll(/import \{([^}]+)\} from '@mantine\/core'/g)]);
  const used = [...new Set(imports.flatMap(([, names = '']) => names.split(',').map((name) => name.trim())))];
  const imported = await readFile(new URL('app/styles.ts', PAGE), 'utf8');
  const missing = used
    .filter((name) => name !== '' && existsSync(new URL(`${name}.css`, STYLES)))
    .filter((name) => !imported.includes(`'@mantine/core/styles/${name}.css'`));
  expect(used).toContain('PasswordInput');
  expect(missing).toEqual([]);
});
