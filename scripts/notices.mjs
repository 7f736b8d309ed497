// The licenses of packages whose code is in what is published: the archive of scripts/pack.mjs has them as THIRD-PARTY-NOTICES.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files with a license, or with what a license asks to pass on. */
const LICENSE_FILE = /^(licen[cs]e|copying|notice)([.-]|$)/i;
const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;
const RULE = '-'.repeat(80);

/** Folders of the packages that modules of a bundle come from. @param chunks output of rolldown or Vite. */
export function packagesOf(chunks) {
  const folders = chunks
    .flatMap(({ moduleIds = [] }) => moduleIds)
    .flatMap((id) => PACKAGE.exec(id.replace(/^\0/, ''))?.[1] ?? []);
  return [...new Set(folders)].sort();
}

/** Name, version, license and its text of each package. @param folders of installed packages. */
export async function noticesOf(folders) {
  const notices = await Promise.all([...new Set(folders)].map(noticeOf));
  const texts = new Map(notices.map((notice) => [notice.title, notice.text])); // a package may be installed twice
  const sorted = [...texts].sort(([a], [b]) => (a < b ? -1 : 1));
  const head = 'Model Hub contains code of these packages, under these licenses.';
  return [head, ...sorted.map(([title, text]) => `${RULE}\n${title}\n\n${text}`)].join('\n\n').concat('\n');
}

async function noticeOf(folder) {
  const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const names = (await readdir(folder)).filter((name) => LICENSE_FILE.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const { license = about.licenses?.[0]?.type } = about;
  if (!license && texts.length === 0)
    throw new Error(`${folder} has no license, neither in package.json nor as a file.`);
  const title = [`${about.name} ${about.version}`, license].filter(Boolean).join(', ');
  return { title, text: texts.map((text) => text.trim()).join('\n\n') || holderOf(about) };
}

/** What stands in place of a text that a package does not bring. */
function holderOf({ author, repository, homepage }) {
  const name = typeof author === 'string' ? author : author?.name;
  const place = (typeof repository === 'string' ? repository : repository?.url) ?? homepage;
  return ['The package has no text of its license.', name && `Author: ${name}.`, place && `Source: ${place}`]
    .filter(Boolean)
    .join(' ');
}
