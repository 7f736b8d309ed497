import { Field, ID, InputType } from 'type-graphql';
import type { FineTuneRequest, PipelineRequest, RecipeOverrides, TransferRequest } from '../../domain/run/run-plan.js';
import { FirstTrainedLayer } from '../../network/networks.js';
import { PresetName } from '../../training/presets.js';
import { type ClassWeights, Schedule, ValidationSource } from '../../training/recipe.js';
import { Checked, text } from '../checked.js';
import { HyperparameterInput } from './hyperparameter.field.js';
import { RunName, RunNote } from './label.field.js';

const BACKBONE_NAME =
  'Name of a backbone: "imagenet", "tiny-imagenet-2", "efficientnet-lite0", or one added with `addBackbone`.';

/** Recipe fields that both kinds of run accept. */
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
  classWeights?: ClassWeights;

  @HyperparameterInput()
  mixup?: number;

  @HyperparameterInput()
  mirror?: boolean;

  @HyperparameterInput()
  crops?: number;

  @HyperparameterInput()
  colorJitters?: number;

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
  description: 'Overrides of a preset. The defaults named here are those of STANDARD. Values out of range are refused.',
})
export class RecipeInputType extends TrainingInput implements RecipeOverrides {
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

@InputType('PipelineRecipeInput', {
  description: 'Settings of a pipeline. Those that only fine-tune runs have are those of every run but the first.',
})
export class PipelineRecipeInputType extends RecipeInputType {
  @HyperparameterInput()
  liveStatistics?: boolean;

  @HyperparameterInput()
  cutmix?: number;

  @HyperparameterInput()
  cutout?: number;
}

@InputType({ description: 'The data, backbone and recipe of a TRANSFER run.' })
export class StartTransferRunInput implements TransferRequest {
  @Field(() => ID, { description: 'Id of the dataset version to train on.' })
  datasetVersionId!: string;

  @Field(() => String, { description: BACKBONE_NAME })
  @Checked(text(1, 64))
  backbone!: string;

  @Field(() => PresetName, {
    defaultValue: PresetName.STANDARD,
    description: 'Preset whose settings apply where `recipe` has none.',
  })
  preset!: PresetName;

  @Field(() => RecipeInputType, { nullable: true, description: 'Settings that differ from those of the preset.' })
  recipe?: RecipeInputType | null;

  @RunName()
  name?: string | null;

  @RunNote()
  note?: string | null;
}

@InputType({ description: 'The data, backbone and settings of a pipeline.' })
export class StartPipelineInput implements PipelineRequest {
  @Field(() => ID, { description: 'Id of the dataset version to train on.' })
  datasetVersionId!: string;

  @Field(() => String, { description: BACKBONE_NAME })
  @Checked(text(1, 64))
  backbone!: string;

  @Field(() => String, { description: 'Name of a pipeline; the query `pipelines` lists them.' })
  @Checked(text(1, 64))
  pipeline!: string;

  @Field(() => PipelineRecipeInputType, {
    nullable: true,
    description:
      'Settings of the first run. Later runs inherit them, except where the pipeline sets others for their stage. `liveStatistics`, `cutmix` and `cutout` are set in all runs but the first.',
  })
  recipe?: PipelineRecipeInputType | null;

  @RunName('All its runs have this name.')
  name?: string | null;

  @RunNote()
  note?: string | null;
}

@InputType({
  description:
    "Fields that are left out have the parent run's value, or the default for fine-tuning where one is named. Values out of range are refused.",
})
export class StartFineTuneRunInput extends TrainingInput {
  @Field(() => ID, { description: 'A run that has succeeded; training starts from its weights.' })
  parentRunId!: string;

  @Field(() => FirstTrainedLayer, {
    nullable: true,
    description:
      "Layer after which everything trains: a block of the backbone's architecture, not later than in the parent run. Without it the architecture's own, which `architecture` tells: mixed5 of InceptionV3.",
  })
  fineTuneFrom?: FirstTrainedLayer | null;

  @HyperparameterInput()
  imageSize?: number;

  @HyperparameterInput()
  liveStatistics?: boolean;

  @HyperparameterInput()
  cutmix?: number;

  @HyperparameterInput()
  cutout?: number;

  @RunName()
  name?: string | null;

  @RunNote()
  note?: string | null;
}

/** The request in the domain's terms: `fineTuneFrom` is the public name of the first trained layer. */
export function toFineTuneRequest(input: StartFineTuneRunInput): FineTuneRequest {
  const { parentRunId, fineTuneFrom: firstTrainedLayer, name, note, ...recipe } = input;
  return { parentRunId, firstTrainedLayer, name, note, recipe };
}
