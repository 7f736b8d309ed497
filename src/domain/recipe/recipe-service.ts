import type {
  HyperparameterType,
  PipelineStageType,
  PipelineType,
  PresetInfoType,
} from '../../schema/recipe/recipe.type.js';
import { HYPERPARAMETERS } from '../../training/hyperparameters.js';
import {
  type FineTuneStage,
  PIPELINES,
  PRESET_DESCRIPTIONS,
  PRESETS,
  type PresetName,
} from '../../training/presets.js';
import { resolveFineTuneRecipe, resolveRecipe } from '../../training/recipe-resolution.js';

export function listHyperparameters(): HyperparameterType[] {
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

export function listPresets(): PresetInfoType[] {
  return (Object.keys(PRESETS) as PresetName[]).map((name) => ({
    name,
    description: PRESET_DESCRIPTIONS[name],
    recipe: resolveRecipe(name, {}),
  }));
}

export function listPipelines(): PipelineType[] {
  return Object.entries(PIPELINES).map(([name, { description, preset, stages }]) => {
    const resolved: PipelineStageType[] = [{ kind: 'TRANSFER', changes: {}, recipe: resolveRecipe(preset, {}) }];
    for (const stage of stages as readonly FineTuneStage[]) {
      const { fineTuneFrom, ...rest } = stage;
      const given = { ...rest, ...(fineTuneFrom && { splitLayer: fineTuneFrom }) };
      const recipe = resolveFineTuneRecipe(resolved.at(-1)?.recipe as PipelineStageType['recipe'], given);
      resolved.push({ kind: 'FINE_TUNE', changes: stage, recipe });
    }
    return { name, description, preset, stages: resolved };
  });
}
