import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PRESET_DESCRIPTIONS } from '../../training/presets.js';
import { BackboneType } from '../backbone/backbone.type.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { Hyperparameter } from './hyperparameter.field.js';
import { EnvironmentRecord, Reproduction } from './provenance.type.js';

export enum RunKind {
  TRANSFER = 'TRANSFER',
  FINE_TUNE = 'FINE_TUNE',
}
registerEnumType(RunKind, {
  name: 'RunKind',
  description: 'TRANSFER trains a head on a frozen backbone; FINE_TUNE goes on with part of the backbone.',
});

export enum RunState {
  QUEUED = 'QUEUED',
  RUNNING = 'RUNNING',
  SUCCEEDED = 'SUCCEEDED',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}
registerEnumType(RunState, { name: 'RunState', description: 'The last three are final.' });

export enum RunPhase {
  BACKBONE = 'backbone',
  FEATURES = 'features',
  TRAINING = 'training',
  EVALUATION = 'evaluation',
}
registerEnumType(RunPhase, { name: 'RunPhase', description: 'What a run is doing.' });

export enum ValidationSource {
  HELD_OUT = 'HELD_OUT',
  TEST_SPLIT = 'TEST_SPLIT',
}
registerEnumType(ValidationSource, {
  name: 'ValidationSource',
  description: 'On which images the figures after each epoch are taken. TEST_SPLIT is what the seed experiment did.',
});

export enum Schedule {
  CONSTANT = 'CONSTANT',
  COSINE = 'COSINE',
}
registerEnumType(Schedule, {
  name: 'Schedule',
  description: 'How the learning rate goes: as it is, or along half a cosine down to zero at the last step.',
});

export enum PresetName {
  STANDARD = 'standard',
  SEED = 'seed',
  BEST = 'best',
}
registerEnumType(PresetName, {
  name: 'Preset',
  description: 'A recipe to begin with; `presets` describes them.',
  valuesConfig: {
    STANDARD: { description: PRESET_DESCRIPTIONS.standard },
    SEED: { description: PRESET_DESCRIPTIONS.seed },
    BEST: { description: PRESET_DESCRIPTIONS.best },
  },
});

export enum SplitLayer {
  mixed0 = 'mixed0',
  mixed1 = 'mixed1',
  mixed2 = 'mixed2',
  mixed3 = 'mixed3',
  mixed4 = 'mixed4',
  mixed5 = 'mixed5',
  mixed6 = 'mixed6',
  mixed7 = 'mixed7',
  mixed8 = 'mixed8',
  mixed9 = 'mixed9',
  mixed10 = 'mixed10',
  avg_pool = 'avg_pool',
}
registerEnumType(SplitLayer, {
  name: 'SplitLayer',
  description: "Where the frozen part of the network ends, by Keras's names. Behind avg_pool there is only the head.",
});

@ObjectType('Recipe', { description: 'Everything that decides a run besides its data and backbone. Never changes.' })
export class RecipeType {
  @Hyperparameter()
  imageSize!: number;

  @Hyperparameter(SplitLayer)
  splitLayer!: `${SplitLayer}`;

  @Hyperparameter()
  batchSize!: number;

  @Hyperparameter()
  epochs!: number;

  @Hyperparameter()
  learningRate!: number;

  @Hyperparameter(Schedule)
  schedule!: `${Schedule}`;

  @Hyperparameter()
  warmUpEpochs!: number;

  @Hyperparameter()
  weightDecay!: number;

  @Hyperparameter()
  layerDecay!: number;

  @Hyperparameter()
  labelSmoothing!: number;

  @Hyperparameter()
  mixup!: number;

  @Hyperparameter()
  mirror!: boolean;

  @Hyperparameter()
  crops!: number;

  @Hyperparameter()
  hiddenUnits!: number;

  @Hyperparameter()
  dropout!: number;

  @Hyperparameter()
  seed!: number;

  @Hyperparameter(ValidationSource)
  validation!: `${ValidationSource}`;

  @Hyperparameter()
  validationFraction!: number;

  @Hyperparameter()
  patience!: number | null;

  @Hyperparameter()
  restoreBest!: boolean;

  @Hyperparameter()
  averageEpochs!: number;
}

@ObjectType('Epoch', { description: 'One pass over the training split. Losses are mean cross-entropies in nats.' })
export class EpochType {
  @Field(() => Int, { description: 'From 1.' })
  epoch!: number;

  @Field(() => Float)
  trainLoss!: number;

  @Field(() => Float)
  trainAccuracy!: number;

  @Field(() => Float)
  validationLoss!: number;

  @Field(() => Float)
  validationAccuracy!: number;

  @Field(() => Float)
  seconds!: number;
}

@ObjectType({ description: 'Who computed.' })
export class EngineRecord {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'Of the library that computed.' })
  version!: string;

  @Field(() => String)
  device!: string;

  @Field(() => Int)
  threads!: number;
}

@ObjectType({ description: 'counts[i][j] test images of class i were taken for class j.' })
export class ConfusionMatrix {
  @Field(() => [String])
  labels!: string[];

  @Field(() => [[Int]])
  counts!: number[][];
}

@ObjectType({ description: 'Where the time of a finished run went.' })
export class RunSeconds {
  @Field(() => Float, { description: 'Decoding and the frozen network; next to nothing when cached.' })
  features!: number;

  @Field(() => Float)
  training!: number;

  @Field(() => Float)
  evaluation!: number;
}

@ObjectType({ description: 'Why a run failed.' })
export class RunError {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;
}

@ObjectType('Run', { description: 'One training of one recipe on one dataset version.' })
export class RunType {
  @Field(() => ID)
  id!: string;

  @Field(() => RunKind)
  kind!: `${RunKind}`;

  @Field(() => RunState)
  state!: `${RunState}`;

  @Field(() => DatasetVersionType)
  datasetVersion!: DatasetVersionType;

  @Field(() => String, { description: 'The backbone that was asked for.' })
  backboneName!: string;

  @Field(() => BackboneType, { nullable: true, description: 'Its record, once the run has it.' })
  backbone?: BackboneType | null;

  @Field(() => ID, { nullable: true, description: 'The run that it goes on from.' })
  parentRunId?: string | null;

  @Field(() => RecipeType)
  recipe!: RecipeType;

  @Field(() => EngineRecord, { nullable: true })
  engine?: EngineRecord | null;

  @Field(() => EnvironmentRecord, { nullable: true, description: 'Where it computed, and with what.' })
  environment?: EnvironmentRecord | null;

  @Field(() => ID, { nullable: true, description: 'The sweep whose best trial it was made of.' })
  sweepId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The run that it repeats.' })
  reproductionOfId?: string | null;

  @Field(() => Reproduction, { nullable: true, description: 'Once it has succeeded: whether it came to the same.' })
  reproduction?: Reproduction | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The epoch whose weights were kept; the last one where those of several were averaged.',
  })
  keptEpoch?: number | null;

  @Field(() => Float, { nullable: true, description: 'Share of test images classified right, by the kept weights.' })
  testAccuracy?: number | null;

  @Field(() => Float, { nullable: true })
  testLoss?: number | null;

  @Field(() => ConfusionMatrix, { nullable: true })
  confusion?: ConfusionMatrix | null;

  @Field(() => RunSeconds, { nullable: true })
  seconds?: RunSeconds | null;

  @Field(() => Float, { nullable: true, description: 'Largest resident memory of the training process, in bytes.' })
  peakMemoryBytes?: number | null;

  @Field(() => Float, { nullable: true, description: 'Best of its epochs so far.' })
  bestValidationAccuracy?: number | null;

  @Field(() => Float, { nullable: true, description: 'Least of its epochs so far, in nats.' })
  bestValidationLoss?: number | null;

  @Field(() => Float, { nullable: true, description: 'Seconds that all its epochs took together, so far.' })
  epochSeconds?: number | null;

  @Field(() => RunError, { nullable: true })
  error?: RunError | null;

  @Field(() => [String], { description: 'Sorted.' })
  tags!: string[];

  @Field(() => Int, { description: 'How often it went on after it had failed or was cancelled.' })
  resumes!: number;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  startedAt?: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  endedAt?: Date | null;
}
