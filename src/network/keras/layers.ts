import { NORM_EPSILON } from '../backbone-weights.js';
import { type ActivationLayer, type Layer, NETWORK_INPUT } from '../layers.js';
import { NORM_VARIABLES } from '../norm.js';

/** A layer in the terms of Keras. */
export interface KerasLayer {
  /** Name of its class in Keras. */
  readonly type: string;
  readonly name: string;
  /** Names of its input layers. */
  readonly inputs: readonly string[];
  /** Arguments of its constructor; the others have Keras's defaults. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of its variables in `Weights`, in Keras's order. */
  readonly variables: readonly string[];
}

/** Sides in pixels of the input and of the image that the network sees. */
interface Sides {
  readonly input: number;
  readonly image: number;
}

/** Attribute of an HDF5 file with the hub's metadata; Keras ignores it. */
export const HUB_ATTRIBUTE = 'model_hub';

/** Preprocessing of InceptionV3: x / 127.5 - 1. */
const RESCALING = { scale: 1 / 127.5, offset: -1 } as const;

/** A whole network for pixels of 0 to 255, in layers that every Keras has; it includes resizing and scaling. */
export function kerasModel(layers: readonly Layer[], { input, image }: Sides): readonly KerasLayer[] {
  const start = plain('InputLayer', 'pictures', [], { batch_input_shape: [null, input, input, 3], dtype: 'float32' });
  const resizing = plain('Resizing', 'resizing', [start.name], {
    height: image,
    width: image,
    interpolation: 'bilinear',
  });
  const before = input === image ? [start] : [start, resizing];
  const scaled = plain('Rescaling', 'rescaling', [before.at(-1)!.name], RESCALING);
  return [...before, scaled, ...kerasLayers(layers, scaled.name)];
}

/**
 * Converts layers to Keras's: a convolution is followed by its normalization and its activation.
 * @param input name of the first layers' input.
 */
export function kerasLayers(layers: readonly Layer[], input: string): KerasLayer[] {
  // By layer: the last of the Keras layers made from it.
  const ends = new Map([[NETWORK_INPUT, input]]);
  return layers.flatMap((layer) => {
    const made = kerasLayersOf(
      layer,
      layer.inputs.map((name) => ends.get(name) as string),
    );
    ends.set(layer.name, made.at(-1)!.name);
    return made;
  });
}

function kerasLayersOf(layer: Layer, inputs: readonly string[]): KerasLayer[] {
  const { name } = layer;
  switch (layer.kind) {
    case 'conv': {
      const { filters, norm, stride, padding } = layer;
      const convolution = { filters, kernel_size: layer.kernel, strides: [stride, stride], padding, use_bias: false };
      const statistics = ['beta', 'moving_mean', 'moving_variance'].map((variable) => `${norm}/${variable}`);
      const normalization = { epsilon: NORM_EPSILON, center: true, scale: false };
      return [
        { type: 'Conv2D', name, inputs, config: convolution, variables: [`${name}/kernel`] },
        { type: 'BatchNormalization', name: norm, inputs: [name], config: normalization, variables: statistics },
        plain('Activation', name.replace('conv2d', 'activation'), [norm], { activation: 'relu' }),
      ];
    }
    case 'maxPool':
    case 'averagePool': {
      const { stride, padding } = layer;
      const type = layer.kind === 'maxPool' ? 'MaxPooling2D' : 'AveragePooling2D';
      return [plain(type, name, inputs, { pool_size: [3, 3], strides: [stride, stride], padding })];
    }
    case 'add':
      throw new Error(`${name} has no form in Keras's files`); // of an architecture without them
    case 'concat':
      return [plain('Concatenate', name, inputs, { axis: -1 })];
    case 'globalAveragePool':
      return [plain('GlobalAveragePooling2D', name, inputs, {})];
    case 'globalMaxPool':
      return [plain('GlobalMaxPooling2D', name, inputs, {})];
    case 'flatten':
      return [plain('Flatten', name, inputs, {})];
    case 'norm': {
      const config = { axis: -1, epsilon: layer.epsilon, center: true, scale: true };
      const variables = NORM_VARIABLES.map((variable) => `${name}/${variable}`);
      return [{ type: 'BatchNormalization', name, inputs, config, variables }];
    }
    case 'activation':
      return [activationLayer(layer, inputs)];
    case 'dense': {
      const config = { units: layer.units, activation: layer.activation, use_bias: true };
      return [{ type: 'Dense', name, inputs, config, variables: [`${name}/kernel`, `${name}/bias`] }];
    }
    case 'dropout':
      return [plain('Dropout', name, inputs, { rate: layer.rate })];
  }
}

/** An activation as Keras 2 has it; Keras 3 reads its alpha too. */
function activationLayer({ name, activation, alpha }: ActivationLayer, inputs: readonly string[]): KerasLayer {
  if (activation === 'leakyRelu') return plain('LeakyReLU', name, inputs, { alpha });
  if (activation === 'elu') return plain('ELU', name, inputs, { alpha: alpha ?? 1 });
  return plain('Activation', name, inputs, { activation });
}

function plain(type: string, name: string, inputs: readonly string[], config: KerasLayer['config']): KerasLayer {
  return { type, name, inputs, config, variables: [] };
}
