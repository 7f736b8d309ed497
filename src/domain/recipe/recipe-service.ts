import { DEFAULT_NETWORK, type Network } from '../../network/networks.js';
import { HYPERPARAMETERS } from '../../training/hyperparameters.js';
import { stagesOf } from '../../training/pipeline.js';
import { PIPELINES, type PipelineName, PRESET_DESCRIPTIONS, PresetName } from '../../training/presets.js';
import { resolveRecipe } from '../../training/recipe-resolution.js';
import type { Hyperparameter, Pipeline, Preset } from './recipe.js';

export function listHyperparameters(): Hyperparameter[] {
  return HYPERPARAMETERS.map((about) => ({
    ...about,
    min: about.min ?? null,
    max: about.max ?? null,
    scale: about.scale ?? 'LINEAR',
    unit: about.unit ?? null,
    choices: [...about.choices],
    runKinds: [...about.kinds],
    fixedInSweeps: about.fixedInSweeps ?? null,
  }));
}

export function listPresets(): Preset[] {
  return Object.values(PresetName).map((name) => ({
    name,
    description: PRESET_DESCRIPTIONS[name],
    recipe: resolveRecipe(name, {}),
  }));
}

/** The pipelines as they are on a network. */
export function listPipelines(network: Network = DEFAULT_NETWORK): Pipeline[] {
  return (Object.keys(PIPELINES) as PipelineName[]).map((name) => {
    const { description, preset } = PIPELINES[name];
    return { name, description, preset, stages: stagesOf(name, network) };
  });
}
