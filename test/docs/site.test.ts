import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { buildSchema } from 'graphql';
import { expect, it, onTestFinished } from 'vitest';
import { writePages } from '../../site/pages.mjs';
import { prose, readPage } from './pages.js';

/** The pages of the site, in a folder that is removed after the test. */
function written(repository?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'hub-site-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return {
    ...writePages(folder, repository),
    folder,
    read: (page: string) => readFileSync(join(folder, page), 'utf8'),
  };
}

const linksOf = (text: string): string[] =>
  [
    ...prose(text)
      .replaceAll(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, target]) => target!);

it('every link of the pages of the site leads to a page, a picture or a copy of a file', () => {
  const { pages, dead, folder, read } = written();
  expect(dead).toEqual([]);
  expect(new Set(pages.map((page) => page.toLowerCase())).size).toBe(pages.length);
  const lost = pages.flatMap((page) =>
    linksOf(read(page))
      .filter((target) => !/^(\w+:|#)/.test(target))
      .map((target) => {
        const [path = ''] = target.split('#');
        return path.startsWith('/') ? posix.join('public', path) : posix.join(posix.dirname(page), path);
      })
      .filter((path) => !existsSync(join(folder, path)))
      .map((path) => `${page}: ${path}`),
  );
  expect(lost).toEqual([]);
});

it('links to files of the code lead to the repository where its address is known', () => {
  const { read, folder } = written('https://github.com/example/hub');
  expect(linksOf(read('architecture.md'))).toContain(
    'https://github.com/example/hub/blob/main/src/http/authentication.ts',
  );
  expect(linksOf(read('api.md'))).toContain('https://github.com/example/hub/tree/main/test/requests');
  expect(existsSync(join(folder, 'public'))).toBe(false);
});

it('the menu of the site has every page of docs/README.md', () => {
  const { read } = written();
  const menu = read('sidebar.json');
  for (const link of linksOf(read('index.md')).map((target) => target.split('#')[0]!.replace(/\.md$/, ''))) {
    if (!link.startsWith('..') && link !== 'contributing') expect(menu).toContain(`"/${link}"`);
  }
});

it('the GraphQL reference has every operation and every type of the schema', () => {
  const page = written().read('graphql.md');
  const headings = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name!);
  const schema = buildSchema(readPage('schema.graphql'));
  const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!];
  const operations = roots.flatMap((root) => Object.keys(root.getFields()));
  const builtIn = ['String', 'Int', 'Float', 'Boolean', 'ID'];
  const types = Object.keys(schema.getTypeMap()).filter(
    (name) => !name.startsWith('__') && !builtIn.includes(name) && !roots.some((root) => root.name === name),
  );
  expect(headings.toSorted()).toEqual([...operations, ...types].toSorted());
});

it('the site has packages of its own, exactly pinned and from no named registry', () => {
  const { dependencies, devDependencies } = JSON.parse(readPage('site/package.json')) as Record<string, object>;
  expect(dependencies).toBeUndefined();
  for (const version of Object.values(devDependencies!)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(readPage('site/package-lock.json')).not.toContain('"resolved"');
  expect(readPage('package.json')).not.toContain('vitepress');
});
