// Bundles the entry points of the program into dist: a command, worker or thread then loads a few files, not a thousand.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const DIST = join(ROOT, 'dist');

const ENTRIES = {
  hub: 'src/cli/main.ts',
  worker: 'src/jobs/worker.ts',
  'network-thread': 'src/engines/network-thread-entry.ts',
  'self-test': 'src/engines/tensorflow/install/self-test.ts',
  'new-database': 'src/app/new-database.ts',
};

/**
 * Packages that stay in node_modules: those with native code or WebAssembly, those that load files of their own at run time,
 * and graphql, of which a process may have only one copy. They are the `dependencies` of package.json.
 */
const EXTERNAL = [
  /^@electric-sql\/pglite/,
  /^@tensorflow\//,
  /^class-validator$/, // optional for type-graphql, which then validates nothing itself
  /^fs-native-extensions$/,
  /^graphql($|\/)/,
  /^graphql-query-complexity$/,
  /^h5wasm/,
  /^onnxruntime-node/,
  /^pg-native$/, // optional for pg
  /^pino/,
  /^sharp$/,
];

/** @returns {import('rolldown').BuildOptions} Options for rolldown. @param entries paths by name. */
export function bundleOptions({ entries = ENTRIES, into = DIST, sourcemap = false } = {}) {
  return {
    cwd: ROOT,
    input: entries,
    platform: 'node',
    external: EXTERNAL,
    tsconfig: 'tsconfig.json',
    // type-graphql derives names of GraphQL types from those of classes.
    output: { dir: into, format: 'esm', keepNames: true, sourcemap, chunkFileNames: 'chunk-[hash].js' },
  };
}

/** Bundles all entry points and deletes chunks of earlier builds. A hub that runs may still load those of the last one. */
export async function bundle({ isChunkOfLastBuild = () => false } = {}) {
  const { build } = await import('rolldown');
  const { output } = await build(bundleOptions());
  const chunks = output.map(({ fileName }) => fileName).filter((name) => name.startsWith('chunk-'));
  for (const name of await readdir(DIST)) {
    const isOld = name.startsWith('chunk-') && !chunks.includes(name) && !isChunkOfLastBuild(name);
    if (isOld) await rm(join(DIST, name));
  }
  return chunks;
}
