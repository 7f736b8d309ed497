import { convolutions, foldConv, gammaName, NORM_EPSILON } from './backbone-weights.js';
import { type ConvLayer, kernelShape, type Layer } from './layers.js';
import { f32, type Tensor, type Weights } from './tensor.js';

/** Trainable convolutions: `name/kernel` and `name/bias`, with the batch normalization folded in. */
export interface FoldedWeights {
  readonly weights: Weights;
  /** By kernel: the factor per output channel that is folded in. */
  readonly factors: ReadonlyMap<string, Float32Array>;
}

/** Folds the batch normalization of the layers' convolutions. */
export function foldLayers(layers: readonly Layer[], backbone: Weights): FoldedWeights {
  const weights = new Map<string, Tensor>();
  const factors = new Map<string, Float32Array>();
  for (const layer of convolutions(layers)) {
    const { kernel, bias, scale } = foldConv(layer, backbone);
    weights.set(`${layer.name}/kernel`, f32(kernelShape(layer), kernel));
    weights.set(`${layer.name}/bias`, f32([layer.filters], bias));
    factors.set(`${layer.name}/kernel`, scale);
  }
  return { weights, factors };
}

/** A batch normalization of what a folded kernel gives: y = gain * (x - mean) / sqrt(variance + epsilon) + bias, by channel. */
export interface Normalization {
  /** [out] */
  readonly epsilon: Float32Array;
  /** [out]; it does not train. */
  readonly gain: Float32Array;
}

/**
 * What batch normalizations with the statistics of the batch add to folded weights. A folded kernel gives each value times the
 * factor s of its channel and the gamma g that the kernel contains. Mean, variance and epsilon are those of Keras times s g,
 * (s g)² and (s g)², and the gain is |g|, because the statistics of a batch undo every factor of the kernel but its sign.
 */
export interface FoldedNorms {
  /** By convolution. */
  readonly norms: ReadonlyMap<string, Normalization>;
  /** In place of the biases of `FoldedWeights`: the betas, and the moving statistics as `name/mean` and `name/variance`. */
  readonly weights: Weights;
}

export function foldNorms(layers: readonly Layer[], backbone: Weights, { factors }: FoldedWeights): FoldedNorms {
  const weights = new Map<string, Tensor>();
  const norms = new Map<string, Normalization>();
  for (const layer of convolutions(layers)) {
    const { name, norm, filters } = layer;
    const gain = gainOf(layer, backbone);
    const scale = factors.get(`${name}/kernel`) as Float32Array;
    const [beta, mean, variance] = ['beta', 'moving_mean', 'moving_variance'].map((of) =>
      floatsOf(backbone, `${norm}/${of}`),
    ) as [Float32Array, Float32Array, Float32Array];
    weights.set(`${name}/bias`, f32([filters], beta.slice()));
    weights.set(
      `${name}/mean`,
      f32(
        [filters],
        mean.map((value, o) => value * scale[o]!),
      ),
    );
    weights.set(
      `${name}/variance`,
      f32(
        [filters],
        variance.map((value, o) => value * spreadOf(scale, gain, o)),
      ),
    );
    norms.set(name, { epsilon: scale.map((_, o) => NORM_EPSILON * spreadOf(scale, gain, o)), gain });
  }
  return { norms, weights };
}

/** By channel: the absolute value of the gamma that a kernel contains. */
function gainOf(layer: ConvLayer, backbone: Weights): Float32Array {
  const name = gammaName(layer);
  return backbone.has(name) ? floatsOf(backbone, name).map(Math.abs) : new Float32Array(layer.filters).fill(1);
}

/** Factor of a channel's variance in a folded kernel. A channel that a gamma of 0 turns off has any. */
function spreadOf(scale: Float32Array, gain: Float32Array, channel: number): number {
  return (scale[channel]! * (gain[channel] || 1)) ** 2;
}

/**
 * The inverse of `foldLayers` and `foldNorms`: kernel = folded kernel / factor. Without statistics among the weights, beta =
 * bias + moving mean * factor; with them, beta is the bias, and the moving statistics follow.
 * @param backbone whose moving statistics were folded.
 * @returns kernels, betas and moving statistics under Keras's names, to overlay the backbone's.
 */
export function unfoldLayers(
  layers: readonly Layer[],
  weights: Weights,
  { backbone, factors }: { readonly backbone: Weights; readonly factors: FoldedWeights['factors'] },
): Weights {
  const unfolded = new Map<string, Tensor>();
  for (const layer of convolutions(layers)) {
    const scale = factors.get(`${layer.name}/kernel`) as Float32Array;
    const folded = floatsOf(weights, `${layer.name}/kernel`);
    const { filters } = layer;
    const set = (name: string, values: Float32Array): void =>
      void unfolded.set(`${layer.norm}/${name}`, f32([filters], values));
    const kernel = folded.map((value, i) => value / scale[i % filters]!);
    unfolded.set(`${layer.name}/kernel`, f32(kernelShape(layer), kernel));
    const bias = floatsOf(weights, `${layer.name}/bias`);
    const gain = gainOf(layer, backbone);
    if (weights.has(`${layer.name}/mean`)) {
      set('beta', bias);
      set(
        'moving_mean',
        floatsOf(weights, `${layer.name}/mean`).map((value, o) => value / scale[o]!),
      );
      set(
        'moving_variance',
        floatsOf(weights, `${layer.name}/variance`).map((value, o) => value / spreadOf(scale, gain, o)),
      );
      continue;
    }
    const [mean, variance] = ['moving_mean', 'moving_variance'].map((name) =>
      floatsOf(backbone, `${layer.norm}/${name}`),
    ) as [Float32Array, Float32Array];
    set(
      'beta',
      bias.map((value, o) => value + mean[o]! * scale[o]!),
    );
    set('moving_mean', mean);
    set('moving_variance', variance);
  }
  return unfolded;
}

function floatsOf(weights: Weights, name: string): Float32Array {
  const tensor = weights.get(name);
  if (tensor?.type !== 'F32') throw new Error(`${name} is missing`);
  return tensor.data;
}
