import { convolutions, foldConv } from './backbone-weights.js';
import { kernelShape, type Layer } from './layers.js';
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

/**
 * The inverse of `foldLayers`: kernel = folded kernel / factor, beta = bias + moving mean * factor. Moving statistics are
 * the backbone's, since fine-tuning does not change them.
 * @returns kernels and betas under Keras's names, to overlay the backbone's.
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
    const mean = floatsOf(backbone, `${layer.norm}/moving_mean`);
    const { filters } = layer;
    const kernel = folded.map((value, i) => value / scale[i % filters]!);
    const beta = floatsOf(weights, `${layer.name}/bias`).map((value, o) => value + mean[o]! * scale[o]!);
    unfolded.set(`${layer.name}/kernel`, f32(kernelShape(layer), kernel));
    unfolded.set(`${layer.norm}/beta`, f32([filters], beta));
  }
  return unfolded;
}

function floatsOf(weights: Weights, name: string): Float32Array {
  const tensor = weights.get(name);
  if (tensor?.type !== 'F32') throw new Error(`${name} is missing`);
  return tensor.data;
}
