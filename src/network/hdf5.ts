import h5wasm, { type Dataset, type Group, type File as H5File } from 'h5wasm';
import { HubError } from '../errors.js';
import { elements, type Tensor } from './tensor.js';

/** With which an HDF5 file begins. */
const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
/** A layer's group holds its variables so many groups deep at most, and has not many things in it. */
const DEPTH = 3;
const MOST_KEYS = 16;

/** The library keeps the bytes that it is given: there is no second copy. */
const OWNED = { flags: 'w', canOwn: true };

let files = 0;

export function isHdf5(file: Uint8Array): boolean {
  return SIGNATURE.equals(file.subarray(0, SIGNATURE.length));
}

/**
 * Reads an HDF5 file in memory. The library sees no other file: HDF5 can name others as the place of its data, and the
 * library's build for Node would read those.
 * @param use must not keep what it is given. @param refused words what is wrong with the file.
 */
export async function readHdf5<T>(
  file: Uint8Array,
  use: (root: H5File) => T,
  refused: (why: string) => HubError,
): Promise<T> {
  if (!isHdf5(file)) throw refused('it is not an HDF5 file');
  const library = await h5wasm.ready;
  library.activate_throwing_error_handler(); // else it prints to standard error, and goes on
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
    throw refused('it is damaged'); // the library's own words fill a page
  } finally {
    library.FS.unlink(name);
  }
}

/** What lies behind some names, one group in the other. */
export function groupAt(root: Group, names: readonly string[]): Group | undefined {
  let group: Group = root;
  for (const name of names) {
    const next = group.keys().includes(name) ? group.get(name) : null;
    if (!(next instanceof h5wasm.Group)) return undefined;
    group = next;
  }
  return group;
}

/** A variable in a layer's group, where it is called `kernel` or `kernel:0`. */
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

/** Its values, if it has this shape: what says that it is larger is not read. */
export function readFloats(
  dataset: Dataset,
  name: string,
  expected: readonly number[],
  refused: (why: string) => HubError,
): Tensor {
  const { shape } = dataset;
  if (shape?.join() !== expected.join()) {
    throw refused(`${name} has shape [${shape?.join(', ') ?? ''}] where [${expected.join(', ')}] is needed`);
  }
  const data = dataset.value;
  if (!(data instanceof Float32Array) || data.length !== elements(shape)) {
    throw refused(`${name} is not stored as 32-bit floats`);
  }
  return { type: 'F32', shape, data: data.slice() };
}

/** A text that the root has as an attribute. */
export function textOf(root: Group, name: string): string | undefined {
  if (!(name in root.attrs)) return undefined;
  const value = root.get_attribute(name, true);
  return typeof value === 'string' ? value : undefined;
}
