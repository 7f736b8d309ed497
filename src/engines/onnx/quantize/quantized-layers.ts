import { foldConv } from '../../../network/backbone-weights.js';
import {
  type ConvLayer,
  type GlobalPoolLayer,
  type Layer,
  NETWORK_INPUT,
  type Shape,
} from '../../../network/layers.js';
import type { Weights } from '../../../network/tensor.js';
import type { GraphBuilder } from '../graph.js';
import { cropTaps, isProduct, padsOf, poolAttributes, productShape, toOutInHeightWidth } from '../window-form.js';
import { quantizeKernel } from './quantize-kernel.js';
import type { Scales } from './scales.js';

/** x / 127.5 of the preprocessing: the pixels are the levels. The bias of the first convolution contains the -1. */
const PIXEL_SCALE = 1 / 127.5;

/**
 * Writes a backbone with bytes as activations, NCHW, and 8-bit integers as weights, in the portable form (QuantizeLinear and
 * DequantizeLinear around operators on floats). ONNX Runtime fuses each group into one integer operator. ReLU needs no
 * operator: scales start at 0, so negative values become 0.
 *
 * Concatenation and maximum pooling pass bytes through, since their layers share a scale.
 * @param pixels uint8 [n, 3, h, w]. @param scales by layer. @param wanted names of maps that are read as floats.
 * @returns the values of the last layer, and of the maps that are wanted, as floats.
 */
export function writeQuantizedLayers(
  graph: GraphBuilder,
  layers: readonly Layer[],
  weights: Weights,
  pixels: string,
  shapes: ReadonlyMap<string, Shape>,
  scales: Scales,
  wanted: readonly string[],
): ReadonlyMap<string, string> {
  const bytes = new Map([[NETWORK_INPUT, pixels]]);
  const zero = graph.constant(Uint8Array.of(0), []);
  const scaleOf = (name: string): number => (name === NETWORK_INPUT ? PIXEL_SCALE : (scales.get(name) as number));
  const toFloats = (name: string, value = bytes.get(name) as string): string =>
    graph.node('DequantizeLinear', [value, graph.scalar(scaleOf(name)), zero]);
  const toBytes = (name: string, value: string): string =>
    graph.node('QuantizeLinear', [value, graph.scalar(scaleOf(name)), zero]);

  for (const layer of layers.slice(0, -1)) bytes.set(layer.name, writeLayer(layer));
  const last = layers.at(-1) as GlobalPoolLayer;
  const floats = new Map(Array.from(new Set([...wanted, ...last.inputs]), (name) => [name, toFloats(name)]));
  const pooled = graph.node('GlobalAveragePool', [floats.get(last.inputs[0]) as string]);
  return floats.set(last.name, graph.node('Flatten', [pooled]));

  function writeLayer(layer: Layer): string {
    const [first] = layer.inputs as [string];
    const input = shapes.get(first) as Shape;
    switch (layer.kind) {
      case 'conv':
        return writeConv(layer, input);
      case 'maxPool':
        return graph.node('MaxPool', [bytes.get(first) as string], poolAttributes(layer, input));
      case 'averagePool':
        return toBytes(layer.name, graph.node('AveragePool', [toFloats(first)], poolAttributes(layer, input)));
      case 'concat': {
        const inputs = layer.inputs.map((name) => bytes.get(name) as string);
        return graph.node('Concat', inputs, { axis: 1 });
      }
      default:
        throw new Error(`${layer.name} has no 8-bit form`);
    }
  }

  function writeConv(layer: ConvLayer, input: Shape): string {
    const { name, inChannels, filters, stride } = layer;
    const [h, w] = layer.kernel;
    const [from] = layer.inputs;
    const pads = padsOf(layer, input, layer.kernel);
    const folded = foldConv(layer, weights);
    const product = isProduct(layer, input, pads);
    const taps = product ? cropTaps(folded.kernel, layer, input, pads) : folded.kernel;
    const { levels, scale } = quantizeKernel(taps, filters);
    const bias = writeBias(
      from === NETWORK_INPUT ? lessSums(folded.bias, levels, scale) : folded.bias,
      scale,
      scaleOf(from),
    );
    const kernelOf = (order: Float32Array, shape: readonly number[], axis: number): string => {
      const inputs = [graph.constant(Int8Array.from(order), shape), graph.constant(scale, [filters])];
      return graph.node('DequantizeLinear', [...inputs, graph.constant(new Int8Array(filters), [filters])], { axis });
    };
    if (product) {
      const flat = graph.node('Flatten', [bytes.get(from) as string]);
      const y = graph.node('Gemm', [toFloats(from, flat), kernelOf(levels, productShape(layer, input), 1), bias]);
      return graph.node('Reshape', [toBytes(name, y), graph.ints([-1, filters, 1, 1])]);
    }
    const kernel = kernelOf(toOutInHeightWidth(levels, layer), [filters, inChannels, h, w], 0);
    const attributes = { kernel_shape: [h, w], strides: [stride, stride], pads };
    return toBytes(name, graph.node('Conv', [toFloats(from), kernel, bias], attributes));
  }

  /** Writes a bias as integers with the scale of the products. */
  function writeBias(bias: Float32Array, scale: Float32Array, inputScale: number): string {
    const steps = scale.map((of) => of * inputScale);
    const levels = Int32Array.from(bias, (value, o) => Math.round(value / steps[o]!));
    const shape = [bias.length];
    return graph.node('DequantizeLinear', [graph.constant(levels, shape), graph.constant(steps, shape)], { axis: 0 });
  }
}

/** The bias for an input that is 1 too large. Exact without padding, as in the first convolution. */
function lessSums(bias: Float32Array, levels: Float32Array, scale: Float32Array): Float32Array {
  const result = bias.slice();
  for (let i = 0; i < levels.length; i++) {
    const o = i % scale.length;
    result[o] = result[o]! - levels[i]! * scale[o]!;
  }
  return result;
}
