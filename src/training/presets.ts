import { type FirstTrainedLayer, fineTuneFrom, type Network } from '../network/networks.js';
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

/**
 * Defaults of fine-tune runs that differ from the parent's recipe: the seed experiment's second stage. The first trained
 * layer is the `late` one of the architecture.
 */
export const FINE_TUNE_DEFAULTS = { learningRate: 1e-5 } as const satisfies RecipeInput;

/**
 * The heads of `best` and `quick`; the stages after them inherit these settings. Chosen by accuracy on held-out images
 * (docs/adr/0006-best-recipe.md).
 */
const best: RecipeInput = { epochs: 4, dropout: 0.5, labelSmoothing: 0.1, validationFraction: 0.05 };
const quick: RecipeInput = { epochs: 4, labelSmoothing: 0.1, validationFraction: 0.05 };

/** A fine-tuning stage of theirs: a rate that rises and falls, and the weights of its end. */
const TUNED = {
  ...{ batchSize: 64, learningRate: 1e-3, schedule: 'COSINE', weightDecay: 0.05 },
  ...{ patience: null, restoreBest: false },
} as const satisfies RecipeInput;

/** Names of the presets. */
export const PresetName = { STANDARD: 'standard', SEED: 'seed', QUICK: 'quick', BEST: 'best' } as const;
export type PresetName = (typeof PresetName)[keyof typeof PresetName];

/** Starting points of a recipe; the caller's own values override them. */
export const PRESETS = { standard: {}, seed, quick, best } as const satisfies Record<PresetName, RecipeInput>;

export const PRESET_DESCRIPTIONS: Readonly<Record<PresetName, string>> = {
  standard: 'Validates on held-out images and keeps the best epoch.',
  seed: 'The seed experiment: validates on the test images and keeps the last epoch.',
  quick: 'The head of the quick pipeline.',
  best: 'The head of the most accurate pipeline.',
};

/** A fine-tuning stage. */
interface Stage extends Partial<Omit<RecipeInput, 'splitLayer'>> {
  /** Where fine-tuning starts: `late` by default. */
  readonly depth?: 'late' | 'early';
}

/** A fine-tuning stage on a network, as the input of `startFineTuneRun`. */
export type FineTuneStage = Omit<Stage, 'depth'> & { readonly fineTuneFrom?: FirstTrainedLayer };

interface Pipeline {
  readonly description: string;
  readonly preset: PresetName;
  readonly stages: readonly Stage[];
}

/** Sequences of runs, each continuing the one before: a preset for the head, then fine-tuning stages. */
export const PIPELINES = {
  transfer: { description: 'A head on the frozen backbone.', preset: 'standard', stages: [] },
  /**
   * The seed experiment's three stages. Each restarts Adam, as compiling a Keras model again does. Its test accuracies at
   * 299 px with ImageNet weights: 0.8687, 0.8724, 0.8768.
   */
  seed: {
    description: "The seed experiment's three stages: a head, then the last blocks too, twice.",
    preset: 'seed',
    stages: [
      { epochs: 4, patience: 0 },
      { epochs: 10, patience: 0 },
    ],
  },
  quick: {
    description: 'Useful in a minute or two: a head, then the last blocks too, for three epochs.',
    preset: 'quick',
    stages: [{ ...TUNED, depth: 'late', epochs: 3, warmUpEpochs: 0.5 }],
  },
  best: {
    description: 'The most accurate: a head, then most of the network too, longer and with mirrored images.',
    preset: 'best',
    stages: [{ ...TUNED, depth: 'early', epochs: 10, warmUpEpochs: 1, mirror: true }],
  },
} as const satisfies Record<string, Pipeline>;
export type PipelineName = keyof typeof PIPELINES;

export const isPipelineName = (name: string): name is PipelineName => Object.hasOwn(PIPELINES, name);

/** The fine-tuning stages of a pipeline on a network. */
export function stagesOn(network: Network, name: PipelineName): FineTuneStage[] {
  const { stages } = PIPELINES[name] as Pipeline;
  return stages.map(({ depth, ...stage }) => ({
    ...(depth && { fineTuneFrom: fineTuneFrom(network, depth) }),
    ...stage,
  }));
}
