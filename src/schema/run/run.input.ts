import { IsOptional, Length } from 'class-validator';
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { PresetName, Schedule, SplitLayer, ValidationSource } from './run.type.js';

/** What both kinds of run can be told. */
@InputType()
abstract class TrainingInput {
  @Field(() => Float, { nullable: true, description: 'Above 0, at most 1.' })
  learningRate?: number;

  @Field(() => Schedule, { nullable: true })
  schedule?: Schedule;

  @Field(() => Float, { nullable: true, description: '0 to 100.' })
  warmUpEpochs?: number;

  @Field(() => Float, { nullable: true, description: '0 to 1.' })
  weightDecay?: number;

  @Field(() => Float, { nullable: true, description: '0 to 0.9.' })
  labelSmoothing?: number;

  @Field(() => Boolean, { nullable: true })
  mirror?: boolean;

  @Field(() => Int, { nullable: true, description: '1 to 4096.' })
  batchSize?: number;

  @Field(() => Int, { nullable: true, description: '1 to 1000.' })
  epochs?: number;

  @Field(() => Int, { nullable: true, description: 'Epochs without a better validation loss; null never stops early.' })
  patience?: number | null;

  @Field(() => Boolean, { nullable: true })
  restoreBest?: boolean;

  @Field(() => Int, { nullable: true, description: '0 to 2147483647.' })
  seed?: number;
}

@InputType('RecipeInput', {
  description: 'Changes to a preset. Ranges are checked by the recipe, which names them when it refuses.',
})
export class RecipeInputType extends TrainingInput {
  @Field(() => Int, { nullable: true, description: 'Side in pixels, 75 to 600.' })
  imageSize?: number;

  @Field(() => Int, { nullable: true, description: '1 to 8192.' })
  hiddenUnits?: number;

  @Field(() => Float, { nullable: true, description: '0 to 0.95.' })
  dropout?: number;

  @Field(() => ValidationSource, { nullable: true })
  validation?: ValidationSource;

  @Field(() => Float, { nullable: true, description: '0.01 to 0.5.' })
  validationFraction?: number;
}

@InputType()
export class StartTransferRunInput {
  @Field(() => ID)
  datasetVersionId!: string;

  @Field(() => String, { description: 'Name of the backbone, for example "imagenet".' })
  @Length(1, 64)
  backbone!: string;

  @Field(() => PresetName, { defaultValue: PresetName.STANDARD })
  preset!: PresetName;

  @Field(() => RecipeInputType, { nullable: true })
  @IsOptional()
  recipe?: RecipeInputType | null;
}

@InputType({
  description:
    'What is left out is as in the parent run, but for the learning rate, which is 0.00001. Ranges are checked by the recipe, which names them when it refuses.',
})
export class StartFineTuneRunInput extends TrainingInput {
  @Field(() => ID, { description: 'A run that succeeded. Its weights are the start.' })
  parentRunId!: string;

  @Field(() => SplitLayer, {
    defaultValue: SplitLayer.mixed5,
    description: 'All behind this layer learns; mixed0 to mixed10, not behind what the parent trained.',
  })
  fineTuneFrom!: SplitLayer;
}
