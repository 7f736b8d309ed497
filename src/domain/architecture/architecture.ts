import { inferShapes, NETWORK_INPUT, POOLED, type Shape } from '../../network/layers.js';
import {
  type FirstTrainedLayer,
  fineTuneFrom,
  firstTrainedLayersOf,
  type Network,
  networkName,
} from '../../network/networks.js';
import type { Pipeline } from '../recipe/recipe.js';
import { listPipelines } from '../recipe/recipe-service.js';

/** What forms and terminals need to know of the network of a backbone. */
export interface Architecture {
  readonly name: string;
  /** Side in pixels. */
  readonly smallestImage: number;
  /** Side in pixels. */
  readonly suggestedImageSize: number;
  readonly preprocessing: string;
  /** Values that a head reads. */
  readonly features: number;
  /** The blocks after which fine-tuning can start, in order. */
  readonly firstTrainedLayers: readonly FirstTrainedLayer[];
  readonly fineTuneFrom: FirstTrainedLayer;
  readonly pipelines: readonly Pipeline[];
}

export function describeArchitecture(network: Network): Architecture {
  const { smallestImage, suggestedImageSize, preprocessing } = network.architecture;
  const image = { height: smallestImage, width: smallestImage, channels: 3 };
  return {
    name: networkName(network),
    smallestImage,
    suggestedImageSize,
    preprocessing: preprocessing.formula,
    features: (inferShapes(network.layers, image, NETWORK_INPUT).get(POOLED) as Shape).channels,
    firstTrainedLayers: firstTrainedLayersOf(network).filter((layer) => layer !== POOLED),
    fineTuneFrom: fineTuneFrom(network, 'late'),
    pipelines: listPipelines(network),
  };
}
