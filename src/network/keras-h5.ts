import { open } from 'node:fs/promises';
import type { Dataset, File as H5File } from 'h5wasm';
import { HubError } from '../errors.js';
import { backboneOf, convolutions, expectedShapes } from './backbone-weights.js';
import { findVariable, readFloats, readHdf5 } from './hdf5.js';
import type { Tensor, Weights } from './tensor.js';

/** Most bytes of a weight file; the published one has 88 MB. */
const FILE_LIMIT = 512 * 1024 * 1024;
/** Types of layers that have weights. */
const TYPES = ['conv2d', 'batch_normalization'];

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
  const groups = new Map(TYPES.flatMap((type) => groupsOf(file, type)));
  const datasetOf = (name: string): Dataset | undefined => {
    const [layer, variable] = name.split('/') as [string, string];
    const group = groups.get(layer);
    return group === undefined ? undefined : findVariable(file.get(group), variable);
  };
  const network = convolutions(backboneOf(datasetOf('conv2d/kernel')?.shape?.[3] ?? 0));
  if (groups.size > TYPES.length * network.length)
    throw refuseWeightFile(
      `it has ${groups.size} layers with weights; InceptionV3 has ${TYPES.length * network.length}`,
    );
  const variables = network.flatMap(expectedShapes);
  const isKernel = ([name]: (typeof variables)[number]): boolean => name.endsWith('/kernel');
  const weights = new Map<string, Tensor>();
  for (const [name, shape] of [...variables.filter(isKernel), ...variables.filter((one) => !isKernel(one))]) {
    const dataset = datasetOf(name);
    if (!dataset) throw refuseWeightFile(`${name} is missing`);
    weights.set(name, readFloats(dataset, name, shape, refuseWeightFile));
  }
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

/** The groups of a type's layers, by the name that the layer has when numbers start at 0. */
function groupsOf(file: H5File, type: string): [layer: string, group: string][] {
  const suffix = (name: string): number => Number(name.slice(type.length + 1) || 0);
  return file
    .keys()
    .filter((name) => name.startsWith(type) && /^(_\d+)?$/.test(name.slice(type.length)))
    .sort((a, b) => suffix(a) - suffix(b))
    .map((name, index) => [index === 0 ? type : `${type}_${index}`, name]);
}

function refuseWeightFile(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `This is not a Keras weight file of InceptionV3 without top: ${why}.`);
}
