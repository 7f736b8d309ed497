import { type ConvLayer, kernelShape, type Layer } from './layers.js';
import { architectureWith, lastBlockOf, type Network, networkOf, refuseBackbone } from './networks.js';
import { f32, type Tensor, type Weights } from './tensor.js';

/** Epsilon of the batch normalizations of backbones. They have no gamma: InceptionV3's have none, and others' are in the kernels (`gammaName`). */
export const NORM_EPSILON = 1e-3;

/** A convolution with its batch normalization folded in: exact, because the base always runs in inference mode. */
export interface FoldedConv {
  /** As `kernelShape`, times 1 / sqrt(variance + epsilon) per output channel. */
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
  return [[kernelName(layer), kernelShape(layer)], ...norm];
}

/**
 * Finds the network of a set of weights, and checks every name and shape.
 * @returns the network with the width of the weights' first convolution, up to the block that their number of kernels is
 * that of.
 * @throws WEIGHTS_REFUSED when a tensor is missing, has a wrong shape or does not belong to the network, with its name.
 */
export function matchBackbone(weights: Weights): Network {
  const architecture = architectureWith((name) => weights.has(name));
  const refuse = (why: string) => refuseBackbone(architecture, why);
  const { name: first, filters: whole } = architecture.firstConvolution;
  const filters = weights.get(`${first}/kernel`)?.shape[3] ?? 0;
  const kernels = convolutions(architecture.layers(1)).filter((layer) => weights.has(kernelName(layer))).length;
  const last = lastBlockOf(architecture, kernels);
  const network = networkOf(architecture, filters / whole, last?.exact ? last.end : undefined);
  const known = new Set<string>();
  for (const layer of convolutions(network.layers)) {
    for (const [name, shape] of expectedShapes(layer)) {
      const tensor = weights.get(name);
      if (!tensor) throw refuse(`${name} is missing`);
      if (tensor.shape.join() !== shape.join()) {
        throw refuse(`${name} has shape [${tensor.shape.join(', ')}] where [${shape.join(', ')}] is needed`);
      }
      if (tensor.type === 'I8' && name !== kernelName(layer)) throw refuse(`${name} is missing or is not F32`);
      if (tensor.type === 'I8' && !hasScale(weights, layer)) {
        throw refuse(`${scaleName(layer)} is missing or has another shape than [${layer.filters}]`);
      }
      known.add(name).add(scaleName(layer));
    }
    const gamma = weights.get(gammaName(layer));
    if (gamma && gamma.shape.join() !== String(layer.filters)) {
      throw refuse(`${gammaName(layer)} has shape [${gamma.shape.join(', ')}] where [${layer.filters}] is needed`);
    }
    known.add(gammaName(layer));
  }
  const stray = [...weights.keys()].find((name) => !known.has(name));
  if (stray !== undefined) throw refuse(`${stray.slice(0, 80)} has no place in it`);
  return network;
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
    const gamma = weights.get(gammaName(layer));
    if (gamma) quantized.set(gammaName(layer), gamma);
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
  if (!kernel) throw new Error(`${kernelName(layer)} is missing`);
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
  if (tensor?.type !== 'F32') throw new Error(`${name} is missing or is not F32`);
  return tensor.data;
}

/** Whether a kernel of 8-bit integers has its scales. */
function hasScale(weights: Weights, layer: ConvLayer): boolean {
  const scale = weights.get(scaleName(layer));
  return scale?.type === 'F32' && scale.shape.join() === String(layer.filters);
}

/**
 * Name of the gamma of a layer's batch normalization, [out], which its kernel and moving mean contain. Only training with the
 * statistics of batches reads it: they take it out of the kernel again. Without this tensor it is 1.
 */
export function gammaName({ norm }: ConvLayer): string {
  return `${norm}/contained_gamma`;
}

function kernelName(layer: ConvLayer): string {
  return `${layer.name}/kernel`;
}

function scaleName(layer: ConvLayer): string {
  return `${layer.name}/kernel_scale`;
}
