import { type ConvLayer, kernelShape, type Layer, type Shape } from '../../network/layers.js';
import { f32, type Tensor, type Weights } from '../../network/tensor.js';
import type { TrainerSpec } from '../engine.js';
import { cropTaps, restoreTaps, type Taps, tapsOf } from './kernel-taps.js';

/** A trained weight, and the constants of its update. */
export interface LearnedWeight {
  readonly name: string;
  /** Shape of its variable. */
  readonly shape: readonly number[];
  /** Of a convolution's kernel: the taps that the variable has. */
  readonly kernel: { readonly layer: ConvLayer; readonly taps: Taps } | undefined;
  /** By output channel: the factor folded into a kernel. */
  readonly folded: Float32Array | undefined;
  /** Share of the learning rate. */
  readonly rate: number;
  /** Decoupled weight decay, times the rate; 0 for biases. */
  readonly decay: number;
}

/** The trainable weights of layers, in their order. @throws Error when the initial state lacks one, or its shape differs. */
export function learnedWeights(
  { layers, start, folded, rates, weightDecay }: TrainerSpec,
  shapes: ReadonlyMap<string, Shape>,
): readonly LearnedWeight[] {
  return layers.flatMap((layer): LearnedWeight[] => {
    if (layer.kind !== 'conv' && layer.kind !== 'dense') return [];
    const names = { kernel: `${layer.name}/kernel`, bias: `${layer.name}/bias` };
    const whole = wholeShape(layer);
    checkStart(start.weights, names.kernel, whole);
    checkStart(start.weights, names.bias, whole.slice(-1));
    const taps = layer.kind === 'conv' ? tapsOf(layer, shapes.get(layer.inputs[0]) as Shape) : undefined;
    const rateOf = (name: string): number => rates.get(name) ?? 1;
    const ofBias = { name: names.bias, shape: whole.slice(-1), kernel: undefined, folded: folded.get(names.bias) };
    return [
      {
        name: names.kernel,
        shape: taps?.shape ?? whole,
        kernel: taps ? { layer: layer as ConvLayer, taps } : undefined,
        folded: folded.get(names.kernel),
        rate: rateOf(names.kernel),
        decay: weightDecay * rateOf(names.kernel),
      },
      { ...ofBias, rate: rateOf(names.bias), decay: 0 },
    ];
  });
}

/** The values of a weight's variable, from those of a state; zeros if the state has none. */
export function toVariable({ name, shape, kernel }: LearnedWeight, weights: Weights): Float32Array {
  const data = weights.get(name)?.data as Float32Array | undefined;
  if (!data) return f32(shape).data as Float32Array;
  return kernel ? cropTaps(data, kernel.layer, kernel.taps) : data;
}

/** The inverse of `toVariable`. @param rest has the taps that the variable lacks; zeros by default. */
export function fromVariable({ name, shape, kernel }: LearnedWeight, values: Float32Array, rest?: Weights): Tensor {
  if (!kernel) return f32(shape, values);
  const others = rest?.get(name)?.data as Float32Array | undefined;
  return f32(kernelShape(kernel.layer), restoreTaps(values, kernel.layer, kernel.taps, others));
}

function wholeShape(layer: Extract<Layer, { kind: 'conv' | 'dense' }>): readonly number[] {
  return layer.kind === 'conv' ? kernelShape(layer) : [layer.inFeatures, layer.units];
}

function checkStart(weights: Weights, name: string, shape: readonly number[]): void {
  if (weights.get(name)?.shape.join() === shape.join()) return;
  throw new Error(`${name} has no start of shape [${shape.join(', ')}]`);
}
