import type { FirstTrainedLayer } from '../network/inception-v3.js';
import type { RecipeInput } from './recipe.js';

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

/** Names of the presets. */
export const PresetName = { STANDARD: 'standard', SEED: 'seed', BEST: 'best' } as const;
export type PresetName = (typeof PresetName)[keyof typeof PresetName];

/** Starting points of a recipe; the caller's own values override them. */
export const PRESETS = { standard: {}, seed, best } as const satisfies Record<PresetName, RecipeInput>;

export const PRESET_DESCRIPTIONS: Readonly<Record<PresetName, string>> = {
  standard: 'Holds images out to validate on and keeps the best epoch.',
  seed: 'The seed experiment: validated on the test images, the last epoch kept.',
  best: 'The head that the most accurate pipeline begins with.',
};

/** A stage that goes on from the one before, as `startFineTuneRun` takes it. */
export type FineTuneStage = Partial<Omit<RecipeInput, 'splitLayer'>> & { readonly fineTuneFrom?: FirstTrainedLayer };

interface Pipeline {
  readonly description: string;
  readonly preset: PresetName;
  readonly stages: readonly FineTuneStage[];
}

/** Several runs, each going on where the one before ended: a preset for the head, and stages of fine-tuning. */
export const PIPELINES = {
  transfer: { description: 'A head on the frozen backbone.', preset: 'standard', stages: [] },
  /**
   * The seed experiment's three stages. Each begins with Adam anew, as compiling a Keras model again does. Its figures at
   * 299 px with ImageNet's weights: 0.8687, 0.8724, 0.8768.
   */
  seed: {
    description: "The seed experiment's three stages: a head, then twice everything behind mixed5.",
    preset: 'seed',
    stages: [
      { epochs: 4, patience: 0 },
      { epochs: 10, patience: 0 },
    ],
  },
  best: {
    description: 'For the accuracy: a head, then everything behind mixed2, longer and with mirrored pictures.',
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
} as const satisfies Record<string, Pipeline>;
export type PipelineName = keyof typeof PIPELINES;
