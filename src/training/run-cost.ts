import type { TrainerSpec } from '../engines/engine.js';
import { head } from '../network/head.js';
import { divideAt, networkOf } from '../network/inception-v3.js';
import { inferShapes, type Layer, NETWORK_INPUT, type Shape } from '../network/layers.js';
import { costOf } from '../network/multiply-adds.js';
import { featureTypeOf } from './features.js';
import { firstTrainedLayerOf, type Recipe } from './recipe.js';

/** A step's work on a weight (its gradient, two moments, itself), in multiply-adds that take as long. */
const PER_WEIGHT = 10;
/** Forward, and twice as much backward. */
const TRAINING_PASSES = 3;

/** What the parts of a run take, in multiply-adds. */
export interface RunCost {
  /** Of the frozen part, for one image. */
  readonly features: number;
  /** Of an epoch: all steps, and the look at the validation images. */
  readonly epoch: number;
  /** Of the look at the test images. */
  readonly evaluation: number;
  /** Weights that learn. */
  readonly weights: number;
  /** What learns, for the engine's plan. */
  readonly spec: Pick<TrainerSpec, 'layers' | 'input' | 'batchSize'>;
}

export interface RunSize {
  /** Name of the network, as a backbone's record has it. */
  readonly architecture: string;
  readonly recipe: Recipe;
  readonly classes: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** What a run takes, by its layers. Only ratios of it mean anything: how fast a machine is must be measured. */
export function costOfRun({ architecture, recipe, classes, ...images }: RunSize): RunCost {
  const { imageSize, hiddenUnits, dropout } = recipe;
  const firstTrainedLayer = firstTrainedLayerOf(recipe);
  const network = networkOf(architecture);
  const image = { height: imageSize, width: imageSize, channels: 3 };
  const shapes = inferShapes(network, image, NETWORK_INPUT);
  const { frozen, rest } = divideAt(network, firstTrainedLayer);
  const headLayers = head((shapes.get('avg_pool') as Shape).channels, { classes, hidden: hiddenUnits, dropout });
  const layers: readonly Layer[] = [...rest, ...headLayers];
  const shape = shapes.get(firstTrainedLayer) as Shape;
  const learning = costOf(layers, shape, firstTrainedLayer);
  const batchSize = Math.min(recipe.batchSize, images.train);
  const steps = Math.ceil(images.train / batchSize);
  const trained = images.train * TRAINING_PASSES + images.validation;
  return {
    features: costOf(frozen, image, NETWORK_INPUT).multiplyAdds,
    epoch: trained * learning.multiplyAdds + steps * learning.weights * PER_WEIGHT,
    evaluation: images.test * learning.multiplyAdds,
    weights: learning.weights,
    spec: { layers, input: { name: firstTrainedLayer, shape, type: featureTypeOf(firstTrainedLayer) }, batchSize },
  };
}
