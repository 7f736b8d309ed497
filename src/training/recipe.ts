import { z } from 'zod';
import { HubError } from '../errors.js';
import { SMALLEST_IMAGE, SPLIT_LAYERS, type SplitLayer } from '../network/inception-v3.js';

/** Where the figures after each epoch come from. The test split is used once, at the end, unless the recipe says so. */
export const VALIDATIONS = ['HELD_OUT', 'TEST_SPLIT'] as const;

export const SCHEDULES = ['CONSTANT', 'COSINE'] as const;

/**
 * Everything that decides a run, given its data, its backbone and its parent. The defaults are those of the preset
 * `standard`; the resolved recipe is kept with the run and never changes.
 */
export const recipeSchema = z.strictObject({
  /** Side in pixels of the picture the network sees. */
  imageSize: z.int().min(SMALLEST_IMAGE).max(600).default(75),
  /** Where the frozen part ends: all behind it learns. Behind `avg_pool` that is the head alone: transfer. */
  splitLayer: z.enum(SPLIT_LAYERS).default('avg_pool'),
  /** Examples per optimizer step. */
  batchSize: z.int().min(1).max(4096).default(300),
  /** Passes over the training split at most. */
  epochs: z.int().min(1).max(1000).default(30),
  /** Adam's. */
  learningRate: z.number().positive().max(1).default(1e-3),
  /** How it goes on from there: as it is, or along half a cosine down to zero at the last step. */
  schedule: z.enum(SCHEDULES).default('CONSTANT'),
  /** Epochs in which it rises evenly from zero, before anything else. */
  warmUpEpochs: z.number().min(0).max(100).default(0),
  /** What a step takes off every kernel besides: this share times the learning rate. Decoupled from Adam, as in AdamW. */
  weightDecay: z.number().min(0).max(1).default(0),
  /** Share of each target that is spread evenly over all classes. */
  labelSmoothing: z.number().min(0).max(0.9).default(0),
  /** Whether every second picture, drawn anew in every epoch, is seen mirrored, left for right, while training. */
  mirror: z.boolean().default(false),
  /** Units of the head's hidden layer. */
  hiddenUnits: z.int().min(1).max(8192).default(500),
  /** Share of hidden units dropped while training. */
  dropout: z.number().min(0).max(0.95).default(0.3),
  /** Decides initial weights, order, dropout and the held-out split. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
  validation: z.enum(VALIDATIONS).default('HELD_OUT'),
  /** Share of the training split held out when the dataset version brings no validation split. */
  validationFraction: z.number().min(0.01).max(0.5).default(0.1),
  /** Epochs without a better validation loss after which training ends; null never ends it early. */
  patience: z.int().min(0).max(1000).nullable().default(5),
  /** Whether the epoch with the best validation loss is kept, or the last one. */
  restoreBest: z.boolean().default(true),
});
export type Recipe = z.output<typeof recipeSchema>;
export type RecipeInput = z.input<typeof recipeSchema>;

/** The seed experiment: a Keras notebook, transfer learning on CIFAR-10, validated on the test images. */
const seed: RecipeInput = {
  imageSize: 299,
  batchSize: 300,
  epochs: 4,
  learningRate: 1e-3,
  hiddenUnits: 500,
  dropout: 0.3,
  validation: 'TEST_SPLIT',
  patience: 0,
  restoreBest: false,
};

/** What fine-tuning does differently where nothing is said: the seed experiment's second stage. */
export const FINE_TUNE_DEFAULTS = { splitLayer: 'mixed5', learningRate: 1e-5 } as const satisfies RecipeInput;

/**
 * The head of `best`. What it asks for besides is inherited by the stage behind it. Chosen by the accuracy on held-out
 * images (docs/adr/0006-best-recipe.md).
 */
const best: RecipeInput = { epochs: 4, dropout: 0.5, labelSmoothing: 0.1, mirror: true };

/** Named starting points; what a caller gives goes over them. */
export const PRESETS = { standard: {}, seed, best } as const satisfies Record<string, RecipeInput>;
export type PresetName = keyof typeof PRESETS;

/** A stage that goes on from the one before, as `startFineTuneRun` takes it. */
export type FineTuneStage = Partial<Omit<RecipeInput, 'splitLayer'>> & { readonly fineTuneFrom?: SplitLayer };

/** Several runs, each going on where the one before ended: a preset for the head, and stages of fine-tuning. */
export const PIPELINES = {
  transfer: { preset: 'standard', stages: [] },
  /**
   * The seed experiment's three stages. Each begins with Adam anew, as compiling a Keras model again does. Its figures at
   * 299 px with ImageNet's weights: 0.8687, 0.8724, 0.8768.
   */
  seed: {
    preset: 'seed',
    stages: [
      { epochs: 4, patience: 0 },
      { epochs: 10, patience: 0 },
    ],
  },
  best: {
    preset: 'best',
    stages: [
      {
        fineTuneFrom: 'mixed2',
        batchSize: 64,
        epochs: 10,
        learningRate: 5e-4,
        schedule: 'COSINE',
        warmUpEpochs: 1,
        weightDecay: 0.05,
        patience: null,
        restoreBest: false,
      },
    ],
  },
} as const satisfies Record<string, { readonly preset: PresetName; readonly stages: readonly FineTuneStage[] }>;
export type PipelineName = keyof typeof PIPELINES;

/** Fills in preset and defaults. Throws BAD_INPUT naming each wrong field, its range and what was received. */
export function resolveRecipe(preset: PresetName, overrides: Readonly<Record<string, unknown>>): Recipe {
  return resolveOver(PRESETS[preset], overrides);
}

/**
 * The recipe of a run that goes on where its parent ended: the parent's, but for what fine-tuning does differently and
 * what is given. Image size and head are those of the parent and cannot be given.
 */
export function resolveFineTuneRecipe(parent: Recipe, overrides: Readonly<Record<string, unknown>>): Recipe {
  const recipe = resolveOver({ ...parent, ...FINE_TUNE_DEFAULTS }, overrides);
  const place = (layer: Recipe['splitLayer']): number => SPLIT_LAYERS.indexOf(layer);
  if (recipe.splitLayer === 'avg_pool') {
    throw new HubError('BAD_INPUT', 'Fine-tuning begins behind mixed0 to mixed10 (received "avg_pool").');
  }
  if (place(recipe.splitLayer) > place(parent.splitLayer)) {
    const message = `The parent run trained all behind ${parent.splitLayer}: a run that goes on cannot freeze a part of that again (received "${recipe.splitLayer}").`;
    throw new HubError('BAD_INPUT', message, { parent: parent.splitLayer, received: recipe.splitLayer });
  }
  return recipe;
}

function resolveOver(base: RecipeInput, overrides: Readonly<Record<string, unknown>>): Recipe {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const result = recipeSchema.safeParse({ ...base, ...given });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const field = issue.path.join('.');
    const received = field in given ? ` (received ${JSON.stringify(given[field])})` : '';
    return `${field ? `${field}: ` : ''}${issue.message}${received}`;
  });
  throw new HubError('BAD_INPUT', `The recipe cannot be used: ${problems.join('; ')}.`, { problems });
}
