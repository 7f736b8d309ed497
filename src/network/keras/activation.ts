import { z } from 'zod';
import { ACTIVATIONS, type Activation, type ActivationLayer } from '../layers.js';
import type { ReadLayer } from './description.js';

/** A function of values, as the hub has it. */
export type ActivationOf = Pick<ActivationLayer, 'activation' | 'alpha'>;

/** Keras's names that are not the hub's. */
const OTHER_NAMES: Readonly<Record<string, ActivationOf>> = {
  silu: { activation: 'swish' },
  // The slope of the function; the layer of the same name has another one.
  leaky_relu: { activation: 'leakyRelu', alpha: 0.2 },
};

/** Classes of layers that are an activation. */
const CLASSES: Readonly<Record<string, (config: ReadLayer['config']) => ActivationOf | undefined>> = {
  Activation: ({ activation }) => activationOf(activation),
  ReLU: ({ max_value: max = null, negative_slope: slope = 0, threshold = 0 }) => {
    if (max !== null || threshold !== 0 || typeof slope !== 'number') return undefined;
    return slope === 0 ? { activation: 'relu' } : { activation: 'leakyRelu', alpha: slope };
  },
  LeakyReLU: ({ negative_slope: slope, alpha = slope ?? 0.3 }) =>
    typeof alpha === 'number' ? { activation: 'leakyRelu', alpha } : undefined,
  ELU: ({ alpha = 1 }) => (typeof alpha === 'number' ? { activation: 'elu', alpha } : undefined),
  Softmax: ({ axis = -1 }) => (axis === -1 ? { activation: 'softmax' } : undefined),
};

export const isActivation = (type: string): boolean => Object.hasOwn(CLASSES, type);

/** The function of a layer that is an activation; undefined when the hub cannot compute it. */
export function layerActivation(type: string, config: ReadLayer['config']): ActivationOf | undefined {
  return isActivation(type) ? CLASSES[type]?.(config) : undefined;
}

/** A function as Keras 3 writes it: by its name, or a layer. */
const written = z.union([
  z.object({ class_name: z.literal('function'), config: z.string() }),
  z.object({ class_name: z.string(), config: z.record(z.string(), z.unknown()) }),
]);

/** The function that an `activation` argument names; undefined when the hub cannot compute it. */
export function activationOf(argument: unknown): ActivationOf | undefined {
  if (argument === null || argument === undefined) return { activation: 'linear' };
  if (typeof argument === 'string') return byName(argument);
  const { data } = written.safeParse(argument);
  if (!data) return undefined;
  return typeof data.config === 'string' ? byName(data.config) : layerActivation(data.class_name, data.config);
}

function byName(name: string): ActivationOf | undefined {
  if (Object.hasOwn(OTHER_NAMES, name)) return OTHER_NAMES[name];
  const known = (ACTIVATIONS as readonly string[]).includes(name) && name !== 'leakyRelu';
  return known ? { activation: name as Activation } : undefined;
}
