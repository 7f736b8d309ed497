import { Query, Resolver } from 'type-graphql';
import { listHyperparameters, listPipelines, listPresets } from '../../domain/recipe/recipe-service.js';
import { Needs } from '../permission.js';
import { HyperparameterType, PipelineType, PresetType } from './recipe.type.js';

@Resolver()
export class RecipeResolver {
  @Query(() => [HyperparameterType], { description: 'All fields of a recipe, with default, range and unit.' })
  @Needs('VIEWER')
  hyperparameters(): HyperparameterType[] {
    return listHyperparameters();
  }

  @Query(() => [PresetType], { description: 'Named starting points of a recipe.' })
  @Needs('VIEWER')
  presets(): PresetType[] {
    return listPresets();
  }

  @Query(() => [PipelineType], { description: 'Named chains of runs.' })
  @Needs('VIEWER')
  pipelines(): PipelineType[] {
    return listPipelines();
  }
}
