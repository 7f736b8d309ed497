import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const markdownIn = (folder: string, recursive: boolean): string[] =>
  readdirSync(`${ROOT}${folder}`, { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}${name.replaceAll('\\', '/')}`);

/** Paths of all Markdown files that users read, from the root. */
export const PAGES: readonly string[] = [
  ...markdownIn('', false),
  ...['docs/', 'samples/', 'backbones/'].flatMap((folder) => markdownIn(folder, true)),
  ...['typescript', 'python', 'examples'].flatMap((name) => markdownIn(`clients/${name}/`, false)),
].sort();

export const readPage = (page: string): string => readFileSync(`${ROOT}${page}`, 'utf8');

/** Code blocks of a page, with their language. */
export const codeBlocks = (text: string): { readonly language: string; readonly code: string }[] =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({ language, code }));

/** A page without its code blocks. */
export const prose = (text: string): string => text.replaceAll(/^```\w*\n[\s\S]*?^```$/gm, '');

/** The part of a page under a heading of the second level. */
export function section(text: string, heading: string): string {
  const [, rest] = text.split(`\n## ${heading}\n`);
  if (rest === undefined) throw new Error(`There is no heading "${heading}".`);
  return rest.split('\n## ')[0] as string;
}
