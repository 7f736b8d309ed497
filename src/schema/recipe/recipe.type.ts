import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import type { Hyperparameter, Pipeline, PipelineStage, Preset } from '../../domain/recipe/recipe.js';
import { HyperparameterKind } from '../../training/hyperparameters.js';
import { PresetName } from '../../training/presets.js';
import { RunKind, Scale } from '../../training/recipe.js';
import { RecipeType } from '../run/run.type.js';

registerEnumType(HyperparameterKind, { name: 'HyperparameterKind' });

registerEnumType(Scale, { name: 'Scale', description: 'Whether steps through a range add up or multiply.' });

@ObjectType('Hyperparameter', { description: 'A field of the recipe, with everything that it can be.' })
export class HyperparameterType implements Hyperparameter {
  @Field(() => String)
  name!: string;

  @Field(() => HyperparameterKind)
  kind!: HyperparameterKind;

  @Field(() => String)
  description!: string;

  @Field(() => GraphQLJSON, { nullable: true, description: 'Of the preset STANDARD.' })
  default!: unknown;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'Of a fine-tune run; null where that is what its parent has.',
  })
  fineTuneDefault!: unknown;

  @Field(() => Boolean, { description: 'Whether null is a value.' })
  nullable!: boolean;

  @Field(() => Float, { nullable: true })
  min!: number | null;

  @Field(() => Float, { nullable: true })
  max!: number | null;

  @Field(() => Boolean, { description: 'Whether `min` itself is out of range.' })
  exclusiveMin!: boolean;

  @Field(() => Scale, { description: 'How to go through the range.' })
  scale!: Scale;

  @Field(() => String, { nullable: true })
  unit!: string | null;

  @Field(() => [String], { description: 'Of a choice.' })
  choices!: readonly string[];

  @Field(() => [RunKind], { description: 'Which runs can be given it. `splitLayer` is given as `fineTuneFrom`.' })
  runKinds!: readonly RunKind[];

  @Field(() => String, {
    nullable: true,
    description: 'Why the trials of a sweep cannot differ in it; null: they can.',
  })
  fixedInSweeps!: string | null;
}

@ObjectType('PresetInfo', { description: 'A recipe to begin with.' })
export class PresetType implements Preset {
  @Field(() => PresetName)
  name!: PresetName;

  @Field(() => String)
  description!: string;

  @Field(() => RecipeType, { description: 'With every default written out.' })
  recipe!: RecipeType;
}

@ObjectType('PipelineStage')
export class PipelineStageType implements PipelineStage {
  @Field(() => RunKind)
  kind!: RunKind;

  @Field(() => GraphQLJSONObject, {
    description: 'What to start it with: changes to the preset, or what `startFineTuneRun` takes besides the parent.',
  })
  changes!: object;

  @Field(() => RecipeType, { description: 'What that comes to where nothing else is asked for.' })
  recipe!: RecipeType;
}

@ObjectType('Pipeline', { description: 'Several runs, each going on where the one before ended.' })
export class PipelineType implements Pipeline {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  description!: string;

  @Field(() => PresetName, { description: 'Of the first stage.' })
  preset!: PresetName;

  @Field(() => [PipelineStageType])
  stages!: readonly PipelineStageType[];
}
