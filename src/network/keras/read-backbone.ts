import type { Dataset, File as H5File } from 'h5wasm';
import { convolutions, expectedShapes } from '../backbone-weights.js';
import { readFloats, readHdf5, textOf } from '../hdf5.js';
import { INCEPTION_V3, inceptionV3 } from '../inception-v3.js';
import { type Layer, NETWORK_INPUT } from '../layers.js';
import { networkOf } from '../networks.js';
import type { Tensor, Weights } from '../tensor.js';
import { isZip, readKerasArchive } from './archive.js';
import { nameOf, type ReadLayer, readDescription, refuseModel } from './description.js';
import { inferenceLayers } from './inference.js';
import { kerasLayers } from './layers.js';
import { assignWeights, isConvolution, type OrderedWeights } from './order.js';
import { storedLayers } from './stored-layers.js';
import { findNetwork } from './trace.js';
import { type FindVariable, readNumbers, variablesByName, variablesByPlace } from './variables.js';

/** Most layers of a top that a note names. */
const NAMED = 5;

/** The weights of InceptionV3 without its top, read from a file. */
export interface KerasBackbone {
  readonly weights: Weights;
  /** What was left out of the file, and what it does not confirm. */
  readonly notes: readonly string[];
}

/**
 * Reads InceptionV3 without its top from a file of Keras: a model or its weights, as `.h5`, `.weights.h5` or `.keras` of Keras 2
 * or 3, with or without a top, also inside another model. No code in it is run.
 * @throws WEIGHTS_REFUSED when the network differs, with the difference and the expected value.
 */
export async function readKerasBackbone(file: Buffer): Promise<KerasBackbone> {
  if (isZip(file)) {
    const { 'config.json': description, 'model.weights.h5': weights } = await readKerasArchive(file);
    const text = description.toString('utf8');
    return readHdf5(weights, (root) => readDescribed(text, variablesByPlace(root)), refuseModel);
  }
  return readHdf5(file, readRoot, refuseModel);
}

function readRoot(root: H5File): KerasBackbone {
  const description = textOf(root, 'model_config');
  if (description !== undefined) return readDescribed(description, variablesByName(root));
  const stored = storedLayers(root);
  const filters = stored.layers.filter(isConvolution).map(({ variables }) => variables.get('kernel')?.shape?.[3] ?? 0);
  const network = networkWith(filters);
  const { datasets, notes } = assignWeights(stored, network);
  const dense = stored.layers.filter(({ variables }) => variables.get('kernel')?.shape?.length === 2);
  return {
    weights: readWeights(network, datasets),
    notes: [...notes, ...topNotes(dense.map(({ name }) => name ?? 'dense'))],
  };
}

function readDescribed(description: string, find: FindVariable): KerasBackbone {
  const read = inferenceLayers(readDescription(description), readNumbers(find));
  const network = networkWith(read.filter(({ type }) => type === 'Conv2D').map(({ config }) => Number(config.filters)));
  const body = network.filter(({ kind }) => kind !== 'globalAveragePool');
  const { found, input, end } = findNetwork(read, kerasLayers(body, NETWORK_INPUT));
  checkPixels(read, input);
  const datasets = new Map<string, Dataset>();
  for (const [{ variables }, layer] of found) {
    for (const [index, name] of variables.entries()) {
      const dataset = find(layer, name.slice(name.lastIndexOf('/') + 1), index);
      if (dataset) datasets.set(name, dataset);
    }
  }
  const top = read.slice(read.indexOf(end) + 1).map(({ name }) => name);
  return { weights: readWeights(network, datasets), notes: topNotes(top) };
}

/** InceptionV3 as wide as its narrowest convolution says, which is the first. @param filters of all convolutions. */
function networkWith(filters: readonly number[]): readonly Layer[] {
  const needed = convolutions(inceptionV3()).length;
  if (filters.length >= needed)
    return networkOf(INCEPTION_V3, Math.min(...filters) / INCEPTION_V3.firstConvolution.filters).layers;
  throw refuseModel(`it has ${filters.length} convolutions with weights where InceptionV3 has ${needed}`);
}

/** Refuses pixels that are scaled otherwise than backbones take them, and layers that do something else with them. */
function checkPixels(read: readonly ReadLayer[], input: number): void {
  const layer = read[input] as ReadLayer;
  const { type, config, inputs } = layer;
  if (type === 'Rescaling') {
    const [scale, offset] = [Number(config.scale), Number(config.offset)];
    if (!(Math.abs(scale * 127.5 - 1) < 1e-6 && Math.abs(offset + 1) < 1e-6)) {
      const got = JSON.stringify([config.scale, config.offset]).slice(1, -1);
      throw refuseModel(`${nameOf(layer)} scales pixels by [scale, offset] ${got} where x / 127.5 - 1 is needed`);
    }
  } else if (type !== 'InputLayer' && type !== 'Resizing') {
    throw refuseModel(`${nameOf(layer)} before the first convolution is not known`);
  }
  for (const before of inputs) checkPixels(read, before);
}

/** In the order of weight files: kernels before the rest. */
function readWeights(network: readonly Layer[], datasets: OrderedWeights['datasets']): Weights {
  const shapes = convolutions(network).flatMap(expectedShapes);
  const isKernel = ([name]: (typeof shapes)[number]): boolean => name.endsWith('/kernel');
  const weights = new Map<string, Tensor>();
  for (const [name, shape] of [...shapes.filter(isKernel), ...shapes.filter((one) => !isKernel(one))]) {
    const dataset = datasets.get(name);
    if (!dataset) throw refuseModel(`${name} is missing`);
    weights.set(name, readFloats(dataset, name, shape, refuseModel));
  }
  return weights;
}

function topNotes(top: readonly string[]): readonly string[] {
  if (top.length === 0) return [];
  const named = top
    .slice(0, NAMED)
    .map((name) => name.slice(0, 80))
    .join(', ');
  return [`Read without its top: ${named}${top.length > NAMED ? ', ...' : ''}.`];
}
