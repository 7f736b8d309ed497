import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './pages.js';

/** Scripts in JavaScript, which import what is compiled to out/: no compiler looks at their imports. */
const SCRIPTS = ['bench', 'scripts', 'prisma'].flatMap((folder) =>
  readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.mjs'))
    .map((path) => posix.join(folder, path.replaceAll('\\', '/'))),
);

/** Names that a script imports from the hub's modules, with the path of each module's source. */
function importsOf(script: string): { readonly source: string; readonly names: readonly string[] }[] {
  const text = readFileSync(`${ROOT}${script}`, 'utf8');
  return [...text.matchAll(/import \{([^}]+)\} from '((?:\.\.\/)+out\/[^']+)\.js'/g)].map(([, names, module]) => ({
    source: `${posix.join(posix.dirname(script), module!).replace(/^out\//, 'src/')}.ts`,
    names: names!.split(',').flatMap((name) => name.trim().split(' ')[0] || []),
  }));
}

const EXPORT = /^export (?:async |abstract )?(?:function\*?|class|const|let|enum|interface|type) (\w+)/gm;
const exportsOf = (source: string) =>
  new Set([...readFileSync(`${ROOT}${source}`, 'utf8').matchAll(EXPORT)].map(([, name]) => name));

describe.each(SCRIPTS.filter((script) => importsOf(script).length > 0))('%s', (script) => {
  it.each(importsOf(script))('finds $names in $source', ({ source, names }) => {
    expect(existsSync(`${ROOT}${source}`), source).toBe(true);
    const missing = names.filter((name) => !exportsOf(source).has(name));
    expect(missing).toEqual([]);
  });
});
