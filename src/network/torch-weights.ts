import { HubError } from '../errors.js';
import { convolutions, gammaName, matchBackbone } from './backbone-weights.js';
import { EFFICIENTNET_LITE0 } from './efficientnet-lite0.js';
import { type ConvLayer, kernelShape } from './layers.js';
import { networkOf } from './networks.js';
import { f32, type Tensor, type Weights } from './tensor.js';

/** The stem's kernel in PyTorch's EfficientNet, by which its weights are recognized. */
const STEM = '_conv_stem.weight';

export function isTorchEfficientNet(weights: Weights): boolean {
  return weights.has(STEM);
}

/**
 * Converts the weights of PyTorch's EfficientNet-Lite0 (`_conv_stem.weight`, `_blocks.N._expand_conv.weight`, …) to the
 * hub's. The gamma of a batch normalization goes into the kernel and the mean, which is exact: y = (k x - m) g / s + b. It is kept
 * as well, for training with the statistics of batches.
 * @returns the weights without the top, and the names of the tensors that were left out.
 * @throws WEIGHTS_REFUSED when a tensor is missing or has another shape.
 */
export function readTorchEfficientNet(weights: Weights): {
  readonly weights: Weights;
  readonly top: readonly string[];
} {
  const used = new Set<string>();
  const take = (name: string, shape: readonly number[]): Float32Array => {
    const tensor = weights.get(name);
    if (tensor?.type !== 'F32' || tensor.shape.join() !== shape.join()) {
      const has = tensor ? `has shape [${tensor.shape.join(', ')}]` : 'is missing';
      throw refuse(`${name} ${has} where [${shape.join(', ')}] is needed`);
    }
    used.add(name);
    return tensor.data;
  };
  const width = (weights.get(STEM)?.shape[0] ?? 0) / EFFICIENTNET_LITE0.firstConvolution.filters;
  const { layers } = networkOf(EFFICIENTNET_LITE0, width);
  const kernels = new Map<string, Tensor>();
  const statistics = new Map<string, Tensor>();
  for (const layer of convolutions(layers)) {
    const { name, norm, filters } = layer;
    const [kernelName, normName] = torchNames(layer);
    const [h, w, ins, outs] = kernelShape(layer);
    const of = (variable: string): Float32Array => take(`${normName}.${variable}`, [filters]);
    const [gamma, mean] = [of('weight'), of('running_mean')];
    const kernel = take(`${kernelName}.weight`, [outs, ins, h, w]);
    const turned = toHeightWidthInOut(kernel, [h * w, ins, outs]).map((value, i) => value * gamma[i % outs]!);
    kernels.set(`${name}/kernel`, f32(kernelShape(layer), turned));
    statistics.set(`${norm}/beta`, f32([filters], of('bias').slice()));
    statistics.set(
      `${norm}/moving_mean`,
      f32(
        [filters],
        mean.map((value, o) => value * gamma[o]!),
      ),
    );
    statistics.set(gammaName(layer), f32([filters], gamma.slice()));
    statistics.set(`${norm}/moving_variance`, f32([filters], of('running_var').slice()));
  }
  const rest = [...weights.keys()].filter((name) => !used.has(name) && !name.endsWith('.num_batches_tracked'));
  const stray = rest.find((name) => !name.startsWith('_fc.'));
  if (stray !== undefined) throw refuse(`${stray.slice(0, 80)} has no place in it`);
  const read = new Map([...kernels, ...statistics]);
  matchBackbone(read);
  return { weights: read, top: rest };
}

/** Names of a convolution and its normalization there. */
export function torchNames({ name }: ConvLayer): readonly [string, string] {
  if (name === 'stem_conv') return ['_conv_stem', '_bn0'];
  if (name === 'top_conv') return ['_conv_head', '_bn1'];
  const [, block, part] = /^block(\d+)_(\w+)$/.exec(name) as unknown as [string, string, keyof typeof NORMS];
  return [`_blocks.${block}._${part}_conv`, `_blocks.${block}.${NORMS[part]}`];
}

const NORMS = { expand: '_bn0', depthwise: '_bn1', project: '_bn2' } as const;

/** From PyTorch's [out, in, taps] to the hub's [taps, in, out]. */
function toHeightWidthInOut(kernel: Float32Array, [taps, ins, outs]: readonly [number, number, number]): Float32Array {
  const result = new Float32Array(kernel.length);
  let from = 0;
  for (let o = 0; o < outs; o++) {
    for (let i = 0; i < ins; i++) for (let t = 0; t < taps; t++) result[(t * ins + i) * outs + o] = kernel[from++]!;
  }
  return result;
}

function refuse(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `These are not PyTorch's weights of EfficientNet-Lite0: ${why}.`);
}
