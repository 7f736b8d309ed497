import { Field, ID, InputType } from 'type-graphql';
import { FirstTrainedLayer } from '../../network/inception-v3.js';
import { PresetName } from '../../training/presets.js';
import { Schedule, ValidationSource } from '../../training/recipe.js';
import { Checked, text } from '../checked.js';
import { HyperparameterInput } from './hyperparameter.field.js';

/** What both kinds of run can be told. */
@InputType()
abstract class TrainingInput {
  @HyperparameterInput()
  learningRate?: number;

  @HyperparameterInput(Schedule)
  schedule?: Schedule;

  @HyperparameterInput()
  warmUpEpochs?: number;

  @HyperparameterInput()
  weightDecay?: number;

  @HyperparameterInput()
  layerDecay?: number;

  @HyperparameterInput()
  labelSmoothing?: number;

  @HyperparameterInput()
  mixup?: number;

  @HyperparameterInput()
  mirror?: boolean;

  @HyperparameterInput()
  crops?: number;

  @HyperparameterInput()
  batchSize?: number;

  @HyperparameterInput()
  epochs?: number;

  @HyperparameterInput()
  patience?: number | null;

  @HyperparameterInput()
  restoreBest?: boolean;

  @HyperparameterInput()
  averageEpochs?: number;

  @HyperparameterInput()
  seed?: number;
}

@InputType('RecipeInput', {
  description: 'Changes to a preset. The defaults named here are those of STANDARD. What is out of range is refused.',
})
export class RecipeInputType extends TrainingInput {
  @HyperparameterInput()
  imageSize?: number;

  @HyperparameterInput()
  hiddenUnits?: number;

  @HyperparameterInput()
  dropout?: number;

  @HyperparameterInput(ValidationSource)
  validation?: ValidationSource;

  @HyperparameterInput()
  validationFraction?: number;
}

@InputType()
export class StartTransferRunInput {
  @Field(() => ID)
  datasetVersionId!: string;

  @Field(() => String, { description: 'Name of the backbone, for example "imagenet".' })
  @Checked(text(1, 64))
  backbone!: string;

  @Field(() => PresetName, { defaultValue: PresetName.STANDARD })
  preset!: PresetName;

  @Field(() => RecipeInputType, { nullable: true })
  recipe?: RecipeInputType | null;
}

@InputType({
  description:
    'What is left out is as in the parent run, unless a default for fine-tuning is named. What is out of range is refused.',
})
export class StartFineTuneRunInput extends TrainingInput {
  @Field(() => ID, { description: 'A run that succeeded. Its weights are the start.' })
  parentRunId!: string;

  @Field(() => FirstTrainedLayer, {
    defaultValue: FirstTrainedLayer.mixed5,
    description: 'All behind this layer learns; mixed0 to mixed10, not behind what the parent trained.',
  })
  fineTuneFrom!: FirstTrainedLayer;
}
