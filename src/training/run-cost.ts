import type { TrainerSpec } from '../engines/engine.js';
import { convolutions } from '../network/backbone-weights.js';
import { divideAt } from '../network/cut.js';
import type { Normalization } from '../network/folded-weights.js';
import { head } from '../network/head.js';
import { inferShapes, type Layer, NETWORK_INPUT, POOLED, type Shape } from '../network/layers.js';
import { costOf } from '../network/multiply-adds.js';
import { networkNamed } from '../network/networks.js';
import { featureTypeOf } from './features.js';
import { firstTrainedLayerOf, type Recipe } from './recipe.js';

/** Work of an optimizer step per weight (gradient, two moments, update), in multiply-adds of equal time. */
const PER_WEIGHT = 10;
/** Forward pass, and twice as much for the backward pass. */
const TRAINING_PASSES = 3;

/** The computation of a run by part, in multiply-adds. */
export interface RunCost {
  /** Frozen part, per image. */
  readonly features: number;
  /** One epoch: all steps, and the evaluation on the validation images. */
  readonly epoch: number;
  /** The evaluation on the test images. */
  readonly evaluation: number;
  /** Number of trainable weights. */
  readonly weights: number;
  /** The trainable part, for the engine's plan. */
  readonly spec: Pick<TrainerSpec, 'layers' | 'input' | 'batchSize' | 'norms'>;
}

/** A run's recipe, and the number of its classes and images. */
export interface RunSize {
  /** Name of the network, as in a backbone's record. */
  readonly architecture: string;
  readonly recipe: Recipe;
  readonly classes: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** The computation of a run, from its layers. Only ratios are meaningful: the speed of a machine must be measured. */
export function costOfRun({ architecture, recipe, classes, ...images }: RunSize): RunCost {
  const { imageSize, hiddenUnits, dropout } = recipe;
  const firstTrainedLayer = firstTrainedLayerOf(recipe);
  const network = networkNamed(architecture).layers;
  const image = { height: imageSize, width: imageSize, channels: 3 };
  const shapes = inferShapes(network, image, NETWORK_INPUT);
  const { frozen, rest } = divideAt(network, firstTrainedLayer);
  const headLayers = head((shapes.get(POOLED) as Shape).channels, { classes, hidden: hiddenUnits, dropout });
  const layers: readonly Layer[] = [...rest, ...headLayers];
  const shape = shapes.get(firstTrainedLayer) as Shape;
  const learning = costOf(layers, shape, firstTrainedLayer);
  const batchSize = Math.min(recipe.batchSize, images.train);
  const steps = Math.ceil(images.train / batchSize);
  const trained = images.train * TRAINING_PASSES + images.validation;
  const normed = recipe.liveStatistics ? convolutions(rest) : [];
  return {
    features: costOf(frozen, image, NETWORK_INPUT).multiplyAdds,
    epoch: trained * learning.multiplyAdds + steps * learning.weights * PER_WEIGHT,
    evaluation: images.test * learning.multiplyAdds,
    weights: learning.weights,
    spec: {
      ...{ layers, input: { name: firstTrainedLayer, shape, type: featureTypeOf(firstTrainedLayer) }, batchSize },
      norms: new Map(normed.map(({ name, filters }) => [name, emptyNorm(filters)])),
    },
  };
}

/** A normalization of that many channels, where only their number counts. */
function emptyNorm(filters: number): Normalization {
  return { epsilon: new Float32Array(filters), gain: new Float32Array(filters) };
}
