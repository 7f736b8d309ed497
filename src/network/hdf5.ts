import h5wasm, { type Dataset, type Group, type File as H5File } from 'h5wasm';
import { HubError } from '../errors.js';
import { elements, type Tensor } from './tensor.js';

/** First bytes of an HDF5 file. */
const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
/** Bounds of the search for a variable: depth of groups below a layer's group, and keys per group. */
const DEPTH = 3;
const MOST_KEYS = 16;

/** HDF5's number of the class of floating-point types. */
const FLOATS = 1;

/** Lets the library keep the given bytes without copying them. */
const OWNED = { flags: 'w', canOwn: true };

let files = 0;

/** Whether a file starts like an HDF5 file. */
export function isHdf5(file: Uint8Array): boolean {
  return SIGNATURE.equals(file.subarray(0, SIGNATURE.length));
}

/**
 * Reads an HDF5 file in memory, in a build of the library without access to the disk: HDF5 files can refer to other files,
 * which the build for Node would read.
 * @param use reads the root; it must not keep it. @param refused makes the error for a problem.
 * @throws the error of `refused` when the file is not HDF5, or damaged.
 */
export async function readHdf5<T>(
  file: Uint8Array,
  use: (root: H5File) => T,
  refused: (why: string) => HubError,
): Promise<T> {
  if (!isHdf5(file)) throw refused('it is not an HDF5 file');
  const library = await h5wasm.ready;
  library.activate_throwing_error_handler(); // otherwise it prints to standard error and continues
  const name = `file-${files++}`;
  library.FS.writeFile(name, file, OWNED);
  try {
    const root = new h5wasm.File(name, 'r');
    try {
      return use(root);
    } finally {
      root.close();
    }
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw refused('it is damaged'); // the library's message fills a page
  } finally {
    library.FS.unlink(name);
  }
}

/** The group at a path of names; undefined if it does not exist. */
export function groupAt(root: Group, names: readonly string[]): Group | undefined {
  let group: Group = root;
  for (const name of names) {
    const next = group.keys().includes(name) ? group.get(name) : null;
    if (!(next instanceof h5wasm.Group)) return undefined;
    group = next;
  }
  return group;
}

/** Finds a variable in a layer's group, for example `kernel` or `kernel:0`. */
export function findVariable(entity: ReturnType<Group['get']>, variable: string, depth = DEPTH): Dataset | undefined {
  if (!(entity instanceof h5wasm.Group) || depth === 0) return undefined;
  for (const key of entity.keys().slice(0, MOST_KEYS)) {
    const child = entity.get(key);
    if (child instanceof h5wasm.Dataset && key.replace(/:0$/, '') === variable) return child;
    const deeper = findVariable(child, variable, depth - 1);
    if (deeper) return deeper;
  }
  return undefined;
}

/**
 * Reads floats of the expected shape. Shape, type and chunks are compared first, so that no dataset takes more memory than
 * the expected values: a compressed one of a few bytes may say that it has terabytes.
 * @throws the error of `refused`.
 */
export function readFloats(
  dataset: Dataset,
  name: string,
  expected: readonly number[],
  refused: (why: string) => HubError,
): Tensor {
  const { shape, chunks, type, size } = dataset.metadata;
  if (shape?.join() !== expected.join()) {
    throw refused(`${name} has shape [${shape?.join(', ') ?? ''}] where [${expected.join(', ')}] is needed`);
  }
  if (type !== FLOATS || size !== 4) throw refused(`${name} is not stored as 32-bit floats`);
  if (chunks && elements(chunks) > elements(expected)) {
    throw refused(`${name} is stored in pieces of [${chunks.join(', ')}], larger than itself`);
  }
  const data = dataset.value;
  if (!(data instanceof Float32Array) || data.length !== elements(expected)) {
    throw refused(`${name} is not stored as 32-bit floats`);
  }
  return { type: 'F32', shape: expected, data: data.slice() };
}

/** The text of an attribute of the root, if it has one. */
export function textOf(root: Group, name: string): string | undefined {
  if (!(name in root.attrs)) return undefined;
  const value = root.get_attribute(name, true);
  return typeof value === 'string' ? value : undefined;
}
