import { Query, Resolver } from 'type-graphql';
import { listHyperparameters, listPipelines, listPresets } from './recipe.service.js';
import { HyperparameterType, PipelineType, PresetInfoType } from './recipe.type.js';

@Resolver()
export class RecipeResolver {
  @Query(() => [HyperparameterType], { description: 'Everything that a recipe says, with default, range and unit.' })
  hyperparameters(): HyperparameterType[] {
    return listHyperparameters();
  }

  @Query(() => [PresetInfoType])
  presets(): PresetInfoType[] {
    return listPresets();
  }

  @Query(() => [PipelineType])
  pipelines(): PipelineType[] {
    return listPipelines();
  }
}
