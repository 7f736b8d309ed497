import h5wasm, { type Dataset, type Group, type File as H5File } from 'h5wasm';
import { HubError } from '../errors.js';
import { elements, type Tensor } from './tensor.js';

/** First bytes of an HDF5 file. */
const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
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

/** What was read of groups; listing a group of hundreds takes longer than reading one of its members. */
const names = new WeakMap<Group, ReadonlySet<string>>();
const children = new WeakMap<Group, Map<string, ReturnType<Group['get']>>>();

/** Names of a group's members. */
export function namesIn(group: Group): ReadonlySet<string> {
  const known = names.get(group) ?? new Set(group.keys());
  names.set(group, known);
  return known;
}

/** A member of a group: a group, or another object; undefined if it does not exist. */
function memberOf(group: Group, name: string): ReturnType<Group['get']> | undefined {
  if (!namesIn(group).has(name)) return undefined;
  const known = children.get(group) ?? new Map<string, ReturnType<Group['get']>>();
  children.set(group, known);
  const member = known.get(name) ?? group.get(name);
  known.set(name, member);
  return member;
}

/** The group at a path of names; undefined if it does not exist. */
export function groupAt(root: Group, path: readonly string[]): Group | undefined {
  let group: Group = root;
  for (const name of path) {
    const next = memberOf(group, name);
    if (!(next instanceof h5wasm.Group)) return undefined;
    group = next;
  }
  return group;
}

/** The dataset at a path of names; undefined if it does not exist. */
export function datasetAt(root: Group, path: readonly string[]): Dataset | undefined {
  const group = groupAt(root, path.slice(0, -1));
  const dataset = group && memberOf(group, path.at(-1) as string);
  return dataset instanceof h5wasm.Dataset ? dataset : undefined;
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

/** The texts of an attribute. Keras divides lists over 64 KB: `layer_names0`, `layer_names1`, ... */
export function textsOf(group: Group, name: string): readonly string[] {
  const { attrs } = group;
  const parts =
    name in attrs
      ? [name]
      : Object.keys(attrs).filter((key) => /^\d+$/.test(key.slice(name.length)) && key.startsWith(name));
  const inOrder = parts.sort((a, b) => Number(a.slice(name.length)) - Number(b.slice(name.length)));
  return inOrder.flatMap((part) => {
    const value = group.get_attribute(part, true);
    return [value].flat(1).filter((text) => typeof text === 'string');
  });
}
