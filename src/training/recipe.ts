import { z } from 'zod';
import { FirstTrainedLayer, SMALLEST_IMAGE } from '../network/inception-v3.js';

/** Where the figures after each epoch come from. The test split is used once, at the end, unless the recipe says so. */
export const ValidationSource = { HELD_OUT: 'HELD_OUT', TEST_SPLIT: 'TEST_SPLIT' } as const;
export type ValidationSource = keyof typeof ValidationSource;

export const Schedule = { CONSTANT: 'CONSTANT', COSINE: 'COSINE' } as const;
export type Schedule = keyof typeof Schedule;

export const RunKind = { TRANSFER: 'TRANSFER', FINE_TUNE: 'FINE_TUNE' } as const;
export type RunKind = keyof typeof RunKind;

/** How steps through a range are taken: added or multiplied. */
export const Scale = { LINEAR: 'LINEAR', LOG: 'LOG' } as const;
export type Scale = keyof typeof Scale;

/** What people and programs are told of a hyperparameter besides its type, its range and its default. */
export interface HyperparameterText {
  /** One sentence without the range. */
  readonly description: string;
  readonly unit?: string;
  /** How to go through its range; evenly where nothing is said. */
  readonly scale?: Scale;
  /** The kinds of run that can be given it; all where nothing is said. */
  readonly kinds?: readonly RunKind[];
  /** Why the runs of a sweep cannot differ in it. */
  readonly fixedInSweeps?: string;
}

export const about = z.registry<HyperparameterText>();
const OTHER_FEATURES = 'it decides which features are computed, and a sweep computes them once.';
const OTHER_IMAGES = 'figures on other images cannot be compared.';

/** All hyperparameters and all there is to say about each. */
const fieldsSchema = z.strictObject({
  imageSize: z
    .int()
    .min(SMALLEST_IMAGE)
    .max(600)
    .default(75)
    .register(about, {
      description: 'Side in pixels of the square picture that the network sees.',
      unit: 'pixels',
      kinds: ['TRANSFER'],
      fixedInSweeps: OTHER_FEATURES,
    }),
  splitLayer: z
    .enum(FirstTrainedLayer)
    .default('avg_pool')
    .register(about, {
      description:
        'Where the frozen part ends: all behind it learns. Behind avg_pool that is the head alone: transfer.',
      kinds: ['FINE_TUNE'],
      fixedInSweeps: OTHER_FEATURES,
    }),
  batchSize: z.int().min(1).max(4096).default(300).register(about, {
    description: 'Examples per optimizer step.',
    unit: 'images',
    scale: 'LOG',
  }),
  epochs: z.int().min(1).max(1000).default(30).register(about, {
    description: 'Passes over the training split at most.',
    unit: 'epochs',
    scale: 'LOG',
  }),
  learningRate: z.number().positive().max(1).default(1e-3).register(about, {
    description: "Adam's learning rate.",
    scale: 'LOG',
  }),
  schedule: z.enum(Schedule).default('CONSTANT').register(about, {
    description: 'How the learning rate goes on: as it is, or along half a cosine down to zero at the last step.',
  }),
  warmUpEpochs: z.number().min(0).max(100).default(0).register(about, {
    description: 'How long the learning rate rises evenly from zero, before anything else.',
    unit: 'epochs',
  }),
  weightDecay: z.number().min(0).max(1).default(0).register(about, {
    description:
      'What a step takes off every kernel besides: this share times the learning rate. Decoupled from Adam, as in AdamW.',
  }),
  layerDecay: z.number().min(0.5).max(1).default(1).register(about, {
    description:
      'How the learning rates of layers fall: by this factor with every inception block from the head down. The head has the full rate.',
  }),
  labelSmoothing: z.number().min(0).max(0.9).default(0).register(about, {
    description: 'Share of each target that is spread evenly over all classes.',
  }),
  mixup: z.number().min(0).max(1).default(0).register(about, {
    description:
      'How evenly the examples of a batch and their targets are mixed in pairs, at the split layer: by a share from Beta(mixup, mixup); 0 mixes none.',
  }),
  mirror: z.boolean().default(false).register(about, {
    description:
      'Whether every second picture, drawn anew in every epoch, is seen mirrored, left for right, while training.',
    fixedInSweeps: OTHER_FEATURES,
  }),
  crops: z.int().min(0).max(8).default(0).register(about, {
    description:
      'Randomly cropped variants of each training picture; every epoch draws one of them or the plain (or mirrored) one. Features of training pictures take crops + 1 times the room, and the time to compute them.',
    fixedInSweeps: OTHER_FEATURES,
  }),
  hiddenUnits: z
    .int()
    .min(1)
    .max(8192)
    .default(500)
    .register(about, {
      description: "Size of the head's hidden layer.",
      unit: 'units',
      scale: 'LOG',
      kinds: ['TRANSFER'],
    }),
  dropout: z
    .number()
    .min(0)
    .max(0.95)
    .default(0.3)
    .register(about, { description: 'Share of hidden units dropped while training.', kinds: ['TRANSFER'] }),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1)
    .register(about, { description: 'Decides initial weights, order, dropout and the held-out split.' }),
  validation: z
    .enum(ValidationSource)
    .default('HELD_OUT')
    .register(about, {
      description: 'On which images the figures after each epoch are taken.',
      kinds: ['TRANSFER'],
      fixedInSweeps: OTHER_IMAGES,
    }),
  validationFraction: z
    .number()
    .min(0.01)
    .max(0.5)
    .default(0.1)
    .register(about, {
      description: 'Share of the training split held out when the dataset version brings no validation split.',
      kinds: ['TRANSFER'],
      fixedInSweeps: OTHER_IMAGES,
    }),
  patience: z.int().min(0).max(1000).nullable().default(5).register(about, {
    description: 'Epochs without a better validation loss after which training ends; null never ends it early.',
    unit: 'epochs',
  }),
  restoreBest: z.boolean().default(true).register(about, {
    description: 'Whether the epoch with the best validation loss is kept, or the last one.',
  }),
  averageEpochs: z.int().min(0).max(1000).default(0).register(about, {
    description:
      'Epochs at the end whose weights are averaged: their mean is kept and tested; 0 averages none. No more than epochs; needs restoreBest false and patience null.',
    unit: 'epochs',
    fixedInSweeps: 'trials are compared by the figures of single epochs.',
  }),
});

/**
 * Everything that decides a run, given its data, its backbone and its parent. The defaults are those of the preset
 * `standard`; the resolved recipe is kept with the run and never changes.
 */
export const recipeSchema = fieldsSchema.superRefine(({ averageEpochs, epochs, patience, restoreBest }, context) => {
  if (averageEpochs === 0) return;
  const refuse = (message: string): void => context.addIssue({ code: 'custom', path: ['averageEpochs'], message });
  if (averageEpochs > epochs) refuse(`no more than there are epochs, which is ${epochs}`);
  if (restoreBest) refuse('needs restoreBest false: either the best epoch is kept or the mean of the last ones');
  if (patience !== null)
    refuse(`needs patience null: which epochs are the last must be known (patience is ${patience})`);
});
export type Recipe = z.output<typeof recipeSchema>;

/** The layer after which everything trains. Recipes are stored and published with the key `splitLayer`; code reads it here. */
export function firstTrainedLayerOf({ splitLayer }: Pick<Recipe, 'splitLayer'>): FirstTrainedLayer {
  return splitLayer;
}

export type RecipeInput = z.input<typeof recipeSchema>;
