/**
 * A network is data: a list of layers in the order of computation. Engines interpret the list; nothing here computes. Shapes
 * of activations are height x width x channels, without the batch.
 */

/** Convolution without bias, batch normalization in inference mode, and an activation: the unit backbones consist of. */
export interface ConvLayer {
  readonly kind: 'conv';
  readonly name: string;
  /** Name of its batch normalization. */
  readonly norm: string;
  readonly inputs: readonly [string];
  readonly inChannels: number;
  readonly filters: number;
  /** Kernel height and width. */
  readonly kernel: readonly [number, number];
  readonly stride: 1 | 2;
  readonly padding: Padding;
  /** Whether each filter sees one channel, its own: `filters` is `inChannels` then. */
  readonly depthwise: boolean;
  readonly activation: Extract<Activation, 'relu' | 'relu6' | 'linear'>;
}

/** 3x3 pooling. Average pooling leaves padding out of the count, as Keras does. */
export interface PoolLayer {
  readonly kind: 'maxPool' | 'averagePool';
  readonly name: string;
  readonly inputs: readonly [string];
  readonly stride: 1 | 2;
  readonly padding: Exclude<Padding, 'evenSame'>;
}

/** Concatenation over channels. */
export interface ConcatLayer {
  readonly kind: 'concat';
  readonly name: string;
  readonly inputs: readonly string[];
}

/** Sum of maps of one shape: the end of a block, with its input where the block has a residual connection. */
interface AddLayer {
  readonly kind: 'add';
  readonly name: string;
  readonly inputs: readonly string[];
}

/** Mean or maximum over height and width: h x w x c becomes c. */
export interface GlobalPoolLayer {
  readonly kind: 'globalAveragePool' | 'globalMaxPool';
  readonly name: string;
  readonly inputs: readonly [string];
}

/** A map as one row, in Keras's order: h x w x c becomes h·w·c, channels last. */
interface FlattenLayer {
  readonly kind: 'flatten';
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
  readonly activation: Activation;
}

/**
 * Batch normalization in inference mode, by channel: y = (x - moving_mean) / sqrt(moving_variance + epsilon) * gamma + beta.
 * Convolutions of the backbone have their own.
 */
export interface NormLayer {
  readonly kind: 'norm';
  readonly name: string;
  readonly inputs: readonly [string];
  readonly channels: number;
  readonly epsilon: number;
}

/** A function of each value, or a softmax over channels. */
export interface ActivationLayer {
  readonly kind: 'activation';
  readonly name: string;
  readonly inputs: readonly [string];
  readonly activation: Activation;
  /** Of `elu`: -alpha is the limit for x to -infinity; 1 by default. Of `leakyRelu`, which needs it: the slope below 0. */
  readonly alpha?: number | undefined;
}

/** Functions as Keras defines them; gelu is the exact one, relu6 ends at 6. */
export const ACTIVATIONS = [
  'linear',
  'relu',
  'relu6',
  'softmax',
  'sigmoid',
  'tanh',
  'elu',
  'selu',
  'gelu',
  'swish',
  'leakyRelu',
] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Constants of selu: scale · x above 0, else scale · alpha · (e^x - 1). Source: Klambauer et al. (2017). */
export const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 } as const;

/** Inverted dropout: in training a unit is zeroed with probability `rate`, else scaled by 1 / (1 - rate). */
interface DropoutLayer {
  readonly kind: 'dropout';
  readonly name: string;
  readonly inputs: readonly [string];
  readonly rate: number;
}

/** Padding with zeros: none; TensorFlow's `same`; or at every size what `same` is at even ones, which halves 37 to 18. */
export type Padding = 'same' | 'valid' | 'evenSame';
export type Layer =
  | ConvLayer
  | PoolLayer
  | ConcatLayer
  | AddLayer
  | GlobalPoolLayer
  | FlattenLayer
  | DenseLayer
  | NormLayer
  | ActivationLayer
  | DropoutLayer;

/** Shape of an activation; height and width are 1 after global pooling. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Name by which the first layers read the preprocessed image. */
export const NETWORK_INPUT = 'input';

/** Name of the pooled features, which a head reads. */
export const POOLED = 'avg_pool';

/** Padding of a window along one axis as [before, after], with the extra pixel after: TensorFlow's rule. */
export function paddingOf(padding: Padding, size: number, window: number, stride: number): readonly [number, number] {
  if (padding === 'valid') return [0, 0];
  const seen = padding === 'same' ? (Math.ceil(size / stride) - 1) * stride + window - size : window - stride;
  const total = Math.max(0, seen);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** Number of places of a window along one axis. */
export function placesAlong(padding: Padding, size: number, window: number, stride: number): number {
  const [before, after] = paddingOf(padding, size, window, stride);
  return Math.floor((size + before + after - window) / stride) + 1;
}

/** Shape of a kernel: [height, width, in, out], where in is 1 if each filter sees one channel. */
export function kernelShape({
  kernel,
  depthwise,
  inChannels,
  filters,
}: ConvLayer): readonly [number, number, number, number] {
  return [...kernel, depthwise ? 1 : inChannels, filters];
}

/** The layers that the last one depends on, in order. */
export function usedLayers(layers: readonly Layer[]): readonly Layer[] {
  const needed = new Set([layers.at(-1)?.name]);
  return layers
    .toReversed()
    .filter(({ name, inputs }) => {
      if (needed.has(name)) for (const input of inputs) needed.add(input);
      return needed.has(name);
    })
    .toReversed();
}

/** The same layers, the last one without its softmax. */
export function withoutSoftmax(layers: readonly Layer[]): readonly Layer[] {
  const last = layers.at(-1);
  if (!isSoftmax(last)) return layers;
  return [...layers.slice(0, -1), { ...last, activation: 'linear' }];
}

/** Whether a layer gives probabilities. */
export function isSoftmax(layer: Layer | undefined): layer is DenseLayer | ActivationLayer {
  return (layer?.kind === 'dense' || layer?.kind === 'activation') && layer.activation === 'softmax';
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
    case 'globalMaxPool':
      return { height: 1, width: 1, channels: input.channels };
    case 'flatten':
      return { height: 1, width: 1, channels: input.height * input.width * input.channels };
    case 'dense':
      return { height: 1, width: 1, channels: layer.units };
    case 'add':
    case 'norm':
    case 'activation':
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
  const height = placesAlong(padding, input.height, window[0], stride);
  const width = placesAlong(padding, input.width, window[1], stride);
  if (height < 1 || width < 1) {
    throw new RangeError(
      `${name}: a ${window[0]}x${window[1]} window does not fit into ${input.height}x${input.width}`,
    );
  }
  return { height, width };
}
