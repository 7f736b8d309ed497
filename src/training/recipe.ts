import { z } from 'zod';
import { FirstTrainedLayer, SMALLEST_IMAGE } from '../network/networks.js';

/** Images on which each epoch is evaluated. The test split is evaluated once, at the end, unless the recipe chooses it. */
export const ValidationSource = { HELD_OUT: 'HELD_OUT', TEST_SPLIT: 'TEST_SPLIT' } as const;
export type ValidationSource = keyof typeof ValidationSource;

export const Schedule = { CONSTANT: 'CONSTANT', COSINE: 'COSINE' } as const;
export type Schedule = keyof typeof Schedule;

export const RunKind = { TRANSFER: 'TRANSFER', FINE_TUNE: 'FINE_TUNE' } as const;
export type RunKind = keyof typeof RunKind;

/** Scale of a range: linear or logarithmic. */
export const Scale = { LINEAR: 'LINEAR', LOG: 'LOG' } as const;
export type Scale = keyof typeof Scale;

/** Documentation of a hyperparameter, in addition to its type, range and default. */
export interface HyperparameterText {
  /** One sentence without the range. */
  readonly description: string;
  readonly unit?: string;
  /** Scale on which its range is searched; linear by default. */
  readonly scale?: Scale;
  /** Kinds of run that accept it; all by default. */
  readonly kinds?: readonly RunKind[];
  /** Why the trials of a sweep cannot differ in it. */
  readonly fixedInSweeps?: string;
}

export const about = z.registry<HyperparameterText>();
const OTHER_FEATURES = 'it decides which features are computed, and a sweep computes them only once.';
const OTHER_IMAGES = 'figures on other images cannot be compared.';

/** All hyperparameters, each with its range, default and documentation. */
const fieldsSchema = z.strictObject({
  imageSize: z.int().min(SMALLEST_IMAGE).max(600).default(75).register(about, {
    description:
      'Side of the square image that the network sees; at least 75 for InceptionV3, 32 for EfficientNet-Lite0.',
    unit: 'pixels',
    fixedInSweeps: OTHER_FEATURES,
  }),
  splitLayer: z
    .enum(FirstTrainedLayer)
    .default('avg_pool')
    .register(about, {
      description: 'Layer after which everything trains. After avg_pool only the head trains: transfer learning.',
      kinds: ['FINE_TUNE'],
      fixedInSweeps: OTHER_FEATURES,
    }),
  batchSize: z.int().min(1).max(4096).default(300).register(about, {
    description: 'Examples per optimizer step.',
    unit: 'images',
    scale: 'LOG',
  }),
  epochs: z.int().min(1).max(1000).default(30).register(about, {
    description: 'Maximum number of passes over the training split.',
    unit: 'epochs',
    scale: 'LOG',
  }),
  learningRate: z.number().positive().max(1).default(1e-3).register(about, {
    description: "Adam's learning rate.",
    scale: 'LOG',
  }),
  schedule: z.enum(Schedule).default('CONSTANT').register(about, {
    description: 'Learning rate after the warm-up: constant, or half a cosine down to zero at the last step.',
  }),
  warmUpEpochs: z.number().min(0).max(100).default(0).register(about, {
    description: 'Epochs in which the learning rate rises linearly from zero.',
    unit: 'epochs',
  }),
  weightDecay: z.number().min(0).max(1).default(0).register(about, {
    description:
      'Decoupled weight decay (AdamW): each step shrinks every kernel by this share times the learning rate.',
  }),
  layerDecay: z.number().min(0.5).max(1).default(1).register(about, {
    description: 'Factor by which the learning rate falls with every block below the head. The head has the full rate.',
  }),
  liveStatistics: z
    .boolean()
    .default(false)
    .register(about, {
      description:
        'Whether batch normalizations after the first trained layer use the statistics of each batch and follow them, as in Keras with training=True, instead of keeping those of the backbone.',
      kinds: ['FINE_TUNE'],
    }),
  labelSmoothing: z.number().min(0).max(0.9).default(0).register(about, {
    description: 'Share of each target spread evenly over all classes.',
  }),
  classWeights: z
    .union([z.enum(['none', 'balanced']), z.record(z.string(), z.number().min(0).max(1000))], {
      error: 'must be none, balanced, or an object of weights by class name, each 0 to 1000',
    })
    .default('none')
    .register(about, {
      description:
        'Weights of the classes in the training loss, as class_weight in Keras: none; balanced, images / (classes * images of the class); or an object of weights by class name, each 0 to 1000. A class that is not named weighs 1. Validation and test losses are not weighted.',
    }),
  mixup: z.number().min(0).max(1).default(0).register(about, {
    description:
      'Mixup: examples of a batch and their targets are mixed in pairs at the first trained layer, with a weight from Beta(mixup, mixup). 0 turns it off.',
  }),
  cutmix: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .register(about, {
      description:
        'CutMix: at the first trained layer, a box of the maps of each example comes from a partner in its batch, and the targets are mixed by area. The share that stays is drawn from Beta(cutmix, cutmix). 0 turns it off. With mixup, each step draws one of the two.',
      kinds: ['FINE_TUNE'],
    }),
  cutout: z
    .number()
    .min(0)
    .max(0.75)
    .default(0)
    .register(about, {
      description:
        'Cutout: side of a square, as a share of the maps at the first trained layer, that is set to zero at a random place of each example. 0 turns it off.',
      kinds: ['FINE_TUNE'],
    }),
  mirror: z.boolean().default(false).register(about, {
    description: 'Whether half of the training images, drawn anew in every epoch, are mirrored horizontally.',
    fixedInSweeps: OTHER_FEATURES,
  }),
  crops: z.int().min(0).max(8).default(0).register(about, {
    description:
      'Number of random crops of each training image. Every epoch draws one of them or the uncropped image, plain or mirrored. Features of training images take crops + 1 times the space and time.',
    fixedInSweeps: OTHER_FEATURES,
  }),
  colorJitters: z.int().min(0).max(8).default(0).register(about, {
    description:
      'Number of copies of each training image whose brightness, contrast and saturation are changed at random by up to 40%. Every epoch draws one of all forms of an image. Each copy takes the space and time of features of an image.',
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
    .register(about, { description: 'Share of hidden units dropped during training.', kinds: ['TRANSFER'] }),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1)
    .register(about, {
      description: 'Seed of the initial weights, the order of examples, dropout and the held-out split.',
    }),
  validation: z
    .enum(ValidationSource)
    .default('HELD_OUT')
    .register(about, {
      description: 'Images on which each epoch is evaluated.',
      kinds: ['TRANSFER'],
      fixedInSweeps: OTHER_IMAGES,
    }),
  validationFraction: z
    .number()
    .min(0.01)
    .max(0.5)
    .default(0.1)
    .register(about, {
      description: 'Share of the training split held out when the dataset version has no validation split.',
      kinds: ['TRANSFER'],
      fixedInSweeps: OTHER_IMAGES,
    }),
  patience: z.int().min(0).max(1000).nullable().default(5).register(about, {
    description:
      'Epochs without a lower validation loss after which training stops early; empty (null) never stops it.',
    unit: 'epochs',
  }),
  restoreBest: z.boolean().default(true).register(about, {
    description: 'Whether to keep the epoch with the lowest validation loss instead of the last one.',
  }),
  averageEpochs: z.int().min(0).max(1000).default(0).register(about, {
    description:
      'Number of last epochs whose weights are averaged; the mean is kept and tested. 0 turns it off. At most epochs; requires restoreBest to be off and patience to be empty (null).',
    unit: 'epochs',
    fixedInSweeps: 'trials are compared by the figures of single epochs.',
  }),
});

/**
 * All settings of a run, given its data, backbone and parent. The defaults are those of the preset `standard`. The resolved
 * recipe is stored with the run and never changes.
 */
export const recipeSchema = fieldsSchema.superRefine(({ averageEpochs, epochs, patience, restoreBest }, context) => {
  if (averageEpochs === 0) return;
  const refuse = (message: string): void => context.addIssue({ code: 'custom', path: ['averageEpochs'], message });
  if (averageEpochs > epochs) refuse(`must not exceed epochs (${epochs})`);
  if (restoreBest) refuse('requires restoreBest false: either the best epoch is kept or the mean of the last ones');
  if (patience !== null)
    refuse(`requires patience null: the last epochs must be known in advance (patience is ${patience})`);
});
export type Recipe = z.output<typeof recipeSchema>;
export type ClassWeights = Recipe['classWeights'];

/** The layer after which everything trains. Recipes are stored and published with the key `splitLayer`. */
export function firstTrainedLayerOf({ splitLayer }: Pick<Recipe, 'splitLayer'>): FirstTrainedLayer {
  return splitLayer;
}

export type RecipeInput = z.input<typeof recipeSchema>;
