// Bundles the entry points of the program into dist: a command, worker or thread then loads a few files, not a thousand.
import { readdir, readFile, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packagesOf } from './notices.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const DIST = join(ROOT, 'dist');

const ENTRIES = {
  hub: 'src/cli/main.ts',
  worker: 'src/jobs/worker.ts',
  'network-thread': 'src/engines/network-thread-entry.ts',
  'search-thread': 'src/training/search-thread-entry.ts',
  'self-test': 'src/engines/install/self-test.ts',
  'database-thread': 'src/storage/database-thread-entry.ts',
  'new-database': 'src/app/new-database.ts',
};

/**
 * Packages that stay in node_modules: the `dependencies` of package.json. They have native code or WebAssembly, or load files of
 * their own at run time. All others are bundled, and development dependencies.
 */
const DEPENDENCIES = Object.keys(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).dependencies);
/** Packages that others load if they are there: type-graphql to validate, which it is told not to do, and pg for libpq. */
const OPTIONAL = ['class-validator', 'pg-native'];

const isExternal = (id) => [...DEPENDENCIES, ...OPTIONAL].some((name) => id === name || id.startsWith(`${name}/`));

/** Whether an import is of a package, and not of what the bundler itself adds. */
const isPackage = (id) => /^[@a-z]/.test(id) && !isAbsolute(id) && !id.startsWith('@oxc-project/');

/**
 * @returns {import('rolldown').BuildOptions} Options for rolldown.
 * @param entries paths by name. @param isDevelopment whether to add source maps and leave out all packages, which is faster.
 */
export function bundleOptions({ entries = ENTRIES, into = DIST, isDevelopment = false } = {}) {
  return {
    cwd: ROOT,
    input: entries,
    platform: 'node',
    external: isDevelopment ? isPackage : isExternal,
    tsconfig: 'tsconfig.json',
    // type-graphql derives names of GraphQL types from those of classes.
    output: { dir: into, format: 'esm', keepNames: true, sourcemap: isDevelopment, chunkFileNames: 'chunk-[hash].js' },
  };
}

/**
 * Bundles all entry points and deletes chunks of earlier builds. A hub that runs may still load those of the last one.
 * @returns names of the chunks, and folders of the packages in them.
 */
export async function bundle({ isChunkOfLastBuild = () => false } = {}) {
  const { build } = await import('rolldown');
  const { output } = await build(bundleOptions());
  const chunks = output.map(({ fileName }) => fileName).filter((name) => name.startsWith('chunk-'));
  for (const name of await readdir(DIST)) {
    const isOld = name.startsWith('chunk-') && !chunks.includes(name) && !isChunkOfLastBuild(name);
    if (isOld) await rm(join(DIST, name));
  }
  return { chunks, packages: packagesOf(output) };
}
