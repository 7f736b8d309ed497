import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { PACKAGE } from '../../package.js';
import { freeSpace } from '../../storage/free-space.js';
import { bytes } from '../format.js';
import { type Finding, ok, problem, reasonOf, warning } from './finding.js';

/** Bytes of memory for a training, with some for the rest. */
const MEMORY = 2e9;
/** Free bytes of disk needed to start a hub (`least`), and to store a dataset of some size (`enough`). */
const DISK = { least: 0.5e9, enough: 5e9 } as const;

/** Packages with native code, and the features that need them. */
const NATIVE = {
  'onnxruntime-node': 'training and classification',
  sharp: 'reading images',
  'fs-native-extensions': 'the lock on the data folder',
  '@electric-sql/pglite': 'the embedded database',
} as const;

/** Checks that a hub can run on this machine. @param folder its data folder, which need not exist. */
export async function* machineFindings(folder: string): AsyncGenerator<Finding> {
  yield nodeFinding();
  for (const [name, use] of Object.entries(NATIVE)) yield await nativeFinding(name, use);
  yield memoryFinding();
  yield await diskFinding(folder);
}

function nodeFinding(): Finding {
  const needed = PACKAGE.engines.node;
  const [major = 0, minor = 0] = /\d+\.\d+/.exec(needed)?.[0].split('.').map(Number) ?? [];
  const [hasMajor = 0, hasMinor = 0] = process.versions.node.split('.').map(Number);
  const found = `${process.versions.node}, ${process.platform} ${process.arch}`;
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return ok('Node', found);
  return problem('Node', found, `Use Node ${needed}.`);
}

async function nativeFinding(name: string, use: string): Promise<Finding> {
  return import(name).then(
    () => ok(name, 'loads'),
    (error: unknown) => {
      const remedy = `Needed for ${use}: run "npm install" on this machine, with this Node.`;
      return problem(name, `does not load: ${reasonOf(error)}`, remedy);
    },
  );
}

function memoryFinding(): Finding {
  const free = process.availableMemory?.() ?? freemem(); // respects the limit of a container
  if (free >= MEMORY) return ok('memory', `${bytes(free)} free`);
  return warning('memory', `${bytes(free)} free`, `Training needs up to ${bytes(MEMORY)}: close other programs first.`);
}

async function diskFinding(folder: string): Promise<Finding> {
  const free = await freeSpace(await nearest(folder));
  const found = `${bytes(free)} free`;
  if (free >= DISK.enough) return ok('disk', found);
  const remedy = 'Free some space, or give a data folder on another disk with --data.';
  return free < DISK.least ? problem('disk', found, remedy) : warning('disk', found, remedy);
}

/** The folder, or its nearest existing parent. */
async function nearest(folder: string): Promise<string> {
  const path = resolve(folder);
  return statfs(path).then(
    () => path,
    () => nearest(dirname(path)),
  );
}
