import { HYPERPARAMETERS } from '../../training/hyperparameters.js';
import { type FineTuneStage, PIPELINES, PRESET_DESCRIPTIONS, PresetName } from '../../training/presets.js';
import type { Recipe } from '../../training/recipe.js';
import { resolveFineTuneRecipe, resolveRecipe } from '../../training/recipe-resolution.js';
import type { Hyperparameter, Pipeline, PipelineStage, Preset } from './recipe.js';

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

export function listPipelines(): Pipeline[] {
  return Object.entries(PIPELINES).map(([name, { description, preset, stages }]) => {
    const resolved: PipelineStage[] = [{ kind: 'TRANSFER', changes: {}, recipe: resolveRecipe(preset, {}) }];
    for (const stage of stages as readonly FineTuneStage[]) {
      const { fineTuneFrom, ...rest } = stage;
      const given = { ...rest, ...(fineTuneFrom && { splitLayer: fineTuneFrom }) };
      const recipe = resolveFineTuneRecipe(resolved.at(-1)?.recipe as Recipe, given);
      resolved.push({ kind: 'FINE_TUNE', changes: stage, recipe });
    }
    return { name, description, preset, stages: resolved };
  });
}
