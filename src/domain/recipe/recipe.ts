import type { HyperparameterKind } from '../../training/hyperparameters.js';
import type { PipelineStage } from '../../training/pipeline.js';
import type { PresetName } from '../../training/presets.js';
import type { Recipe, RunKind, Scale } from '../../training/recipe.js';

/** One field of a recipe: its type, range and defaults. */
export interface Hyperparameter {
  readonly name: string;
  readonly kind: HyperparameterKind;
  readonly description: string;
  /** Default of the preset `standard`. */
  readonly default: unknown;
  /** Default of a fine-tune run; undefined where it takes its parent's value. */
  readonly fineTuneDefault: unknown;
  /** Whether null is a value. */
  readonly nullable: boolean;
  readonly min: number | null;
  readonly max: number | null;
  /** Whether `min` itself is out of range. */
  readonly exclusiveMin: boolean;
  readonly scale: Scale;
  readonly unit: string | null;
  /** Values of a CHOICE; empty otherwise. */
  readonly choices: readonly string[];
  /** Kinds of run that accept it. */
  readonly runKinds: readonly RunKind[];
  /** Why trials of a sweep cannot differ in it; null where they can. */
  readonly fixedInSweeps: string | null;
}

/** A named starting point of a recipe. */
export interface Preset {
  readonly name: PresetName;
  readonly description: string;
  /** With every default resolved. */
  readonly recipe: Recipe;
}

/** A chain of runs; each starts from the weights of the one before. */
export interface Pipeline {
  readonly name: string;
  readonly description: string;
  /** Preset of the first stage. */
  readonly preset: PresetName;
  readonly stages: readonly PipelineStage[];
}
