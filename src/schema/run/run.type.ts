import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Owner } from '../../domain/owner.js';
import type { EngineRecord } from '../../domain/run/provenance.js';
import {
  type ConfusionMatrix,
  type Run,
  type RunError,
  type RunSeconds,
  type RunStage,
  RunState,
} from '../../domain/run/run.js';
import { FirstTrainedLayer } from '../../network/networks.js';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import { PRESET_DESCRIPTIONS, PresetName } from '../../training/presets.js';
import { type ClassWeights, type Recipe, RunKind, Schedule, ValidationSource } from '../../training/recipe.js';
import { BackboneType } from '../backbone/backbone.type.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { NodeType } from '../node/node.type.js';
import { OWNER, OwnerType } from '../owner.type.js';
import { Hyperparameter } from './hyperparameter.field.js';
import { EnvironmentRecordType, ReproductionType } from './provenance.type.js';

/** Of fields that stay for one version. */
export const REMOVED_NEXT = 'Removed in the next version.';

registerEnumType(RunKind, {
  name: 'RunKind',
  description:
    'TRANSFER trains a head on a frozen backbone. FINE_TUNE starts from a finished run and trains part of the backbone too.',
});

registerEnumType(RunState, { name: 'RunState', description: 'SUCCEEDED, FAILED and CANCELLED are final.' });

registerEnumType(ValidationSource, {
  name: 'ValidationSource',
  description:
    'Images on which each epoch is evaluated. TEST_SPLIT repeats the seed experiment; its test figures are not independent.',
});

registerEnumType(Schedule, {
  name: 'Schedule',
  description: 'Course of the learning rate: constant, or half a cosine down to zero at the last step.',
});

registerEnumType(PresetName, {
  name: 'Preset',
  description: 'A named starting point of a recipe; the query `presets` describes them.',
  valuesConfig: {
    STANDARD: { description: PRESET_DESCRIPTIONS.standard },
    SEED: { description: PRESET_DESCRIPTIONS.seed },
    QUICK: { description: PRESET_DESCRIPTIONS.quick },
    BEST: { description: PRESET_DESCRIPTIONS.best },
  },
});

registerEnumType(FirstTrainedLayer, {
  name: 'SplitLayer',
  description:
    'A layer of an architecture, at the end of one of its blocks. Everything after it trains; after avg_pool only the head does.',
});

@ObjectType('Recipe', {
  description: 'All settings of a run other than its data, backbone and parent. It never changes.',
})
export class RecipeType implements Recipe {
  @Hyperparameter()
  imageSize!: number;

  @Hyperparameter(FirstTrainedLayer)
  splitLayer!: FirstTrainedLayer;

  @Hyperparameter()
  batchSize!: number;

  @Hyperparameter()
  epochs!: number;

  @Hyperparameter()
  learningRate!: number;

  @Hyperparameter(Schedule)
  schedule!: Schedule;

  @Hyperparameter()
  warmUpEpochs!: number;

  @Hyperparameter()
  weightDecay!: number;

  @Hyperparameter()
  layerDecay!: number;

  @Hyperparameter()
  liveStatistics!: boolean;

  @Hyperparameter()
  labelSmoothing!: number;

  @Hyperparameter()
  classWeights!: ClassWeights;

  @Hyperparameter()
  mixup!: number;

  @Hyperparameter()
  cutmix!: number;

  @Hyperparameter()
  cutout!: number;

  @Hyperparameter()
  mirror!: boolean;

  @Hyperparameter()
  crops!: number;

  @Hyperparameter()
  colorJitters!: number;

  @Hyperparameter()
  hiddenUnits!: number;

  @Hyperparameter()
  dropout!: number;

  @Hyperparameter()
  seed!: number;

  @Hyperparameter(ValidationSource)
  validation!: ValidationSource;

  @Hyperparameter()
  validationFraction!: number;

  @Hyperparameter()
  patience!: number | null;

  @Hyperparameter()
  restoreBest!: boolean;

  @Hyperparameter()
  averageEpochs!: number;
}

@ObjectType('Epoch', {
  description: 'Figures of one pass over the training split. Losses are mean cross-entropies in nats.',
})
export class EpochType implements EpochMetrics {
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

@ObjectType('EngineRecord', { description: 'Engine, version and device that trained the run.' })
export class EngineRecordType implements EngineRecord {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: "Version of the engine's library." })
  version!: string;

  @Field(() => String)
  device!: string;

  @Field(() => Int)
  threads!: number;
}

@ObjectType('ConfusionMatrix', { description: '`counts[i][j]` test images of class i were predicted as class j.' })
export class ConfusionMatrixType implements ConfusionMatrix {
  @Field(() => [String])
  labels!: readonly string[];

  @Field(() => [[Int]])
  counts!: readonly (readonly number[])[];
}

@ObjectType('RunSeconds', {
  description:
    'Seconds of a finished run by phase, in all attempts: each counts up to the checkpoint that the next resumed from.',
})
export class RunSecondsType implements RunSeconds {
  @Field(() => Float, { description: 'Decoding and the frozen layers; close to 0 when the features are cached.' })
  features!: number;

  @Field(() => Float)
  training!: number;

  @Field(() => Float)
  evaluation!: number;
}

@ObjectType('RunStage', { description: 'The place of a run in a pipeline.' })
export class RunStageType implements RunStage {
  @Field(() => ID, { description: 'Common to all runs that were queued with it.' })
  pipelineId!: string;

  @Field(() => String, { description: 'Name of the pipeline.' })
  pipeline!: string;

  @Field(() => Int, { description: 'From 1.' })
  number!: number;

  @Field(() => Int, { description: 'Number of stages.' })
  of!: number;
}

@ObjectType('RunError', { description: 'The reason why a run failed, or was cancelled with the run before it.' })
export class RunErrorType implements RunError {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;
}

@ObjectType('Run', { implements: NodeType, description: 'One training of one recipe on one dataset version.' })
export class RunType implements Run {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true, description: 'Name for people; need not be unique.' })
  name!: string | null;

  @Field(() => String, { nullable: true, description: 'Note for people.' })
  note!: string | null;

  @Field(() => RunKind)
  kind!: RunKind;

  @Field(() => RunState)
  state!: RunState;

  @Field(() => DatasetVersionType)
  datasetVersion!: DatasetVersionType;

  @Field(() => String, { description: 'Name of the requested backbone.' })
  backboneName!: string;

  @Field(() => BackboneType, { nullable: true, description: 'Null until the run has resolved its backbone.' })
  backbone!: BackboneType | null;

  @Field(() => ID, { nullable: true, description: 'The run whose weights a FINE_TUNE run starts from.' })
  parentRunId!: string | null;

  @Field(() => RecipeType)
  recipe!: RecipeType;

  @Field(() => EngineRecordType, { nullable: true })
  engine!: EngineRecordType | null;

  @Field(() => EnvironmentRecordType, {
    nullable: true,
    description: 'Code, libraries and machine that trained the run.',
  })
  environment!: EnvironmentRecordType | null;

  @Field(() => ID, { nullable: true, description: 'The sweep whose best trial this run repeats in full.' })
  sweepId!: string | null;

  @Field(() => RunStageType, { nullable: true, description: 'Null for a run that was started alone.' })
  stage!: RunStageType | null;

  @Field(() => ID, { nullable: true, description: 'The run that this run reproduces.' })
  reproductionOfId!: string | null;

  @Field(() => ReproductionType, {
    nullable: true,
    description: 'Comparison with the reproduced run; null until this run has succeeded.',
  })
  reproduction!: ReproductionType | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The epoch whose weights were kept; the last one if several were averaged.',
  })
  keptEpoch!: number | null;

  @Field(() => Float, { nullable: true, description: 'Accuracy of the kept weights on the test split, 0 to 1.' })
  testAccuracy!: number | null;

  @Field(() => Float, { nullable: true })
  testLoss!: number | null;

  @Field(() => ConfusionMatrixType, { nullable: true })
  confusion!: ConfusionMatrixType | null;

  @Field(() => RunSecondsType, { nullable: true })
  seconds!: RunSecondsType | null;

  @Field(() => Float, { nullable: true, description: 'Peak resident memory of the training process, in bytes.' })
  peakMemoryBytes!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Validation accuracy of the kept epoch, 0 to 1. Until the run has ended: of the epoch that it would keep now. If weights are averaged: of the last epoch, before averaging.',
  })
  validationAccuracy!: number | null;

  @Field(() => Float, { nullable: true, description: 'Validation loss of the same epoch, in nats.' })
  validationLoss!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Highest validation accuracy of all epochs. The kept weights may be those of another epoch.',
    deprecationReason: `Use validationAccuracy. ${REMOVED_NEXT}`,
  })
  bestValidationAccuracy!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Lowest validation loss of all epochs, in nats. The kept weights may be those of another epoch.',
    deprecationReason: `Use validationLoss. ${REMOVED_NEXT}`,
  })
  bestValidationLoss!: number | null;

  @Field(() => Float, { nullable: true, description: 'Total duration of the epochs so far, in seconds.' })
  epochSeconds!: number | null;

  @Field(() => RunErrorType, { nullable: true })
  error!: RunErrorType | null;

  @Field(() => [String], { description: 'Sorted.' })
  tags!: readonly string[];

  @Field(() => Int, { description: 'Number of resumes after a failure or a cancellation.' })
  resumes!: number;

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime)
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true })
  endedAt!: Date | null;
}
