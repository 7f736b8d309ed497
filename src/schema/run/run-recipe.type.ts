import { ObjectType, registerEnumType } from 'type-graphql';
import { describeFirstTrainedLayer, FIRST_TRAINED_LAYERS, FirstTrainedLayer } from '../../network/networks.js';
import { PRESET_DESCRIPTIONS, PresetName } from '../../training/presets.js';
import { type ClassWeights, type Recipe, Schedule, ValidationSource } from '../../training/recipe.js';
import { Hyperparameter } from './hyperparameter.field.js';

registerEnumType(ValidationSource, {
  name: 'ValidationSource',
  description: 'Images on which each epoch is evaluated.',
  valuesConfig: {
    HELD_OUT: { description: 'The validation split, or held-out training images.' },
    TEST_SPLIT: {
      description: 'The test images, as in the seed experiment: the test figures of the run are then not independent.',
    },
  },
});

registerEnumType(Schedule, {
  name: 'Schedule',
  description: 'Course of the learning rate after the warm-up.',
  valuesConfig: {
    CONSTANT: { description: 'The same rate in every step.' },
    COSINE: { description: 'Half a cosine, down to zero at the last step.' },
  },
});

registerEnumType(PresetName, {
  name: 'Preset',
  description: 'A named starting point of a recipe; the query `presets` describes them.',
  valuesConfig: {
    STANDARD: { description: PRESET_DESCRIPTIONS.standard },
    SEED: { description: PRESET_DESCRIPTIONS.seed },
    QUICK: { description: PRESET_DESCRIPTIONS.quick },
    BEST: { description: PRESET_DESCRIPTIONS.best },
  },
});

registerEnumType(FirstTrainedLayer, {
  name: 'SplitLayer',
  description:
    'A layer of an architecture, at the end of one of its blocks. Everything after it trains; after avg_pool only the head does.',
  valuesConfig: Object.fromEntries(
    FIRST_TRAINED_LAYERS.map((layer) => [layer, { description: describeFirstTrainedLayer(layer) }]),
  ),
});

@ObjectType('Recipe', {
  description: 'All settings of a run other than its data, backbone and parent. It never changes.',
})
export class RecipeType implements Recipe {
  @Hyperparameter()
  imageSize!: number;

  @Hyperparameter(FirstTrainedLayer)
  splitLayer!: FirstTrainedLayer;

  @Hyperparameter()
  batchSize!: number;

  @Hyperparameter()
  epochs!: number;

  @Hyperparameter()
  learningRate!: number;

  @Hyperparameter(Schedule)
  schedule!: Schedule;

  @Hyperparameter()
  warmUpEpochs!: number;

  @Hyperparameter()
  weightDecay!: number;

  @Hyperparameter()
  layerDecay!: number;

  @Hyperparameter()
  liveStatistics!: boolean;

  @Hyperparameter()
  labelSmoothing!: number;

  @Hyperparameter()
  classWeights!: ClassWeights;

  @Hyperparameter()
  mixup!: number;

  @Hyperparameter()
  cutmix!: number;

  @Hyperparameter()
  cutout!: number;

  @Hyperparameter()
  mirror!: boolean;

  @Hyperparameter()
  crops!: number;

  @Hyperparameter()
  colorJitters!: number;

  @Hyperparameter()
  hiddenUnits!: number;

  @Hyperparameter()
  dropout!: number;

  @Hyperparameter()
  seed!: number;

  @Hyperparameter(ValidationSource)
  validation!: ValidationSource;

  @Hyperparameter()
  validationFraction!: number;

  @Hyperparameter()
  patience!: number | null;

  @Hyperparameter()
  restoreBest!: boolean;

  @Hyperparameter()
  averageEpochs!: number;
}
