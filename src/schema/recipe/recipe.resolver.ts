import { Query, Resolver } from 'type-graphql';
import { Needs } from '../permission.js';
import { listHyperparameters, listPipelines, listPresets } from './recipe.service.js';
import { HyperparameterType, PipelineType, PresetInfoType } from './recipe.type.js';

@Resolver()
export class RecipeResolver {
  @Query(() => [HyperparameterType], { description: 'Everything that a recipe says, with default, range and unit.' })
  @Needs('VIEWER')
  hyperparameters(): HyperparameterType[] {
    return listHyperparameters();
  }

  @Query(() => [PresetInfoType])
  @Needs('VIEWER')
  presets(): PresetInfoType[] {
    return listPresets();
  }

  @Query(() => [PipelineType])
  @Needs('VIEWER')
  pipelines(): PipelineType[] {
    return listPipelines();
  }
}
