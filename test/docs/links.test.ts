import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, prose, ROOT, readPage } from './pages.js';

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of prose(readPage(page)).matchAll(/^#{1,6} (.+)$/gm)) {
    const text = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = text.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Targets of the relative links and images of a page. */
function relativeLinks(page: string): string[] {
  const text = prose(readPage(page)).replaceAll(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((target) => !/^\w+:/.test(target));
}

/** What is wrong with a link, or null. */
function problemOf(page: string, target: string): string | null {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : posix.join(posix.dirname(page), decodeURI(path));
  if (file.startsWith('../') || !existsSync(`${ROOT}${file}`)) return `${target}: there is no file ${file}`;
  if (anchor === undefined) return null;
  return file.endsWith('.md') && anchorsOf(file).has(anchor) ? null : `${target}: ${file} has no heading for it`;
}

describe.each(PAGES)('%s', (page) => {
  it('has only links that resolve', () => {
    const problems = relativeLinks(page).map((target) => problemOf(page, target));
    expect(problems.filter((problem) => problem !== null)).toEqual([]);
  });
});

it('finds links and headings', () => {
  expect(relativeLinks('README.md')).toContain('docs/benchmarks.md');
  expect(problemOf('docs/api.md', 'operations.md#limits')).toBeNull();
  expect(problemOf('docs/api.md', '#classify-over-http')).toBeNull();
  expect(problemOf('docs/api.md', 'no-such-page.md')).not.toBeNull();
  expect(problemOf('docs/api.md', 'operations.md#no-such-heading')).not.toBeNull();
});

it('README has at most 120 lines', () => {
  expect(readPage('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(120);
});

it('docs/README.md links every page of docs, and README links it', () => {
  const links = relativeLinks('docs/README.md').map((link) => posix.join('docs', link.split('#')[0]!));
  const pages = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
  expect(pages.filter((page) => !links.includes(page))).toEqual([]);
  expect(relativeLinks('README.md')).toContain('docs/README.md');
});

it('docs/README.md has the decisions by their titles', () => {
  const titles = PAGES.filter((page) => page.startsWith('docs/adr/')).map((page) => {
    const [, number, title] = /^# (\d+)\. (.+)\n/.exec(readPage(page))!;
    return `| ${number} | [${title}](${page.replace('docs/', '')}) |`;
  });
  expect(readPage('docs/README.md').split('\n')).toEqual(expect.arrayContaining(titles));
});
