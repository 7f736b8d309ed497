import { DEFAULT_NETWORK, type Network } from '../network/networks.js';
import { PIPELINES, type PipelineName, stagesOn } from './presets.js';
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
 * The stages of a pipeline on a network.
 * @param overrides of the first stage; the later ones inherit them, except where their own settings differ. @throws BAD_INPUT.
 */
export function stagesOf(
  name: PipelineName,
  network: Network = DEFAULT_NETWORK,
  overrides: Readonly<Record<string, unknown>> = {},
): PipelineStage[] {
  const first = resolveRecipe(PIPELINES[name].preset, overrides, network);
  const resolved: PipelineStage[] = [{ kind: 'TRANSFER', changes: {}, recipe: first }];
  let parent = first;
  for (const changes of stagesOn(network, name)) {
    const { fineTuneFrom, ...rest } = changes;
    const given: RecipeInput = { ...rest, ...(fineTuneFrom && { splitLayer: fineTuneFrom }) };
    parent = resolveFineTuneRecipe(parent, given, network);
    resolved.push({ kind: 'FINE_TUNE', changes, recipe: parent });
  }
  return resolved;
}
