import { open } from 'node:fs/promises';
import type { Dataset, File as H5File } from 'h5wasm';
import { HubError } from '../errors.js';
import { matchBackbone } from './backbone-weights.js';
import { findVariable, readHdf5 } from './hdf5.js';
import { elements, type Tensor, type Weights } from './tensor.js';

/** Most bytes of a weight file; the published one has 88 MB. */
const FILE_LIMIT = 512 * 1024 * 1024;

/**
 * Reads a weight file of Keras-applications' layout (InceptionV3 without top, .h5).
 *
 * Layers are matched by type and numeric suffix: the file lists them in depth order, not in creation order, and numbering
 * starts at `conv2d`, `conv2d_1` or higher, depending on the layers its process built before.
 * @throws WEIGHTS_REFUSED when the file is not HDF5, or a count or shape is wrong.
 */
export async function readKerasWeights(path: string): Promise<Weights> {
  return readHdf5(await readWeightFile(path), readLayers, refuseWeightFile);
}

function readLayers(file: H5File): Weights {
  const weights = new Map<string, Tensor>();
  copyLayers(file, 'conv2d', ['kernel'], weights);
  copyLayers(file, 'batch_normalization', ['beta', 'moving_mean', 'moving_variance'], weights);
  matchBackbone(weights);
  return weights;
}

async function readWeightFile(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw refuseWeightFile('it is a folder');
    if (stats.size > FILE_LIMIT) throw refuseWeightFile(`it has ${stats.size} bytes; the limit is ${FILE_LIMIT}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Copies the layers of one type, renumbered from 0. */
function copyLayers(file: H5File, type: string, variables: readonly string[], into: Map<string, Tensor>): void {
  const suffix = (name: string): number => Number(name.slice(type.length + 1) || 0);
  const names = file
    .keys()
    .filter((name) => name.startsWith(type) && /^(_\d+)?$/.test(name.slice(type.length)))
    .sort((a, b) => suffix(a) - suffix(b));
  for (const [index, name] of names.entries()) {
    for (const variable of variables) {
      const dataset = findVariable(file.get(name), variable);
      if (!dataset) throw refuseWeightFile(`${name} has no ${variable}`);
      into.set(`${type}${index === 0 ? '' : `_${index}`}/${variable}`, readDataset(dataset, name));
    }
  }
}

function readDataset(dataset: Dataset, layer: string): Tensor {
  const { shape } = dataset;
  const bytes = shape ? 4 * elements(shape) : 0;
  if (bytes > FILE_LIMIT) throw refuseWeightFile(`${layer} says ${bytes} bytes; the limit is ${FILE_LIMIT}`);
  const data = dataset.value;
  if (!(data instanceof Float32Array) || !shape) throw refuseWeightFile(`${layer} is not stored as 32-bit floats`);
  return { type: 'F32', shape, data: data.slice() };
}

function refuseWeightFile(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `This is not a Keras weight file of InceptionV3 without top: ${why}.`);
}
