import type { Preprocessing } from '../../network/architecture.js';
import { type FoldedConv, foldConv } from '../../network/backbone-weights.js';
import { type ConvLayer, kernelShape, type Layer, type Shape } from '../../network/layers.js';
import { normValues } from '../../network/norm.js';
import type { Weights } from '../../network/tensor.js';
import { writeActivation } from './activation.js';
import { float, type GraphBuilder } from './graph.js';
import { cropTaps, isProduct, padsOf, poolAttributes, productShape, toOutInHeightWidth } from './window-form.js';

/**
 * Writes the resize by a factor per axis and a network's preprocessing: uint8 [n, h, w, 3] to float [n, 3, h', w']. The
 * resized values stay floats; they are not rounded to bytes.
 */
export function writePreprocessing(
  graph: GraphBuilder,
  pixels: string,
  scales: readonly [number, number],
  { scale, shift }: Preprocessing,
): string {
  const floats = graph.node('Cast', [pixels], { to: 1 });
  const image = writeResize(graph, graph.node('Transpose', [floats], { perm: [0, 3, 1, 2] }), scales);
  const scaled = graph.node('Mul', [image, graph.scalar(scale)]);
  return graph.node('Sub', [scaled, graph.scalar(shift)]);
}

/**
 * Writes the resize of floats [n, 3, h, w] by a factor per axis: bilinear with half-pixel centers and no antialiasing, as
 * `tf.image.resize` and Keras's `Resizing` layer do.
 */
export function writeResize(
  graph: GraphBuilder,
  image: string,
  [heightScale, widthScale]: readonly [number, number],
): string {
  if (heightScale === 1 && widthScale === 1) return image;
  const scales = graph.constant(Float32Array.of(1, 1, heightScale, widthScale), [4]);
  return graph.node('Resize', [image, '', scales], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
    antialias: 0,
  });
}

/**
 * Writes layers in inference mode, with activations in NCHW and batch normalization folded into the convolutions.
 * @param values inputs of the first layers, by layer name.
 * @returns the value of every layer, by name.
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
      return writeActivation(graph, layer.activation, writeConv(graph, layer, foldConv(layer, weights), x, input));
    case 'maxPool':
      return graph.node('MaxPool', [x], poolAttributes(layer, input));
    case 'averagePool':
      return graph.node('AveragePool', [x], poolAttributes(layer, input));
    case 'concat':
      return graph.node('Concat', inputs, { axis: 1 });
    case 'add':
      return inputs.length === 1 ? x : graph.node('Add', inputs);
    case 'globalAveragePool':
      return graph.node('Flatten', [graph.node('GlobalAveragePool', [x])]);
    case 'globalMaxPool':
      return graph.node('Flatten', [graph.node('GlobalMaxPool', [x])]);
    case 'flatten':
      return graph.node('Flatten', [graph.node('Transpose', [x], { perm: [0, 2, 3, 1] })]);
    case 'dense': {
      const kernel = floatConstant(graph, weights, `${layer.name}/kernel`);
      const bias = floatConstant(graph, weights, `${layer.name}/bias`);
      const y = graph.node('Gemm', [x, kernel, bias], { alpha: float(1) });
      return writeActivation(graph, layer.activation, y);
    }
    case 'norm': {
      const values = normValues(layer, weights);
      const inputs = [x, ...values.map((of) => graph.constant(of, [layer.channels]))];
      return graph.node('BatchNormalization', inputs, { epsilon: float(layer.epsilon) });
    }
    case 'activation':
      return writeActivation(graph, layer.activation, x, layer.alpha);
    case 'dropout':
      return x;
  }
}

function writeConv(graph: GraphBuilder, layer: ConvLayer, folded: FoldedConv, x: string, input: Shape): string {
  const { filters, stride } = layer;
  const [h, w, ins] = kernelShape(layer);
  const pads = padsOf(layer, input, layer.kernel);
  const bias = graph.constant(folded.bias, [filters]);
  if (isProduct(layer, input, pads)) {
    const kernel = graph.constant(cropTaps(folded.kernel, layer, input, pads), productShape(layer, input));
    const y = graph.node('Gemm', [graph.node('Flatten', [x]), kernel, bias]);
    return graph.node('Reshape', [y, graph.ints([-1, filters, 1, 1])]);
  }
  const kernel = graph.constant(toOutInHeightWidth(folded.kernel, layer), [filters, ins, h, w]);
  const attributes = { kernel_shape: [h, w], strides: [stride, stride], pads, group: layer.inChannels / ins };
  return graph.node('Conv', [x, kernel, bias], attributes);
}

function floatConstant(graph: GraphBuilder, weights: Weights, name: string): string {
  const tensor = weights.get(name);
  if (tensor?.type !== 'F32') throw new Error(`${name} is missing`);
  return graph.constant(tensor.data, tensor.shape);
}
