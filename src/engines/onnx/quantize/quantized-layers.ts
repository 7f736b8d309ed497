import type { Preprocessing } from '../../../network/architecture.js';
import { foldConv } from '../../../network/backbone-weights.js';
import {
  type ConvLayer,
  type GlobalPoolLayer,
  kernelShape,
  type Layer,
  NETWORK_INPUT,
  type Shape,
} from '../../../network/layers.js';
import type { Network } from '../../../network/networks.js';
import type { Weights } from '../../../network/tensor.js';
import type { GraphBuilder } from '../graph.js';
import { cropTaps, isProduct, padsOf, poolAttributes, productShape, toOutInHeightWidth } from '../window-form.js';
import { quantizeKernel } from './quantize-kernel.js';
import type { ByteScale, Scales } from './scales.js';

/**
 * The preprocessing as a scale of the pixels' bytes. Where their zero would lie between two bytes it is 0, and the bias of the
 * first convolution contains the shift.
 */
function pixelScale({ scale, shift }: Preprocessing): ByteScale {
  const zero = shift / scale;
  return { step: scale, zero: Number.isInteger(zero) ? zero : 0 };
}

/**
 * Writes a backbone with bytes as activations, NCHW, and 8-bit integers as weights, in the portable form (QuantizeLinear and
 * DequantizeLinear around operators on floats). ONNX Runtime fuses each group into one integer operator. ReLU and ReLU6 need
 * no operator: their scales end at 0 and at the largest value, so values beyond become these.
 *
 * Concatenation, maximum pooling and sums of one value pass bytes through, since their layers share a scale.
 * @param pixels uint8 [n, 3, h, w]. @param scales by layer. @param wanted names of maps that are read as floats.
 * @returns the values of the last layer, and of the maps that are wanted, as floats.
 */
export function writeQuantizedLayers(
  graph: GraphBuilder,
  { architecture, layers }: Network,
  weights: Weights,
  pixels: string,
  shapes: ReadonlyMap<string, Shape>,
  scales: Scales,
  wanted: readonly string[],
): ReadonlyMap<string, string> {
  const bytes = new Map([[NETWORK_INPUT, pixels]]);
  const { preprocessing } = architecture;
  const input = pixelScale(preprocessing);
  const scaleOf = (name: string): ByteScale => (name === NETWORK_INPUT ? input : (scales.get(name) as ByteScale));
  const quantizers = (name: string): [string, string] => {
    const { step, zero } = scaleOf(name);
    return [graph.scalar(step), graph.constant(Uint8Array.of(zero), [])];
  };
  const toFloats = (name: string, value = bytes.get(name) as string): string =>
    graph.node('DequantizeLinear', [value, ...quantizers(name)]);
  const toBytes = (name: string, value: string): string => graph.node('QuantizeLinear', [value, ...quantizers(name)]);

  for (const layer of layers.slice(0, -1)) bytes.set(layer.name, writeLayer(layer));
  const last = layers.at(-1) as GlobalPoolLayer;
  const floats = new Map(Array.from(new Set([...wanted, ...last.inputs]), (name) => [name, toFloats(name)]));
  const pooled = graph.node('GlobalAveragePool', [floats.get(last.inputs[0]) as string]);
  return floats.set(last.name, graph.node('Flatten', [pooled]));

  function writeLayer(layer: Layer): string {
    const [first] = layer.inputs as [string];
    const shape = shapes.get(first) as Shape;
    switch (layer.kind) {
      case 'conv':
        return writeConv(layer, shape);
      case 'maxPool':
        return graph.node('MaxPool', [bytes.get(first) as string], poolAttributes(layer, shape));
      case 'averagePool':
        return toBytes(layer.name, graph.node('AveragePool', [toFloats(first)], poolAttributes(layer, shape)));
      case 'concat': {
        const inputs = layer.inputs.map((name) => bytes.get(name) as string);
        return graph.node('Concat', inputs, { axis: 1 });
      }
      case 'add': {
        if (layer.inputs.length === 1) return bytes.get(first) as string;
        return toBytes(
          layer.name,
          graph.node(
            'Add',
            layer.inputs.map((name) => toFloats(name)),
          ),
        );
      }
      default:
        throw new Error(`${layer.name} has no 8-bit form`);
    }
  }

  function writeConv(layer: ConvLayer, shape: Shape): string {
    const { name, filters, stride } = layer;
    const [h, w, ins] = kernelShape(layer);
    const [from] = layer.inputs;
    const pads = padsOf(layer, shape, layer.kernel);
    const folded = foldConv(layer, weights);
    const product = isProduct(layer, shape, pads);
    const taps = product ? cropTaps(folded.kernel, layer, shape, pads) : folded.kernel;
    const { levels, scale } = quantizeKernel(taps, filters);
    const shifted = from === NETWORK_INPUT && input.zero === 0;
    const bias = writeBias(
      shifted ? lessSums(folded.bias, levels, scale, preprocessing.shift) : folded.bias,
      scale,
      scaleOf(from).step,
    );
    const kernelOf = (order: Float32Array, shape: readonly number[], axis: number): string => {
      const inputs = [graph.constant(Int8Array.from(order), shape), graph.constant(scale, [filters])];
      return graph.node('DequantizeLinear', [...inputs, graph.constant(new Int8Array(filters), [filters])], { axis });
    };
    if (product) {
      const flat = graph.node('Flatten', [bytes.get(from) as string]);
      const y = graph.node('Gemm', [toFloats(from, flat), kernelOf(levels, productShape(layer, shape), 1), bias]);
      return graph.node('Reshape', [toBytes(name, y), graph.ints([-1, filters, 1, 1])]);
    }
    const kernel = kernelOf(toOutInHeightWidth(levels, layer), [filters, ins, h, w], 0);
    const attributes = { kernel_shape: [h, w], strides: [stride, stride], pads, group: layer.inChannels / ins };
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

/** The bias for an input that is too large by `shift`. Exact without padding, as in InceptionV3's first convolution. */
function lessSums(bias: Float32Array, levels: Float32Array, scale: Float32Array, shift: number): Float32Array {
  const result = bias.slice();
  for (let i = 0; i < levels.length; i++) {
    const o = i % scale.length;
    result[o] = result[o]! - levels[i]! * scale[o]! * shift;
  }
  return result;
}
