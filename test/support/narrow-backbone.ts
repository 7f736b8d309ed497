import { convolutions } from '../../src/network/backbone-weights.js';
import { inceptionV3 } from '../../src/network/inception-v3.js';
import { writeSafetensors } from '../../src/network/safetensors.js';
import { elements, f32, type Tensor, type Weights } from '../../src/network/tensor.js';
import { randomStream, uniform } from '../../src/random.js';

/** InceptionV3 with a sixteenth of the filters: all layers, a hundredth of the computation. */
export function narrowBackbone(seed = 1, width = 1 / 16): Weights {
  const weights = new Map<string, Tensor>();
  for (const layer of convolutions(inceptionV3(width))) {
    const random = randomStream(seed, layer.name);
    const draw = (shape: number[], low: number, high: number): Tensor =>
      f32(
        shape,
        new Float32Array(elements(shape)).map(() => low + (high - low) * uniform(random)),
      );
    const fanIn = layer.kernel[0] * layer.kernel[1] * layer.inChannels;
    const limit = Math.sqrt(6 / fanIn);
    weights.set(`${layer.name}/kernel`, draw([...layer.kernel, layer.inChannels, layer.filters], -limit, limit));
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
