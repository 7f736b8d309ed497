import { HubError } from '../errors.js';
import { inceptionV3, type LastBlock, lastBlockOf } from './inception-v3.js';
import type { ConvLayer, Layer } from './layers.js';
import { f32, type Tensor, type Weights } from './tensor.js';

/** Epsilon of Keras's `BatchNormalization` in InceptionV3, which has no gamma (scale=False). */
export const NORM_EPSILON = 1e-3;

/** A convolution with its batch normalization folded in: exact, because the base always runs in inference mode. */
export interface FoldedConv {
  /** [height, width, in, out], times 1 / sqrt(variance + epsilon) per output channel. */
  readonly kernel: Float32Array;
  /** [out]: beta - mean / sqrt(variance + epsilon). */
  readonly bias: Float32Array;
  /** [out]: the factor 1 / sqrt(variance + epsilon), with which fine-tuning follows the unfolded weights. */
  readonly scale: Float32Array;
}

/** Names and shapes of the tensors of a convolution and its normalization. */
export function expectedShapes(layer: ConvLayer): [string, readonly number[]][] {
  const norm = ['beta', 'moving_mean', 'moving_variance'].map((name): [string, readonly number[]] => [
    `${layer.norm}/${name}`,
    [layer.filters],
  ]);
  return [[kernelName(layer), [...layer.kernel, layer.inChannels, layer.filters]], ...norm];
}

/**
 * Finds the network of a set of weights, and checks every name and shape.
 * @returns the layers of InceptionV3 with the width of the weights' first convolution, up to the block that their number of
 * kernels is that of.
 * @throws WEIGHTS_REFUSED when a tensor is missing, has a wrong shape or does not belong to the network, with its name.
 */
export function matchBackbone(weights: Weights): { layers: readonly Layer[]; width: number; end: LastBlock } {
  const filters = weights.get('conv2d/kernel')?.shape[3] ?? 0;
  const kernels = Array.from(weights.keys()).filter((name) => /^conv2d(_\d+)?\/kernel$/.test(name)).length;
  const last = lastBlockOf(kernels);
  const end = last?.exact ? last.end : undefined;
  const layers = backboneOf(filters, end);
  const known = new Set<string>();
  for (const layer of convolutions(layers)) {
    for (const [name, shape] of expectedShapes(layer)) {
      const tensor = weights.get(name);
      if (!tensor) throw refuseBackbone(`${name} is missing`);
      if (tensor.shape.join() !== shape.join()) {
        throw refuseBackbone(`${name} has shape [${tensor.shape.join(', ')}] where [${shape.join(', ')}] is needed`);
      }
      if (tensor.type === 'I8' && weights.get(scaleName(layer))?.shape.join() !== String(layer.filters)) {
        throw refuseBackbone(`${scaleName(layer)} is missing or has another shape than [${layer.filters}]`);
      }
      known.add(name).add(scaleName(layer));
    }
  }
  const stray = [...weights.keys()].find((name) => !known.has(name));
  if (stray !== undefined) throw refuseBackbone(`${stray.slice(0, 80)} has no place in it`);
  return { layers, width: filters / 32, end: end ?? 'mixed10' };
}

/**
 * InceptionV3 with so many filters in its first convolution, up to a block. @throws WEIGHTS_REFUSED when no width has as many.
 */
export function backboneOf(filters: number, end?: LastBlock): readonly Layer[] {
  const width = filters / 32;
  if (Number.isInteger(width * 16) && width > 0 && width <= 2) return inceptionV3(width, end);
  throw refuseBackbone(`conv2d/kernel has ${filters} filters; InceptionV3 has 32`);
}

/** A backbone with the layers that a run trained. Trained weights of a head are ignored. */
export function overlay(backbone: Weights, trained: Weights): Weights {
  return new Map([...backbone, ...[...trained].filter(([name]) => backbone.has(name))]);
}

/** Folds the batch normalization of one layer into its convolution. */
export function foldConv(layer: ConvLayer, weights: Weights): FoldedConv {
  const kernel = dequantize(layer, weights);
  const beta = floats(weights, `${layer.norm}/beta`);
  const mean = floats(weights, `${layer.norm}/moving_mean`);
  const variance = floats(weights, `${layer.norm}/moving_variance`);
  const scale = variance.map((value) => 1 / Math.sqrt(value + NORM_EPSILON));
  const filters = layer.filters;
  for (let i = 0; i < kernel.length; i += filters) {
    for (let o = 0; o < filters; o++) kernel[i + o] = kernel[i + o]! * scale[o]!; // the hot loop of loading a network
  }
  return { kernel, bias: beta.map((value, o) => value - mean[o]! * scale[o]!), scale };
}

/**
 * Stores every kernel as symmetric 8-bit integers with a scale per output channel: max |w| of the channel / 127. Everything
 * else, 0.3% of the bytes, stays unchanged.
 */
export function quantizeBackbone(weights: Weights): Weights {
  const { layers } = matchBackbone(weights);
  const quantized = new Map<string, Tensor>();
  for (const layer of convolutions(layers)) {
    const kernel = dequantize(layer, weights);
    const scale = new Float32Array(layer.filters);
    for (let i = 0; i < kernel.length; i++) {
      const o = i % layer.filters;
      scale[o] = Math.max(scale[o]!, Math.abs(kernel[i]!) / 127);
    }
    const data = new Int8Array(kernel.length);
    for (let i = 0; i < kernel.length; i++) data[i] = Math.round(kernel[i]! / (scale[i % layer.filters]! || 1));
    for (const [name] of expectedShapes(layer)) quantized.set(name, weights.get(name) as Tensor);
    quantized.set(kernelName(layer), { type: 'I8', shape: weights.get(kernelName(layer))!.shape, data });
    quantized.set(scaleName(layer), { type: 'F32', shape: [layer.filters], data: scale });
  }
  return quantized;
}

/** The same weights as floats, under the same names. */
export function floatBackbone(weights: Weights): Weights {
  const floats = new Map<string, Tensor>();
  for (const layer of convolutions(matchBackbone(weights).layers)) {
    for (const [name, shape] of expectedShapes(layer)) {
      const isKernel = name === kernelName(layer);
      floats.set(name, isKernel ? f32(shape, dequantize(layer, weights)) : (weights.get(name) as Tensor));
    }
  }
  return floats;
}

/** The convolutions among layers. */
export function convolutions(layers: readonly Layer[]): readonly ConvLayer[] {
  return layers.filter((layer) => layer.kind === 'conv');
}

/** A kernel as floats, in an array of its own. */
function dequantize(layer: ConvLayer, weights: Weights): Float32Array {
  const kernel = weights.get(kernelName(layer));
  if (!kernel) throw refuseBackbone(`${kernelName(layer)} is missing`);
  if (kernel.type === 'F32') return kernel.data.slice();
  const scale = floats(weights, scaleName(layer));
  const { data } = kernel;
  const result = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += layer.filters) {
    for (let o = 0; o < layer.filters; o++) result[i + o] = data[i + o]! * scale[o]!;
  }
  return result;
}

function floats(weights: Weights, name: string): Float32Array {
  const tensor = weights.get(name);
  if (tensor?.type !== 'F32') throw refuseBackbone(`${name} is missing or is not F32`);
  return tensor.data;
}

function kernelName(layer: ConvLayer): string {
  return `${layer.name}/kernel`;
}

function scaleName(layer: ConvLayer): string {
  return `${layer.name}/kernel_scale`;
}

function refuseBackbone(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `These are not InceptionV3's weights without top: ${why}.`);
}
