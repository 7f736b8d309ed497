import { describe, expect, it } from 'vitest';
import { convolutions, foldConv, gammaName, matchBackbone } from '../../src/network/backbone-weights.js';
import { efficientNetLite0 } from '../../src/network/efficientnet-lite0.js';
import { kernelShape } from '../../src/network/layers.js';
import { elements, f32, type Tensor } from '../../src/network/tensor.js';
import { readTorchEfficientNet, torchNames } from '../../src/network/torch-weights.js';

/** Weights as PyTorch names and orders them: element i of a tensor is i + 1, scaled to its size. */
function torchWeights(): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  const numbers = (shape: readonly number[], scale = 1): Tensor => {
    const length = elements(shape);
    return f32(
      shape,
      Float32Array.from({ length }, (_, i) => (scale * (i + 1)) / length),
    );
  };
  for (const layer of convolutions(efficientNetLite0(1 / 8))) {
    const [kernel, norm] = torchNames(layer);
    const [h, w, ins, outs] = kernelShape(layer);
    weights.set(`${kernel}.weight`, numbers([outs, ins, h, w]));
    for (const [of, scale] of [
      ['weight', -2],
      ['bias', 3],
      ['running_mean', 5],
      ['running_var', 7],
    ] as const) {
      weights.set(`${norm}.${of}`, numbers([outs], scale));
    }
  }
  return weights;
}

describe("PyTorch's weights of EfficientNet-Lite0", () => {
  it('become the hub’s, with the scale of each normalization in its kernel', () => {
    const torch = torchWeights();
    const { weights } = readTorchEfficientNet(torch);
    expect(matchBackbone(weights)).toMatchObject({ width: 1 / 8, end: 'top_conv' });
    for (const layer of convolutions(efficientNetLite0(1 / 8))) {
      const [kernelName, norm] = torchNames(layer);
      const { kernel, bias } = foldConv(layer, weights);
      const [h, w, ins, outs] = kernelShape(layer);
      const of = (name: string): Float32Array => torch.get(name)!.data as Float32Array;
      const o = outs - 1;
      const factor = of(`${norm}.weight`)[o]! / Math.sqrt(of(`${norm}.running_var`)[o]! + 1e-3);
      // The last filter at its second tap and last input: at [tap, in, out] here, at [out, in, tap] there.
      const tap = Math.min(1, h * w - 1);
      const there = of(`${kernelName}.weight`)[(o * ins + ins - 1) * h * w + tap]!;
      expect(kernel[(tap * ins + ins - 1) * outs + o]! / (there * factor), layer.name).toBeCloseTo(1, 5);
      expect(weights.get(gammaName(layer))?.data, layer.name).toEqual(of(`${norm}.weight`));
      const offset = of(`${norm}.bias`)[o]! - of(`${norm}.running_mean`)[o]! * factor;
      expect(bias[o]! / offset, layer.name).toBeCloseTo(1, 5);
    }
  });

  it.each([
    ['a tensor too few', '_blocks.3._bn0.weight', 'is missing where [18] is needed'],
    ['a tensor of another shape', '_blocks.1._depthwise_conv.weight', 'has shape [2] where [12, 1, 3, 3] is needed'],
    ['a tensor of another network', '_blocks.16._bn0.weight', 'has no place in it'],
  ])('are refused with %s', (what, name, message) => {
    const torch = torchWeights();
    if (what.endsWith('few')) torch.delete(name);
    else torch.set(name, f32([2]));
    expect(() => readTorchEfficientNet(torch)).toThrow(`${name} ${message}`);
  });
});
