import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import type { Hyperparameter, Pipeline, Preset } from '../../domain/recipe/recipe.js';
import { HyperparameterKind } from '../../training/hyperparameters.js';
import type { PipelineStage } from '../../training/pipeline.js';
import { PresetName } from '../../training/presets.js';
import { RunKind, Scale } from '../../training/recipe.js';
import { RecipeType } from '../run/run-recipe.type.js';

registerEnumType(HyperparameterKind, {
  name: 'HyperparameterKind',
  description: 'Type of the values of a hyperparameter.',
  valuesConfig: {
    BOOLEAN: { description: 'True or false.' },
    CHOICE: { description: 'One of `choices`.' },
    FLOAT: { description: 'A number.' },
    INT: { description: 'A whole number.' },
    WEIGHTS: { description: 'One of `choices`, or an object of numbers by class name.' },
  },
});

registerEnumType(Scale, {
  name: 'Scale',
  description: 'Steps through a range.',
  valuesConfig: {
    LINEAR: { description: 'Equal steps, which are added.' },
    LOG: { description: 'Equal factors, which are multiplied.' },
  },
});

@ObjectType('Hyperparameter', { description: 'One field of a recipe: its type, range and defaults.' })
export class HyperparameterType implements Hyperparameter {
  @Field(() => String, { description: 'Name of the field of `RecipeInput`.' })
  name!: string;

  @Field(() => HyperparameterKind, { description: 'Kind of its values.' })
  kind!: HyperparameterKind;

  @Field(() => String, { description: 'What it does, with its unit.' })
  description!: string;

  @Field(() => GraphQLJSON, { nullable: true, description: 'Default of the preset STANDARD.' })
  default!: unknown;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: "Default of a fine-tune run; null where it takes its parent's value.",
  })
  fineTuneDefault!: unknown;

  @Field(() => Boolean, { description: 'Whether null is a value.' })
  nullable!: boolean;

  @Field(() => Float, { nullable: true, description: 'Smallest value; null without a bound.' })
  min!: number | null;

  @Field(() => Float, { nullable: true, description: 'Largest value; null without a bound.' })
  max!: number | null;

  @Field(() => Boolean, { description: 'Whether `min` itself is out of range.' })
  exclusiveMin!: boolean;

  @Field(() => Scale, { description: 'Scale on which to step through the range.' })
  scale!: Scale;

  @Field(() => String, { nullable: true, description: 'Unit, such as `pixels`; null for a plain number.' })
  unit!: string | null;

  @Field(() => [String], { description: 'Values of a CHOICE, and of WEIGHTS besides objects; empty otherwise.' })
  choices!: readonly string[];

  @Field(() => [RunKind], { description: 'Kinds of run that accept it. Pass `splitLayer` as `fineTuneFrom`.' })
  runKinds!: readonly RunKind[];

  @Field(() => String, {
    nullable: true,
    description: 'Reason why the trials of a sweep cannot differ in it; null if they can.',
  })
  fixedInSweeps!: string | null;
}

@ObjectType('PresetInfo', { description: 'A named starting point of a recipe.' })
export class PresetType implements Preset {
  @Field(() => PresetName, { description: 'The preset.' })
  name!: PresetName;

  @Field(() => String, { description: 'What the preset is for.' })
  description!: string;

  @Field(() => RecipeType, { description: 'With every default resolved.' })
  recipe!: RecipeType;
}

@ObjectType('PipelineStage', { description: 'One run of a pipeline.' })
export class PipelineStageType implements PipelineStage {
  @Field(() => RunKind, { description: 'Kind of the run.' })
  kind!: RunKind;

  @Field(() => GraphQLJSONObject, {
    description: 'Overrides of the preset, or the arguments of `startFineTuneRun` other than the parent.',
  })
  changes!: object;

  @Field(() => RecipeType, { description: 'The resolved recipe without further overrides.' })
  recipe!: RecipeType;
}

@ObjectType('Pipeline', { description: 'A chain of runs; each starts from the weights of the one before.' })
export class PipelineType implements Pipeline {
  @Field(() => String, { description: 'Name, as `startPipeline` takes it.' })
  name!: string;

  @Field(() => String, { description: 'What it trains, and for whom it is.' })
  description!: string;

  @Field(() => PresetName, { description: 'Preset of the first stage.' })
  preset!: PresetName;

  @Field(() => [PipelineStageType], { description: 'Its runs, in the order of training.' })
  stages!: readonly PipelineStageType[];
}
