import { convolutions } from '../../src/network/backbone-weights.js';
import { efficientNetLite0 } from '../../src/network/efficientnet-lite0.js';
import { inceptionV3 } from '../../src/network/inception-v3.js';
import { kernelShape, type Layer } from '../../src/network/layers.js';
import { writeSafetensors } from '../../src/network/safetensors.js';
import { elements, f32, type Tensor, type Weights } from '../../src/network/tensor.js';
import { torchNames } from '../../src/network/torch-weights.js';
import { randomStream, uniform } from '../../src/random.js';

/** InceptionV3 with a sixteenth of the filters: all layers, a hundredth of the computation. */
export function narrowBackbone(seed = 1, width = 1 / 16): Weights {
  return drawWeights(inceptionV3(width), seed);
}

/** The same of EfficientNet-Lite0, with an eighth of the filters. */
export function narrowLite(seed = 1): Weights {
  return drawWeights(efficientNetLite0(1 / 8), seed);
}

function drawWeights(layers: readonly Layer[], seed: number): Weights {
  const weights = new Map<string, Tensor>();
  for (const layer of convolutions(layers)) {
    const random = randomStream(seed, layer.name);
    const draw = (shape: readonly number[], low: number, high: number): Tensor =>
      f32(
        shape,
        new Float32Array(elements(shape)).map(() => low + (high - low) * uniform(random)),
      );
    const shape = kernelShape(layer);
    const fanIn = shape[0] * shape[1] * shape[2];
    const limit = Math.sqrt(6 / fanIn);
    weights.set(`${layer.name}/kernel`, draw(shape, -limit, limit));
    weights.set(`${layer.norm}/beta`, draw([layer.filters], -0.1, 0.3));
    weights.set(`${layer.norm}/moving_mean`, draw([layer.filters], -0.1, 0.1));
    weights.set(`${layer.norm}/moving_variance`, draw([layer.filters], 0.5, 1.5));
  }
  return weights;
}

/** The narrow backbone as a weight file. */
export function narrowBackboneFile(seed = 1): Buffer {
  return writeSafetensors(narrowBackbone(seed));
}

/** The narrow EfficientNet-Lite0 as a weight file. */
export function narrowLiteFile(seed = 1): Buffer {
  return writeSafetensors(narrowLite(seed));
}

/** The same as a file of PyTorch, which `--weights` reads. */
export function torchLiteFile(seed = 1): Buffer {
  const weights = narrowLite(seed);
  const renamed = new Map<string, Tensor>();
  for (const layer of convolutions(efficientNetLite0(1 / 8))) {
    const [kernelName, norm] = torchNames(layer);
    const of = (name: string): Tensor => weights.get(name) as Tensor;
    const { shape, data } = of(`${layer.name}/kernel`);
    const [height, width, ins, outs] = shape as readonly [number, number, number, number];
    const taps = height * width;
    const kernel = new Float32Array(data.length).map((_, i) => {
      const [out, rest] = [Math.floor(i / (ins * taps)), i % (ins * taps)];
      return (data as Float32Array)[((rest % taps) * ins + Math.floor(rest / taps)) * outs + out]!;
    });
    renamed.set(`${kernelName}.weight`, f32([outs, ins, height, width], kernel));
    renamed.set(`${norm}.weight`, f32([outs], new Float32Array(outs).fill(1)));
    renamed.set(`${norm}.bias`, of(`${layer.norm}/beta`));
    renamed.set(`${norm}.running_mean`, of(`${layer.norm}/moving_mean`));
    renamed.set(`${norm}.running_var`, of(`${layer.norm}/moving_variance`));
  }
  return writeSafetensors(renamed);
}
