import { type FoldedConv, foldConv } from '../../network/backbone-weights.js';
import type { ConvLayer, Layer, PoolLayer, Shape } from '../../network/layers.js';
import { samePadding } from '../../network/layers.js';
import type { Weights } from '../../network/tensor.js';
import { float, type GraphBuilder } from './graph.js';

/**
 * Writes resize by a factor per axis and preprocessing: uint8 [n, h, w, 3] to float [n, 3, h', w'] in -1..1.
 *
 * Bilinear with half-pixel centres and no antialiasing, computed in floats and not rounded back to bytes: what
 * `tf.image.resize` and Keras's `Resizing` layer do; then x / 127.5 - 1, InceptionV3's preprocessing.
 */
export function writePreprocessing(
  graph: GraphBuilder,
  pixels: string,
  [heightScale, widthScale]: readonly [number, number],
): string {
  const floats = graph.node('Cast', [pixels], { to: 1 });
  let picture = graph.node('Transpose', [floats], { perm: [0, 3, 1, 2] });
  if (heightScale !== 1 || widthScale !== 1) {
    const scales = graph.constant(Float32Array.of(1, 1, heightScale, widthScale), [4]);
    picture = graph.node('Resize', [picture, '', scales], {
      mode: 'linear',
      coordinate_transformation_mode: 'half_pixel',
      antialias: 0,
    });
  }
  const scaled = graph.node('Mul', [picture, graph.scalar(1 / 127.5)]);
  return graph.node('Sub', [scaled, graph.scalar(1)]);
}

/**
 * Writes layers as they compute in inference mode, activations in NCHW, batch normalization folded into the
 * convolutions.
 * @param values the values that the first layers read, by layer name.
 * @returns the value of every layer, by its name.
 */
export function writeLayers(
  graph: GraphBuilder,
  layers: readonly Layer[],
  weights: Weights,
  values: ReadonlyMap<string, string>,
  shapes: ReadonlyMap<string, Shape>,
): Map<string, string> {
  const all = new Map(values);
  for (const layer of layers) {
    const inputs = layer.inputs.map((name) => all.get(name) as string);
    all.set(layer.name, writeLayer(graph, layer, weights, inputs, shapes.get(layer.inputs[0] as string) as Shape));
  }
  return all;
}

function writeLayer(graph: GraphBuilder, layer: Layer, weights: Weights, inputs: string[], input: Shape): string {
  const [x] = inputs as [string];
  switch (layer.kind) {
    case 'conv':
      return graph.node('Relu', [writeConv(graph, layer, foldConv(layer, weights), x, input)]);
    case 'maxPool':
    case 'averagePool': {
      const pads = padsOf(layer, input, [3, 3]);
      const common = { kernel_shape: [3, 3], strides: [layer.stride, layer.stride], pads };
      return layer.kind === 'maxPool'
        ? graph.node('MaxPool', [x], common)
        : graph.node('AveragePool', [x], { ...common, count_include_pad: 0 });
    }
    case 'concat':
      return graph.node('Concat', inputs, { axis: 1 });
    case 'globalAveragePool':
      return graph.node('Flatten', [graph.node('GlobalAveragePool', [x])]);
    case 'dense': {
      const kernel = floatConstant(graph, weights, `${layer.name}/kernel`);
      const bias = floatConstant(graph, weights, `${layer.name}/bias`);
      const y = graph.node('Gemm', [x, kernel, bias], { alpha: float(1) });
      return layer.activation === 'relu' ? graph.node('Relu', [y]) : graph.node('Softmax', [y], { axis: 1 });
    }
    case 'dropout':
      return x;
  }
}

function writeConv(graph: GraphBuilder, layer: ConvLayer, folded: FoldedConv, x: string, input: Shape): string {
  const { inChannels, filters, stride } = layer;
  const [h, w] = layer.kernel;
  const pads = padsOf(layer, input, layer.kernel);
  const bias = graph.constant(folded.bias, [filters]);
  if (isProduct(layer, input, pads)) {
    const [top, left] = pads as [number, number];
    const seen = cropTaps(folded.kernel, layer, { top, left, height: input.height, width: input.width });
    const kernel = graph.constant(seen, [inChannels * input.height * input.width, filters]);
    const y = graph.node('Gemm', [graph.node('Flatten', [x]), kernel, bias]);
    return graph.node('Reshape', [y, graph.ints([-1, filters, 1, 1])]);
  }
  const kernel = graph.constant(toOutInHeightWidth(folded.kernel, layer), [filters, inChannels, h, w]);
  return graph.node('Conv', [x, kernel, bias], { kernel_shape: [h, w], strides: [stride, stride], pads });
}

/**
 * Whether a convolution sees its whole input at its only position. Then it is a matrix product, which ONNX Runtime
 * computes for all pictures at once: at 75 pixels, where the last maps are 1 x 1, six times faster than as Conv.
 */
function isProduct(layer: ConvLayer, input: Shape, [top, left]: readonly number[]): boolean {
  const covers = (size: number, window: number, before: number): boolean =>
    window - before >= size && (layer.padding === 'same' ? size === 1 : size === window);
  return covers(input.height, layer.kernel[0], top!) && covers(input.width, layer.kernel[1], left!);
}

/** The taps of a kernel that fall on the input, as [in, height, width, out]: the order of a flattened NCHW input. */
function cropTaps(
  kernel: Float32Array,
  { kernel: [, w], inChannels, filters }: ConvLayer,
  { top, left, height, width }: { top: number; left: number; height: number; width: number },
): Float32Array {
  const result = new Float32Array(inChannels * height * width * filters);
  let to = 0;
  for (let i = 0; i < inChannels; i++) {
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) {
        const from = ((y * w + x) * inChannels + i) * filters;
        result.set(kernel.subarray(from, from + filters), to);
        to += filters;
      }
    }
  }
  return result;
}

/** Padding as ONNX lists it: top, left, bottom, right. */
function padsOf(layer: ConvLayer | PoolLayer, input: Shape, window: readonly [number, number]): number[] {
  if (layer.padding === 'valid') return [0, 0, 0, 0];
  const [top, bottom] = samePadding(input.height, window[0], layer.stride);
  const [left, right] = samePadding(input.width, window[1], layer.stride);
  return [top, left, bottom, right];
}

/** Keras stores kernels as [height, width, in, out]; ONNX wants [out, in, height, width]. */
function toOutInHeightWidth(kernel: Float32Array, layer: ConvLayer): Float32Array {
  const { inChannels: ins, filters: outs } = layer;
  const [h, w] = layer.kernel;
  const result = new Float32Array(kernel.length);
  let from = 0;
  for (let tap = 0; tap < h * w; tap++) {
    for (let i = 0; i < ins; i++) {
      for (let o = 0; o < outs; o++) result[(o * ins + i) * h * w + tap] = kernel[from++]!;
    }
  }
  return result;
}

function floatConstant(graph: GraphBuilder, weights: Weights, name: string): string {
  const tensor = weights.get(name);
  if (tensor?.type !== 'F32') throw new Error(`${name} is missing`);
  return graph.constant(tensor.data, tensor.shape);
}
