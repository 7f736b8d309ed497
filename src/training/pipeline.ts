import { type FineTuneStage, PIPELINES, type PipelineName } from './presets.js';
import type { Recipe, RecipeInput, RunKind } from './recipe.js';
import { resolveFineTuneRecipe, resolveRecipe } from './recipe-resolution.js';

/** One run of a pipeline. */
export interface PipelineStage {
  readonly kind: RunKind;
  /** Overrides of the preset, or the arguments of `startFineTuneRun` other than the parent. */
  readonly changes: object;
  /** The resolved recipe. */
  readonly recipe: Recipe;
}

/**
 * The stages of a pipeline.
 * @param overrides of the first stage; the later ones inherit them, except where their own settings differ. @throws BAD_INPUT.
 */
export function stagesOf(name: PipelineName, overrides: Readonly<Record<string, unknown>> = {}): PipelineStage[] {
  const { preset, stages } = PIPELINES[name];
  const first = resolveRecipe(preset, overrides);
  const resolved: PipelineStage[] = [{ kind: 'TRANSFER', changes: {}, recipe: first }];
  let parent = first;
  for (const changes of stages as readonly FineTuneStage[]) {
    const { fineTuneFrom, ...rest } = changes;
    const given: RecipeInput = { ...rest, ...(fineTuneFrom && { splitLayer: fineTuneFrom }) };
    parent = resolveFineTuneRecipe(parent, given);
    resolved.push({ kind: 'FINE_TUNE', changes, recipe: parent });
  }
  return resolved;
}
