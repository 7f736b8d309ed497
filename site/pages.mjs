// Writes the pages of the site from the Markdown of the repository.   (npm run docs)
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { graphqlPage } from './graphql-page.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Folders whose Markdown becomes pages; `docs` is the root of the site. */
const FOLDERS = ['docs', 'samples', 'backbones', 'clients/typescript', 'clients/python', 'clients/examples'];
/** Pages of files in the root, by their names; no two names may differ by letter case only. */
const FILES = {
  'README.md': 'about.md',
  'CONTRIBUTING.md': 'contributing.md',
  'CHANGELOG.md': 'changelog.md',
  'SECURITY.md': 'security-policy.md',
};

const markdownIn = (folder) =>
  readdirSync(join(ROOT, folder), { recursive: folder === 'docs', encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')));

/** Where a Markdown file is in the site: `docs/api.md` is `api.md`, and a `README.md` is the page of its folder. */
function placeOf(file) {
  return FILES[file] ?? file.replace(/^docs\//, '').replace(/(^|\/)README\.md$/, '$1index.md');
}

/** A link to what is no page: to the repository where its address is known, else to a copy of the text in the site. */
function linkToFile(file, out, repository) {
  const path = join(ROOT, file);
  const isFolder = statSync(path).isDirectory();
  if (repository) return `${repository}/${isFolder ? 'tree' : 'blob'}/main/${file}`;
  const copy = join(out, 'public/files', `${file}.txt`);
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, isFolder ? `${readdirSync(path).join('\n')}\n` : readFileSync(path));
  return `/files/${file}.txt`;
}

/**
 * Writes all pages into a folder, and the files that they show.
 * @param out emptied first
 * @param repository address of the repository on GitHub, for links to its files
 * @returns the paths of the pages in the folder, and links that lead nowhere.
 */
export function writePages(out, repository) {
  rmSync(out, { recursive: true, force: true });
  const files = [...Object.keys(FILES), ...FOLDERS.flatMap(markdownIn)];
  const pages = new Map([...files.map((file) => [file, placeOf(file)]), ['schema.graphql', 'graphql.md']]);
  const dead = [];
  const write = (page, text) => {
    mkdirSync(dirname(join(out, page)), { recursive: true });
    writeFileSync(join(out, page), text);
  };

  /** A link of a file as a link of its page. */
  const linkOf = (file, target) => {
    const [path, anchor] = target.split('#');
    if (path === '' || /^\w+:/.test(target)) return target;
    const to = posix.join(posix.dirname(file), decodeURI(path)).replace(/\/$/, '');
    const page = pages.get(to) ?? pages.get(`${to}/README.md`);
    const from = posix.dirname(placeOf(file));
    if (page) return `${posix.relative(from, page)}${anchor === undefined ? '' : `#${anchor}`}`;
    if (!existsSync(join(ROOT, to))) dead.push(`${file}: ${target}`);
    else if (/\.(webp|png|svg)$/.test(to)) {
      const image = to.replace(/^docs\//, '');
      mkdirSync(dirname(join(out, image)), { recursive: true });
      cpSync(join(ROOT, to), join(out, image));
      const relative = posix.relative(from, image);
      return relative.startsWith('.') ? relative : `./${relative}`;
    } else return linkToFile(to, out, repository);
    return target;
  };

  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    // Code blocks and code spans stay as they are.
    const shown = text.replaceAll(/^```[\s\S]*?^```$|`[^`\n]*`|\]\(([^)\s]+)\)/gm, (whole, target) =>
      target === undefined ? whole : `](${linkOf(file, target)})`,
    );
    write(placeOf(file), shown);
  }
  write('graphql.md', graphqlPage(readFileSync(join(ROOT, 'schema.graphql'), 'utf8')));
  writeFileSync(join(out, 'sidebar.json'), JSON.stringify(sidebar(), null, 2));
  return { pages: [...pages.values()], dead };
}

/** The order of the documentation: headings and links of docs/README.md. */
function sidebar() {
  const [, ...sections] = readFileSync(join(ROOT, 'docs/README.md'), 'utf8').split(/^## /m);
  return sections.map((section) => {
    const [heading, ...lines] = section.split('\n');
    const text = lines.join('\n');
    const decisions = [...text.matchAll(/^\| \d+ \| \[(.+)\]\((adr\/.+)\.md\) \|$/gm)];
    const links = [...text.matchAll(/\[([^\]]+)\]\((?!adr\/)([^)#]+)\)/g)].map(([, name, target]) => ({
      text: name,
      link: `/${posix.join('docs', target) === 'schema.graphql' ? 'graphql' : placeOf(posix.join('docs', target)).replace(/\.md$/, '')}`,
    }));
    const items = links.filter(({ link }, i) => links.findIndex((other) => other.link === link) === i);
    const adrs = decisions.map(([, name, target]) => ({ text: name, link: `/${target}` }));
    return {
      text: heading,
      collapsed: false,
      items: adrs.length === 0 ? items : [...items, { text: 'Decisions', collapsed: true, items: adrs }],
    };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
  const { pages, dead } = writePages(fileURLToPath(new URL('pages', import.meta.url)), name && `${server}/${name}`);
  for (const link of dead) console.error(`dead link: ${link}`);
  if (dead.length > 0) process.exitCode = 1;
  else console.log(`${pages.length} pages`);
}
