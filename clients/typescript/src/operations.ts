// Made by "npm run clients" from schema.graphql and clients/operations; do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** A named starting point of a recipe; the query `presets` describes them. */
export type Preset =
  /** The head of the most accurate pipeline. */
  | 'BEST'
  /** The head of the quick pipeline. */
  | 'QUICK'
  /** The seed experiment: validates on the test images and keeps the last epoch. */
  | 'SEED'
  /** Validates on held-out images and keeps the best epoch. */
  | 'STANDARD';

/** The version to promote, and the alias to move. */
export type PromoteModelVersionInput = {
  /** A name has 1 to 64 characters: lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit. */
  readonly alias?: string;
  /** Number of the version that you expect the alias to point to, 0 for none. The move is refused if the alias has moved since. */
  readonly expectedVersion?: number | null | undefined;
  /** Name of the model. */
  readonly model: string;
  /** Promote the version even if it is not ready. It then serves 32-bit floats, also after its 8-bit form is measured. */
  readonly now?: boolean;
  /** Move the alias although the gate refuses. The move records it. */
  readonly overrideGate?: boolean;
  /** Reason, recorded in the audit log. 1 to 1000 characters. */
  readonly reason: string;
  /** Number of the version. */
  readonly version: number;
};

/** Overrides of a preset. The defaults named here are those of STANDARD. Values out of range are refused. */
export type RecipeInput = {
  /** Number of last epochs whose weights are averaged; the mean is kept and tested. 0 turns it off. At most epochs; requires restoreBest to be off and patience to be empty (null). Default: 0. Range: 0 to 1000 epochs. */
  readonly averageEpochs?: number | null | undefined;
  /** Examples per optimizer step. Default: 300. Range: 1 to 4096 images. */
  readonly batchSize?: number | null | undefined;
  /** Weights of the classes in the training loss, as class_weight in Keras: none; balanced, images / (classes * images of the class); or an object of weights by class name, each 0 to 1000. A class that is not named weighs 1. Validation and test losses are not weighted. Default: none. */
  readonly classWeights?: unknown;
  /** Number of copies of each training image whose brightness, contrast and saturation are changed at random by up to 40%. Every epoch draws one of all forms of an image. Each copy takes the space and time of features of an image. Default: 0. Range: 0 to 8. */
  readonly colorJitters?: number | null | undefined;
  /** Number of random crops of each training image. Every epoch draws one of them or the uncropped image, plain or mirrored. Features of training images take crops + 1 times the space and time. Default: 0. Range: 0 to 8. */
  readonly crops?: number | null | undefined;
  /** Share of hidden units dropped during training. Default: 0.3. Range: 0 to 0.95. */
  readonly dropout?: number | null | undefined;
  /** Maximum number of passes over the training split. Default: 30. Range: 1 to 1000 epochs. */
  readonly epochs?: number | null | undefined;
  /** Size of the head's hidden layer. Default: 500. Range: 1 to 8192 units. */
  readonly hiddenUnits?: number | null | undefined;
  /** Side of the square image that the network sees; at least 75 for InceptionV3, 32 for EfficientNet-Lite0. Default: 75. Range: 32 to 600 pixels. */
  readonly imageSize?: number | null | undefined;
  /** Share of each target spread evenly over all classes. Default: 0. Range: 0 to 0.9. */
  readonly labelSmoothing?: number | null | undefined;
  /** Factor by which the learning rate falls with every block below the head. The head has the full rate. Default: 1. Range: 0.5 to 1. */
  readonly layerDecay?: number | null | undefined;
  /** Adam's learning rate. Default: 0.001; 0.00001 for fine-tuning. Range: above 0, at most 1. */
  readonly learningRate?: number | null | undefined;
  /** Whether half of the training images, drawn anew in every epoch, are mirrored horizontally. Default: false. */
  readonly mirror?: boolean | null | undefined;
  /** Mixup: examples of a batch and their targets are mixed in pairs at the first trained layer, with a weight from Beta(mixup, mixup). 0 turns it off. Default: 0. Range: 0 to 1. */
  readonly mixup?: number | null | undefined;
  /** Epochs without a lower validation loss after which training stops early; empty (null) never stops it. Default: 5. Range: 0 to 1000 epochs. */
  readonly patience?: number | null | undefined;
  /** Whether to keep the epoch with the lowest validation loss instead of the last one. Default: true. */
  readonly restoreBest?: boolean | null | undefined;
  /** Learning rate after the warm-up: constant, or half a cosine down to zero at the last step. Default: CONSTANT. */
  readonly schedule?: Schedule | null | undefined;
  /** Seed of the initial weights, the order of examples, dropout and the held-out split. Default: 1. Range: 0 to 2147483647. */
  readonly seed?: number | null | undefined;
  /** Images on which each epoch is evaluated. Default: HELD_OUT. */
  readonly validation?: ValidationSource | null | undefined;
  /** Share of the training split held out when the dataset version has no validation split. Default: 0.1. Range: 0.01 to 0.5. */
  readonly validationFraction?: number | null | undefined;
  /** Epochs in which the learning rate rises linearly from zero. Default: 0. Range: 0 to 100 epochs. */
  readonly warmUpEpochs?: number | null | undefined;
  /** Decoupled weight decay (AdamW): each step shrinks every kernel by this share times the learning rate. Default: 0. Range: 0 to 1. */
  readonly weightDecay?: number | null | undefined;
};

/** A source of labeled images: class folders, optionally inside train, validation and test folders, or files listed in a table `labels.csv` or `labels.jsonl` (file, label, split). Give exactly one of upload, path and url. */
export type RegisterDatasetVersionInput = {
  /** Name of the dataset. */
  readonly dataset: string;
  /** The encoding of names in a zip archive that are not marked as UTF-8, if you know it: cp437, cp850, cp852, cp866, windows-1250, windows-1251, windows-1252, windows-1253, windows-1254, windows-1255, windows-1256, windows-1257, windows-1258, windows-874, iso-8859-1, iso-8859-2, iso-8859-15, koi8-r, shift_jis, euc-jp, gbk, gb18030, big5, euc-kr. Without it such names are refused. */
  readonly nameEncoding?: string | null | undefined;
  /** A folder or archive on the server, in a folder given by `hub start --allow`. */
  readonly path?: string | null | undefined;
  /** A key of your choice, 8 to 64 characters, for `ingestionProgress` and `cancelIngestion`. */
  readonly progressKey?: string | number | null | undefined;
  /** Seed of the draw. 0 or more. */
  readonly seed?: number;
  /** Share of each class to draw as test split when the source has none. */
  readonly testFraction?: number;
  /** A zip, tar, tar.gz or tar.zst archive. */
  readonly upload?: Blob | null | undefined;
  /** The https address of an archive. */
  readonly url?: string | null | undefined;
  /** Share of each class to draw as validation split when the source has none. */
  readonly validationFraction?: number;
};

/** Permissions of a token. Each role includes the previous one: VIEWER, TRAINER, MAINTAINER, ADMIN. */
export type Role =
  /** Creates and revokes tokens, and changes settings. */
  | 'ADMIN'
  /** Promotes, rolls back, deletes, and reads the audit log. */
  | 'MAINTAINER'
  /** Adds data, starts runs and registers their models. */
  | 'TRAINER'
  /** Reads and classifies. */
  | 'VIEWER';

/** The alias to move back. */
export type RollBackInput = {
  /** Name of the alias. */
  readonly alias?: string;
  /** Number of the version that you expect the alias to point to, 0 for none. The move is refused if the alias has moved since. */
  readonly expectedVersion?: number | null | undefined;
  /** Name of the model. */
  readonly model: string;
  /** Reason, recorded in the audit log. 1 to 1000 characters. */
  readonly reason: string;
};

/** Names the field that an event has: state, epoch, message, progress or system. */
export type RunEventKind =
  /** An epoch ended. */
  | 'EPOCH'
  /** A line of the log. */
  | 'LOG'
  /** Progress in a phase. */
  | 'PROGRESS'
  /** The state changed. */
  | 'STATE'
  /** Use of processor and memory. */
  | 'SYSTEM';

/** What a run trains. */
export type RunKind =
  /** Continues from a finished run and trains a part of the backbone too. */
  | 'FINE_TUNE'
  /** Trains a head on a frozen backbone. */
  | 'TRANSFER';

/** Phase of a running run. */
export type RunPhase =
  /** Fetching and reading the backbone. */
  | 'BACKBONE'
  /** Evaluating on the test images. */
  | 'EVALUATION'
  /** Computing the frozen layers' output for all images. */
  | 'FEATURES'
  /** Training epochs. */
  | 'TRAINING';

/** SUCCEEDED, FAILED and CANCELLED are final. */
export type RunState =
  /** Canceled before its end; `resumeRun` continues a run. */
  | 'CANCELLED'
  /** Failed; `error` says why. */
  | 'FAILED'
  /** Waiting in the queue. */
  | 'QUEUED'
  /** Running. */
  | 'RUNNING'
  /** Ended with a result. */
  | 'SUCCEEDED';

/** Course of the learning rate after the warm-up. */
export type Schedule =
  /** The same rate in every step. */
  | 'CONSTANT'
  /** Half a cosine, down to zero at the last step. */
  | 'COSINE';

/** A part of a dataset version. */
export type Split =
  /** Images that runs are evaluated on at their end. */
  | 'TEST'
  /** Images that runs learn from. */
  | 'TRAIN'
  /** Images that epochs are compared on. */
  | 'VALIDATION';

/** A layer of an architecture, at the end of one of its blocks. Everything after it trains; after avg_pool only the head does. */
export type SplitLayer =
  /** The pooling after the last block. */
  | 'avg_pool'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block0'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block1'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block2'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block3'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block4'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block5'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block6'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block7'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block8'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block9'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block10'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block11'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block12'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block13'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block14'
  /** The end of a block of EfficientNet-Lite0. */
  | 'block15'
  /** The end of a block of InceptionV3. */
  | 'mixed0'
  /** The end of a block of InceptionV3. */
  | 'mixed1'
  /** The end of a block of InceptionV3. */
  | 'mixed2'
  /** The end of a block of InceptionV3. */
  | 'mixed3'
  /** The end of a block of InceptionV3. */
  | 'mixed4'
  /** The end of a block of InceptionV3. */
  | 'mixed5'
  /** The end of a block of InceptionV3. */
  | 'mixed6'
  /** The end of a block of InceptionV3. */
  | 'mixed7'
  /** The end of a block of InceptionV3. */
  | 'mixed8'
  /** The end of a block of InceptionV3. */
  | 'mixed9'
  /** The end of a block of InceptionV3. */
  | 'mixed10'
  /** The end of a block of EfficientNet-Lite0. */
  | 'top_conv';

/** Fields that are left out have the parent run's value, or the default for fine-tuning where one is named. Values out of range are refused. */
export type StartFineTuneRunInput = {
  /** Number of last epochs whose weights are averaged; the mean is kept and tested. 0 turns it off. At most epochs; requires restoreBest to be off and patience to be empty (null). Default: 0. Range: 0 to 1000 epochs. */
  readonly averageEpochs?: number | null | undefined;
  /** Examples per optimizer step. Default: 300. Range: 1 to 4096 images. */
  readonly batchSize?: number | null | undefined;
  /** Weights of the classes in the training loss, as class_weight in Keras: none; balanced, images / (classes * images of the class); or an object of weights by class name, each 0 to 1000. A class that is not named weighs 1. Validation and test losses are not weighted. Default: none. */
  readonly classWeights?: unknown;
  /** Number of copies of each training image whose brightness, contrast and saturation are changed at random by up to 40%. Every epoch draws one of all forms of an image. Each copy takes the space and time of features of an image. Default: 0. Range: 0 to 8. */
  readonly colorJitters?: number | null | undefined;
  /** Number of random crops of each training image. Every epoch draws one of them or the uncropped image, plain or mirrored. Features of training images take crops + 1 times the space and time. Default: 0. Range: 0 to 8. */
  readonly crops?: number | null | undefined;
  /** CutMix: at the first trained layer, a box of the maps of each example comes from a partner in its batch, and the targets are mixed by area. The share that stays is drawn from Beta(cutmix, cutmix). 0 turns it off. With mixup, each step draws one of the two. Default: 0. Range: 0 to 1. */
  readonly cutmix?: number | null | undefined;
  /** Cutout: side of a square, as a share of the maps at the first trained layer, that is set to zero at a random place of each example. 0 turns it off. Default: 0. Range: 0 to 0.75. */
  readonly cutout?: number | null | undefined;
  /** Maximum number of passes over the training split. Default: 30. Range: 1 to 1000 epochs. */
  readonly epochs?: number | null | undefined;
  /** Layer after which everything trains: a block of the backbone's architecture, not later than in the parent run. Without it the architecture's own, which `architecture` tells: mixed5 of InceptionV3. */
  readonly fineTuneFrom?: SplitLayer | null | undefined;
  /** Side of the square image that the network sees; at least 75 for InceptionV3, 32 for EfficientNet-Lite0. Default: 75. Range: 32 to 600 pixels. */
  readonly imageSize?: number | null | undefined;
  /** Share of each target spread evenly over all classes. Default: 0. Range: 0 to 0.9. */
  readonly labelSmoothing?: number | null | undefined;
  /** Factor by which the learning rate falls with every block below the head. The head has the full rate. Default: 1. Range: 0.5 to 1. */
  readonly layerDecay?: number | null | undefined;
  /** Adam's learning rate. Default: 0.001; 0.00001 for fine-tuning. Range: above 0, at most 1. */
  readonly learningRate?: number | null | undefined;
  /** Whether batch normalizations after the first trained layer use the statistics of each batch and follow them, as in Keras with training=True, instead of keeping those of the backbone. Default: false. */
  readonly liveStatistics?: boolean | null | undefined;
  /** Whether half of the training images, drawn anew in every epoch, are mirrored horizontally. Default: false. */
  readonly mirror?: boolean | null | undefined;
  /** Mixup: examples of a batch and their targets are mixed in pairs at the first trained layer, with a weight from Beta(mixup, mixup). 0 turns it off. Default: 0. Range: 0 to 1. */
  readonly mixup?: number | null | undefined;
  /** Name for people: one line of at most 100 characters, which need not be unique. */
  readonly name?: string | null | undefined;
  /** Note for people, at most 2000 characters. */
  readonly note?: string | null | undefined;
  /** A run that has succeeded; training starts from its weights. */
  readonly parentRunId: string | number;
  /** Epochs without a lower validation loss after which training stops early; empty (null) never stops it. Default: 5. Range: 0 to 1000 epochs. */
  readonly patience?: number | null | undefined;
  /** Whether to keep the epoch with the lowest validation loss instead of the last one. Default: true. */
  readonly restoreBest?: boolean | null | undefined;
  /** Learning rate after the warm-up: constant, or half a cosine down to zero at the last step. Default: CONSTANT. */
  readonly schedule?: Schedule | null | undefined;
  /** Seed of the initial weights, the order of examples, dropout and the held-out split. Default: 1. Range: 0 to 2147483647. */
  readonly seed?: number | null | undefined;
  /** Epochs in which the learning rate rises linearly from zero. Default: 0. Range: 0 to 100 epochs. */
  readonly warmUpEpochs?: number | null | undefined;
  /** Decoupled weight decay (AdamW): each step shrinks every kernel by this share times the learning rate. Default: 0. Range: 0 to 1. */
  readonly weightDecay?: number | null | undefined;
};

/** The data, backbone and recipe of a TRANSFER run. */
export type StartTransferRunInput = {
  /** Name of a backbone: "imagenet", "tiny-imagenet-2", "efficientnet-lite0", or one added with `addBackbone`. */
  readonly backbone: string;
  /** Id of the dataset version to train on. */
  readonly datasetVersionId: string | number;
  /** Name for people: one line of at most 100 characters, which need not be unique. */
  readonly name?: string | null | undefined;
  /** Note for people, at most 2000 characters. */
  readonly note?: string | null | undefined;
  /** Preset whose settings apply where `recipe` has none. */
  readonly preset?: Preset;
  /** Settings that differ from those of the preset. */
  readonly recipe?: RecipeInput | null | undefined;
};

/** Images on which each epoch is evaluated. */
export type ValidationSource =
  /** The validation split, or held-out training images. */
  | 'HELD_OUT'
  /** The test images, as in the seed experiment: the test figures of the run are then not independent. */
  | 'TEST_SPLIT';

export type DatasetsQueryVariables = Exact<{ [key: string]: never; }>;


export type DatasetsQuery = { readonly datasets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly versions: ReadonlyArray<{ readonly id: string, readonly number: number, readonly classes: ReadonlyArray<string>, readonly imageCount: number }> }> };

export type CreateDatasetMutationVariables = Exact<{
  name: string;
  description?: string | null | undefined;
}>;


export type CreateDatasetMutation = { readonly createDataset: { readonly id: string, readonly name: string } };

export type RegisterDatasetVersionMutationVariables = Exact<{
  input: RegisterDatasetVersionInput;
}>;


export type RegisterDatasetVersionMutation = { readonly registerDatasetVersion: { readonly id: string, readonly dataset: string, readonly number: number, readonly classes: ReadonlyArray<string>, readonly imageCount: number, readonly rejectedCount: number, readonly splits: ReadonlyArray<{ readonly split: Split, readonly images: number }> } };

export type IngestionProgressSubscriptionVariables = Exact<{
  progressKey: string | number;
}>;


export type IngestionProgressSubscription = { readonly ingestionProgress: { readonly images: number, readonly rejected: number, readonly bytes: string, readonly share: number | null, readonly ended: boolean } };

export type ModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelsQuery = { readonly models: ReadonlyArray<{ readonly name: string, readonly aliases: ReadonlyArray<{ readonly name: string, readonly version: { readonly number: number, readonly testAccuracy: number } }>, readonly versions: ReadonlyArray<{ readonly number: number, readonly testAccuracy: number, readonly createdAt: string }> }> };

export type DeploymentsQueryVariables = Exact<{ [key: string]: never; }>;


export type DeploymentsQuery = { readonly deployments: ReadonlyArray<{ readonly model: string, readonly alias: string, readonly number: number, readonly since: string }> };

export type RegisterModelVersionMutationVariables = Exact<{
  runId: string | number;
  model: string;
}>;


export type RegisterModelVersionMutation = { readonly registerModelVersion: { readonly id: string, readonly model: string, readonly number: number, readonly labels: ReadonlyArray<string>, readonly testAccuracy: number } };

export type PromoteModelVersionMutationVariables = Exact<{
  input: PromoteModelVersionInput;
}>;


export type PromoteModelVersionMutation = { readonly promoteModelVersion: { readonly model: string, readonly number: number, readonly aliases: ReadonlyArray<string> } };

export type RollBackMutationVariables = Exact<{
  input: RollBackInput;
}>;


export type RollBackMutation = { readonly rollBack: { readonly model: string, readonly number: number, readonly aliases: ReadonlyArray<string> } };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { readonly me: { readonly name: string, readonly role: Role, readonly model: string | null, readonly expiresAt: string | null } };

export type AnswerFieldsFragment = { readonly label: string, readonly confidence: number, readonly calibrated: boolean, readonly inDistribution: boolean | null, readonly outlierScore: number | null, readonly model: string, readonly modelVersion: number, readonly predictionId: string | null, readonly top: ReadonlyArray<{ readonly label: string, readonly probability: number }> };

export type ClassifyMutationVariables = Exact<{
  image: Blob;
  model: string;
  alias?: string | null | undefined;
  version?: number | null | undefined;
  topK?: number | null | undefined;
}>;


export type ClassifyMutation = { readonly classify: { readonly label: string, readonly confidence: number, readonly calibrated: boolean, readonly inDistribution: boolean | null, readonly outlierScore: number | null, readonly model: string, readonly modelVersion: number, readonly predictionId: string | null, readonly top: ReadonlyArray<{ readonly label: string, readonly probability: number }> } };

export type ClassifyManyMutationVariables = Exact<{
  images: ReadonlyArray<Blob> | Blob;
  model: string;
  alias?: string | null | undefined;
  version?: number | null | undefined;
  topK?: number | null | undefined;
}>;


export type ClassifyManyMutation = { readonly classifyMany: ReadonlyArray<{ readonly classification: { readonly label: string, readonly confidence: number, readonly calibrated: boolean, readonly inDistribution: boolean | null, readonly outlierScore: number | null, readonly model: string, readonly modelVersion: number, readonly predictionId: string | null, readonly top: ReadonlyArray<{ readonly label: string, readonly probability: number }> } | null, readonly error: { readonly code: string, readonly message: string, readonly retryAfter: number | null } | null }> };

export type GiveFeedbackMutationVariables = Exact<{
  predictionId: string | number;
  label: string;
}>;


export type GiveFeedbackMutation = { readonly giveFeedback: { readonly id: string, readonly label: string, readonly rightLabel: string | null } };

export type RunFieldsFragment = { readonly id: string, readonly name: string | null, readonly kind: RunKind, readonly state: RunState, readonly backboneName: string, readonly testAccuracy: number | null, readonly validationAccuracy: number | null, readonly createdAt: string, readonly endedAt: string | null, readonly error: { readonly code: string, readonly message: string } | null };

export type RunQueryVariables = Exact<{
  id: string | number;
}>;


export type RunQuery = { readonly run: { readonly id: string, readonly name: string | null, readonly kind: RunKind, readonly state: RunState, readonly backboneName: string, readonly testAccuracy: number | null, readonly validationAccuracy: number | null, readonly createdAt: string, readonly endedAt: string | null, readonly epochs: ReadonlyArray<{ readonly epoch: number, readonly trainLoss: number, readonly trainAccuracy: number, readonly validationLoss: number, readonly validationAccuracy: number }>, readonly error: { readonly code: string, readonly message: string } | null } | null };

export type RunsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RunsQuery = { readonly runs: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string | null, readonly kind: RunKind, readonly state: RunState, readonly backboneName: string, readonly testAccuracy: number | null, readonly validationAccuracy: number | null, readonly createdAt: string, readonly endedAt: string | null, readonly error: { readonly code: string, readonly message: string } | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type StartTransferRunMutationVariables = Exact<{
  input: StartTransferRunInput;
}>;


export type StartTransferRunMutation = { readonly startTransferRun: { readonly id: string, readonly name: string | null, readonly kind: RunKind, readonly state: RunState, readonly backboneName: string, readonly testAccuracy: number | null, readonly validationAccuracy: number | null, readonly createdAt: string, readonly endedAt: string | null, readonly error: { readonly code: string, readonly message: string } | null } };

export type StartFineTuneRunMutationVariables = Exact<{
  input: StartFineTuneRunInput;
}>;


export type StartFineTuneRunMutation = { readonly startFineTuneRun: { readonly id: string, readonly name: string | null, readonly kind: RunKind, readonly state: RunState, readonly backboneName: string, readonly testAccuracy: number | null, readonly validationAccuracy: number | null, readonly createdAt: string, readonly endedAt: string | null, readonly error: { readonly code: string, readonly message: string } | null } };

export type CancelRunMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelRunMutation = { readonly cancelRun: { readonly id: string, readonly state: RunState } };

export type RunEventsSubscriptionVariables = Exact<{
  id: string | number;
  after?: number | null | undefined;
}>;


export type RunEventsSubscription = { readonly runEvents: { readonly runId: string, readonly number: number, readonly kind: RunEventKind, readonly state: RunState | null, readonly message: string | null, readonly epoch: { readonly epoch: number, readonly trainLoss: number, readonly trainAccuracy: number, readonly validationLoss: number, readonly validationAccuracy: number } | null, readonly progress: { readonly phase: RunPhase, readonly done: number, readonly total: number, readonly secondsLeft: number | null } | null } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const AnswerFieldsFragmentDoc = new TypedDocumentString(`
    fragment AnswerFields on Classification {
  label
  confidence
  calibrated
  inDistribution
  outlierScore
  top {
    label
    probability
  }
  model
  modelVersion
  predictionId
}
    `, {"fragmentName":"AnswerFields"}) as unknown as TypedDocumentString<AnswerFieldsFragment, unknown>;
export const RunFieldsFragmentDoc = new TypedDocumentString(`
    fragment RunFields on Run {
  id
  name
  kind
  state
  backboneName
  testAccuracy
  validationAccuracy
  createdAt
  endedAt
  error {
    code
    message
  }
}
    `, {"fragmentName":"RunFields"}) as unknown as TypedDocumentString<RunFieldsFragment, unknown>;
export const DatasetsDocument = new TypedDocumentString(`
    query Datasets {
  datasets {
    id
    name
    versions {
      id
      number
      classes
      imageCount
    }
  }
}
    `) as unknown as TypedDocumentString<DatasetsQuery, DatasetsQueryVariables>;
export const CreateDatasetDocument = new TypedDocumentString(`
    mutation CreateDataset($name: String!, $description: String) {
  createDataset(input: {name: $name, description: $description}) {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<CreateDatasetMutation, CreateDatasetMutationVariables>;
export const RegisterDatasetVersionDocument = new TypedDocumentString(`
    mutation RegisterDatasetVersion($input: RegisterDatasetVersionInput!) {
  registerDatasetVersion(input: $input) {
    id
    dataset
    number
    classes
    imageCount
    rejectedCount
    splits {
      split
      images
    }
  }
}
    `) as unknown as TypedDocumentString<RegisterDatasetVersionMutation, RegisterDatasetVersionMutationVariables>;
export const IngestionProgressDocument = new TypedDocumentString(`
    subscription IngestionProgress($progressKey: ID!) {
  ingestionProgress(progressKey: $progressKey) {
    images
    rejected
    bytes
    share
    ended
  }
}
    `) as unknown as TypedDocumentString<IngestionProgressSubscription, IngestionProgressSubscriptionVariables>;
export const ModelsDocument = new TypedDocumentString(`
    query Models {
  models {
    name
    aliases {
      name
      version {
        number
        testAccuracy
      }
    }
    versions {
      number
      testAccuracy
      createdAt
    }
  }
}
    `) as unknown as TypedDocumentString<ModelsQuery, ModelsQueryVariables>;
export const DeploymentsDocument = new TypedDocumentString(`
    query Deployments {
  deployments {
    model
    alias
    number
    since
  }
}
    `) as unknown as TypedDocumentString<DeploymentsQuery, DeploymentsQueryVariables>;
export const RegisterModelVersionDocument = new TypedDocumentString(`
    mutation RegisterModelVersion($runId: ID!, $model: String!) {
  registerModelVersion(input: {runId: $runId, model: $model}) {
    id
    model
    number
    labels
    testAccuracy
  }
}
    `) as unknown as TypedDocumentString<RegisterModelVersionMutation, RegisterModelVersionMutationVariables>;
export const PromoteModelVersionDocument = new TypedDocumentString(`
    mutation PromoteModelVersion($input: PromoteModelVersionInput!) {
  promoteModelVersion(input: $input) {
    model
    number
    aliases
  }
}
    `) as unknown as TypedDocumentString<PromoteModelVersionMutation, PromoteModelVersionMutationVariables>;
export const RollBackDocument = new TypedDocumentString(`
    mutation RollBack($input: RollBackInput!) {
  rollBack(input: $input) {
    model
    number
    aliases
  }
}
    `) as unknown as TypedDocumentString<RollBackMutation, RollBackMutationVariables>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  me {
    name
    role
    model
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const ClassifyDocument = new TypedDocumentString(`
    mutation Classify($image: Upload!, $model: String!, $alias: String = "production", $version: Int, $topK: Int = 5) {
  classify(
    image: $image
    model: $model
    alias: $alias
    version: $version
    topK: $topK
  ) {
    ...AnswerFields
  }
}
    fragment AnswerFields on Classification {
  label
  confidence
  calibrated
  inDistribution
  outlierScore
  top {
    label
    probability
  }
  model
  modelVersion
  predictionId
}`) as unknown as TypedDocumentString<ClassifyMutation, ClassifyMutationVariables>;
export const ClassifyManyDocument = new TypedDocumentString(`
    mutation ClassifyMany($images: [Upload!]!, $model: String!, $alias: String = "production", $version: Int, $topK: Int = 5) {
  classifyMany(
    images: $images
    model: $model
    alias: $alias
    version: $version
    topK: $topK
  ) {
    classification {
      ...AnswerFields
    }
    error {
      code
      message
      retryAfter
    }
  }
}
    fragment AnswerFields on Classification {
  label
  confidence
  calibrated
  inDistribution
  outlierScore
  top {
    label
    probability
  }
  model
  modelVersion
  predictionId
}`) as unknown as TypedDocumentString<ClassifyManyMutation, ClassifyManyMutationVariables>;
export const GiveFeedbackDocument = new TypedDocumentString(`
    mutation GiveFeedback($predictionId: ID!, $label: String!) {
  giveFeedback(predictionId: $predictionId, label: $label) {
    id
    label
    rightLabel
  }
}
    `) as unknown as TypedDocumentString<GiveFeedbackMutation, GiveFeedbackMutationVariables>;
export const RunDocument = new TypedDocumentString(`
    query Run($id: ID!) {
  run(id: $id) {
    ...RunFields
    epochs {
      epoch
      trainLoss
      trainAccuracy
      validationLoss
      validationAccuracy
    }
  }
}
    fragment RunFields on Run {
  id
  name
  kind
  state
  backboneName
  testAccuracy
  validationAccuracy
  createdAt
  endedAt
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<RunQuery, RunQueryVariables>;
export const RunsDocument = new TypedDocumentString(`
    query Runs($first: Int = 50, $after: String) {
  runs(first: $first, after: $after) {
    edges {
      node {
        ...RunFields
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment RunFields on Run {
  id
  name
  kind
  state
  backboneName
  testAccuracy
  validationAccuracy
  createdAt
  endedAt
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<RunsQuery, RunsQueryVariables>;
export const StartTransferRunDocument = new TypedDocumentString(`
    mutation StartTransferRun($input: StartTransferRunInput!) {
  startTransferRun(input: $input) {
    ...RunFields
  }
}
    fragment RunFields on Run {
  id
  name
  kind
  state
  backboneName
  testAccuracy
  validationAccuracy
  createdAt
  endedAt
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<StartTransferRunMutation, StartTransferRunMutationVariables>;
export const StartFineTuneRunDocument = new TypedDocumentString(`
    mutation StartFineTuneRun($input: StartFineTuneRunInput!) {
  startFineTuneRun(input: $input) {
    ...RunFields
  }
}
    fragment RunFields on Run {
  id
  name
  kind
  state
  backboneName
  testAccuracy
  validationAccuracy
  createdAt
  endedAt
  error {
    code
    message
  }
}`) as unknown as TypedDocumentString<StartFineTuneRunMutation, StartFineTuneRunMutationVariables>;
export const CancelRunDocument = new TypedDocumentString(`
    mutation CancelRun($id: ID!) {
  cancelRun(id: $id) {
    id
    state
  }
}
    `) as unknown as TypedDocumentString<CancelRunMutation, CancelRunMutationVariables>;
export const RunEventsDocument = new TypedDocumentString(`
    subscription RunEvents($id: ID!, $after: Int = 0) {
  runEvents(id: $id, after: $after) {
    runId
    number
    kind
    state
    message
    epoch {
      epoch
      trainLoss
      trainAccuracy
      validationLoss
      validationAccuracy
    }
    progress {
      phase
      done
      total
      secondsLeft
    }
  }
}
    `) as unknown as TypedDocumentString<RunEventsSubscription, RunEventsSubscriptionVariables>;
