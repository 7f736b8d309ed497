import { matchBackbone } from '../../network/backbone-weights.js';
import { divideAt } from '../../network/cut.js';
import { foldLayers } from '../../network/folded-weights.js';
import { imageShapes, type Layer } from '../../network/layers.js';
import { foldNorm } from '../../network/norm.js';
import { f32, type Tensor, type Weights } from '../../network/tensor.js';
import type {
  ClassifierSpec,
  Engine,
  EngineInfo,
  Features,
  Forward,
  FrozenSpec,
  Trainer,
  TrainerSpec,
} from '../engine.js';
import { FrozenNetwork } from './frozen-network.js';
import type { Library } from './library.js';
import { TensorFlowTrainer } from './trainer.js';

/**
 * TensorFlow through the addon of tfjs-node: networks as graphs, each in a session of its own. The library is loaded once per
 * process and computes while the calling thread waits, so a process has one engine.
 */
export class TensorFlowEngine implements Engine {
  constructor(
    private readonly library: Library,
    readonly info: EngineInfo,
  ) {}

  async frozen({ backbone, size, firstTrainedLayer, type }: FrozenSpec): Promise<Forward<Features>> {
    const { architecture, layers } = matchBackbone(backbone);
    const { preprocessing } = architecture;
    const { frozen } = divideAt(layers, firstTrainedLayer);
    const { weights } = foldLayers(frozen, backbone);
    const spec = { layers: frozen, weights, shapes: imageShapes(frozen, size.image), size, preprocessing, type };
    return FrozenNetwork.open(this.library, spec);
  }

  async classifier({ backbone, head, headWeights, size }: ClassifierSpec): Promise<Forward> {
    const network = matchBackbone(backbone);
    const { preprocessing } = network.architecture;
    const layers = [...network.layers, ...head];
    const weights = new Map([...foldLayers(layers, backbone).weights, ...computedWeights(head, headWeights)]);
    const shapes = imageShapes(layers, size.image);
    const spec = { layers, weights, shapes, size, preprocessing, type: 'float32' as const };
    return FrozenNetwork.open<Float32Array>(this.library, spec);
  }

  async trainer(spec: TrainerSpec): Promise<Trainer> {
    return TensorFlowTrainer.open(this.library, spec);
  }
}

/** The weights of a head as its layers are computed with them. */
function computedWeights(head: readonly Layer[], weights: Weights): Weights {
  return new Map(
    head.flatMap((layer): [string, Tensor][] => {
      const { name } = layer;
      if (layer.kind === 'dense') {
        return ['kernel', 'bias'].map((of) => [`${name}/${of}`, weights.get(`${name}/${of}`) as Tensor]);
      }
      if (layer.kind !== 'norm') return [];
      const { scale, offset } = foldNorm(layer, weights);
      return [
        [`${name}/scale`, f32([layer.channels], scale)],
        [`${name}/offset`, f32([layer.channels], offset)],
      ];
    }),
  );
}
