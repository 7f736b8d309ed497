import { HubError } from '../errors.js';
import { DEFAULT_NETWORK, type Network } from '../network/networks.js';
import { isForFineTuning } from './hyperparameters.js';
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
 * @param overrides of the first stage; the later ones inherit them, except where their own settings differ. Those that only
 * fine-tune runs have are set in each later stage. @throws BAD_INPUT.
 */
export function stagesOf(
  name: PipelineName,
  network: Network = DEFAULT_NETWORK,
  overrides: Readonly<Record<string, unknown>> = {},
): PipelineStage[] {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  const later = Object.fromEntries(given.filter(([field]) => isForFineTuning(field)));
  const first = resolveRecipe(
    PIPELINES[name].preset,
    Object.fromEntries(given.filter(([field]) => !isForFineTuning(field))),
    network,
  );
  const stages = stagesOn(network, name);
  if (stages.length === 0) refuseLater(name, Object.keys(later));
  const resolved: PipelineStage[] = [{ kind: 'TRANSFER', changes: {}, recipe: first }];
  let parent = first;
  for (const changes of stages) {
    const { fineTuneFrom, ...rest } = changes;
    const own: RecipeInput = { ...rest, ...(fineTuneFrom && { splitLayer: fineTuneFrom }) };
    parent = resolveFineTuneRecipe(parent, { ...later, ...own }, network);
    resolved.push({ kind: 'FINE_TUNE', changes, recipe: parent });
  }
  return resolved;
}

/** @throws BAD_INPUT for settings of stages that a pipeline does not have. */
function refuseLater(pipeline: PipelineName, fields: readonly string[]): void {
  if (fields.length === 0) return;
  const others = (Object.keys(PIPELINES) as PipelineName[]).filter((name) => PIPELINES[name].stages.length > 0);
  const message = `Only fine-tune runs have ${fields.join(', ')}, and the pipeline ${pipeline} has none: choose ${others.join(' or ')}.`;
  throw new HubError('BAD_INPUT', message, { received: fields });
}
