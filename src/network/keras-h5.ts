import { open } from 'node:fs/promises';
import h5wasm, { type Dataset, type Group, type File as H5File } from 'h5wasm/node';
import { HubError } from '../errors.js';
import { matchBackbone } from './backbone-weights.js';
import { elements, type Tensor, type Weights } from './tensor.js';

/** The published file has 88 MB. */
const FILE_LIMIT = 512 * 1024 * 1024;
/** With which an HDF5 file begins. */
const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/**
 * Reads a weight file of Keras-applications' layout (InceptionV3 without top, .h5).
 *
 * Layers are matched by type and numeric suffix: the file lists them in depth order, not in creation order, and
 * numbering starts at `conv2d`, `conv2d_1` or higher, whatever the process that wrote it had built before.
 * @throws WEIGHTS_REFUSED when the file is no HDF5 file or a count or shape is wrong.
 */
export async function readKerasWeights(path: string): Promise<Weights> {
  await checkFile(path);
  (await h5wasm.ready).activate_throwing_error_handler(); // else it prints to standard error, and goes on
  try {
    const file = new h5wasm.File(path, 'r');
    try {
      return readLayers(file);
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw refused('it is damaged'); // the library's own words fill a page
  }
}

function readLayers(file: H5File): Weights {
  const weights = new Map<string, Tensor>();
  copyLayers(file, 'conv2d', ['kernel'], weights);
  copyLayers(file, 'batch_normalization', ['beta', 'moving_mean', 'moving_variance'], weights);
  matchBackbone(weights);
  return weights;
}

async function checkFile(path: string): Promise<void> {
  const file = await open(path);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw refused('it is a folder');
    const { size } = stats;
    if (size > FILE_LIMIT) throw refused(`it has ${size} bytes; the limit is ${FILE_LIMIT}`);
    const { buffer } = await file.read(Buffer.alloc(SIGNATURE.length), 0, SIGNATURE.length, 0);
    if (!buffer.equals(SIGNATURE)) throw refused('it is not an HDF5 file');
  } finally {
    await file.close();
  }
}

/** Copies the layers of one type, numbered anew from 0. */
function copyLayers(file: H5File, type: string, variables: readonly string[], into: Map<string, Tensor>): void {
  const suffix = (name: string): number => Number(name.slice(type.length + 1) || 0);
  const names = file
    .keys()
    .filter((name) => name.startsWith(type) && /^(_\d+)?$/.test(name.slice(type.length)))
    .sort((a, b) => suffix(a) - suffix(b));
  for (const [index, name] of names.entries()) {
    for (const variable of variables) {
      const dataset = findVariable(file.get(name), variable);
      if (!dataset) throw refused(`${name} has no ${variable}`);
      into.set(`${type}${index === 0 ? '' : `_${index}`}/${variable}`, readDataset(dataset, name));
    }
  }
}

/** A layer's group holds its variables one or two groups deep, named `kernel:0` or `kernel`. */
function findVariable(entity: ReturnType<Group['get']>, variable: string): Dataset | undefined {
  if (!(entity instanceof h5wasm.Group)) return undefined;
  for (const key of entity.keys()) {
    const child = entity.get(key);
    if (child instanceof h5wasm.Dataset && key.replace(/:0$/, '') === variable) return child;
    const deeper = findVariable(child, variable);
    if (deeper) return deeper;
  }
  return undefined;
}

function readDataset(dataset: Dataset, layer: string): Tensor {
  const { shape } = dataset;
  const bytes = shape ? 4 * elements(shape) : 0;
  if (bytes > FILE_LIMIT) throw refused(`${layer} says ${bytes} bytes; the limit is ${FILE_LIMIT}`);
  const data = dataset.value;
  if (!(data instanceof Float32Array) || !shape) throw refused(`${layer} is not stored as 32-bit floats`);
  return { type: 'F32', shape, data: data.slice() };
}

function refused(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `This is not a Keras weight file of InceptionV3 without top: ${why}.`);
}
