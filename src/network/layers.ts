/**
 * A network is data: a list of layers in the order of computation. Engines interpret the list; nothing here computes. Shapes
 * of activations are height x width x channels, without the batch.
 */

/** Convolution without bias, batch normalization in inference mode, and ReLU: the unit InceptionV3 consists of. */
export interface ConvLayer {
  readonly kind: 'conv';
  /** Keras's name of the convolution: `conv2d`, `conv2d_1`, … in creation order. */
  readonly name: string;
  /** Keras's name of its batch normalization. */
  readonly norm: string;
  readonly inputs: readonly [string];
  readonly inChannels: number;
  readonly filters: number;
  /** Kernel height and width. */
  readonly kernel: readonly [number, number];
  readonly stride: 1 | 2;
  readonly padding: Padding;
}

/** 3x3 pooling. Average pooling leaves padding out of the count, as Keras does. */
export interface PoolLayer {
  readonly kind: 'maxPool' | 'averagePool';
  readonly name: string;
  readonly inputs: readonly [string];
  readonly stride: 1 | 2;
  readonly padding: Padding;
}

/** Concatenation over channels. */
export interface ConcatLayer {
  readonly kind: 'concat';
  readonly name: string;
  readonly inputs: readonly string[];
}

/** Mean over height and width: h x w x c becomes c. */
export interface GlobalAveragePoolLayer {
  readonly kind: 'globalAveragePool';
  readonly name: string;
  readonly inputs: readonly [string];
}

/** Fully connected: y = activation(x·kernel + bias), kernel [inFeatures, units]. */
export interface DenseLayer {
  readonly kind: 'dense';
  readonly name: string;
  readonly inputs: readonly [string];
  readonly inFeatures: number;
  readonly units: number;
  readonly activation: 'relu' | 'softmax';
}

/** Inverted dropout: in training a unit is zeroed with probability `rate`, else scaled by 1 / (1 - rate). */
interface DropoutLayer {
  readonly kind: 'dropout';
  readonly name: string;
  readonly inputs: readonly [string];
  readonly rate: number;
}

export type Padding = 'same' | 'valid';
export type Layer = ConvLayer | PoolLayer | ConcatLayer | GlobalAveragePoolLayer | DenseLayer | DropoutLayer;

/** Shape of an activation; height and width are 1 after global pooling. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Name by which the first layers read the preprocessed image. */
export const NETWORK_INPUT = 'input';

/** "Same" padding of a window as [before, after], with the extra pixel after: TensorFlow's rule. */
export function samePadding(size: number, window: number, stride: number): readonly [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + window - size);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** Shapes of the layers' outputs, by name. @throws RangeError when a window does not fit into its input. */
export function inferShapes(
  layers: readonly Layer[],
  input: Shape,
  inputName: string = NETWORK_INPUT,
): Map<string, Shape> {
  const shapes = new Map<string, Shape>([[inputName, input]]);
  const shapeOf = (name: string): Shape => {
    const shape = shapes.get(name);
    if (!shape) throw new Error(`layer ${name} is read before it is computed`);
    return shape;
  };
  for (const layer of layers) shapes.set(layer.name, outputShape(layer, layer.inputs.map(shapeOf)));
  return shapes;
}

/** Shapes of the layers' outputs for square images of `side` pixels. @throws RangeError as `inferShapes`. */
export function imageShapes(layers: readonly Layer[], side: number): Map<string, Shape> {
  return inferShapes(layers, { height: side, width: side, channels: 3 });
}

function outputShape(layer: Layer, inputs: readonly Shape[]): Shape {
  const input = inputs[0] as Shape;
  switch (layer.kind) {
    case 'conv':
      return { ...slide(layer.name, input, layer.kernel, layer.stride, layer.padding), channels: layer.filters };
    case 'maxPool':
    case 'averagePool':
      return { ...slide(layer.name, input, [3, 3], layer.stride, layer.padding), channels: input.channels };
    case 'concat':
      return { ...input, channels: inputs.reduce((sum, shape) => sum + shape.channels, 0) };
    case 'globalAveragePool':
      return { height: 1, width: 1, channels: input.channels };
    case 'dense':
      return { height: 1, width: 1, channels: layer.units };
    case 'dropout':
      return input;
  }
}

function slide(
  name: string,
  input: Shape,
  window: readonly [number, number],
  stride: number,
  padding: Padding,
): { height: number; width: number } {
  const along = (size: number, length: number): number =>
    padding === 'same' ? Math.ceil(size / stride) : Math.floor((size - length) / stride) + 1;
  const height = along(input.height, window[0]);
  const width = along(input.width, window[1]);
  if (height < 1 || width < 1) {
    throw new RangeError(
      `${name}: a ${window[0]}x${window[1]} window does not fit into ${input.height}x${input.width}`,
    );
  }
  return { height, width };
}
