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
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import { RunKind } from '../../training/recipe.js';
import { BackboneType } from '../backbone/backbone.type.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { NodeType } from '../node/node.type.js';
import { OWNER, OwnerType } from '../owner.type.js';
import { EnvironmentRecordType, ReproductionType } from './provenance.type.js';
import { RecipeType } from './run-recipe.type.js';

/** Of fields that stay for one version. */
export const REMOVED_NEXT = 'Removed in the next version.';

registerEnumType(RunKind, {
  name: 'RunKind',
  description: 'What a run trains.',
  valuesConfig: {
    FINE_TUNE: { description: 'Continues from a finished run and trains a part of the backbone too.' },
    TRANSFER: { description: 'Trains a head on a frozen backbone.' },
  },
});

registerEnumType(RunState, {
  name: 'RunState',
  description: 'SUCCEEDED, FAILED and CANCELLED are final.',
  valuesConfig: {
    CANCELLED: { description: 'Canceled before its end; `resumeRun` continues a run.' },
    FAILED: { description: 'Failed; `error` says why.' },
    QUEUED: { description: 'Waiting in the queue.' },
    RUNNING: { description: 'Running.' },
    SUCCEEDED: { description: 'Ended with a result.' },
  },
});

@ObjectType('Epoch', {
  description: 'Figures of one pass over the training split. Losses are mean cross-entropies in nats.',
})
export class EpochType implements EpochMetrics {
  @Field(() => Int, { description: 'From 1.' })
  epoch!: number;

  @Field(() => Float, { description: 'Mean loss of the training examples during the epoch, in nats.' })
  trainLoss!: number;

  @Field(() => Float, { description: 'Share of training examples classified correctly during the epoch, 0 to 1.' })
  trainAccuracy!: number;

  @Field(() => Float, { description: 'Mean loss of the validation images after the epoch, in nats.' })
  validationLoss!: number;

  @Field(() => Float, { description: 'Share of validation images classified correctly after the epoch, 0 to 1.' })
  validationAccuracy!: number;

  @Field(() => Float, { description: 'Duration, in seconds.' })
  seconds!: number;
}

@ObjectType('EngineRecord', { description: 'Engine, version and device that trained the run.' })
export class EngineRecordType implements EngineRecord {
  @Field(() => String, { description: 'Name of the engine.' })
  name!: string;

  @Field(() => String, { description: "Version of the engine's library." })
  version!: string;

  @Field(() => String, { description: 'Device that computed: `cpu`, `cuda` and the like.' })
  device!: string;

  @Field(() => Int, { description: 'Number of threads that computed.' })
  threads!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Name and version of the engine that computed the features, where it is another one.',
  })
  features!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why this engine trained the run; null in runs of releases that did not say.',
  })
  reason!: string | null;
}

@ObjectType('ConfusionMatrix', { description: '`counts[i][j]` test images of class i were predicted as class j.' })
export class ConfusionMatrixType implements ConfusionMatrix {
  @Field(() => [String], { description: 'Class names, in the order of rows and columns.' })
  labels!: readonly string[];

  @Field(() => [[Int]], {
    description: 'Numbers of test images: a row for each actual class, with a column for each predicted class.',
  })
  counts!: readonly (readonly number[])[];
}

@ObjectType('RunSeconds', {
  description:
    'Seconds of a finished run by phase, in all attempts: each counts up to the checkpoint that the next resumed from.',
})
export class RunSecondsType implements RunSeconds {
  @Field(() => Float, { description: 'Decoding and the frozen layers; close to 0 when the features are cached.' })
  features!: number;

  @Field(() => Float, { description: 'All epochs, their validation included.' })
  training!: number;

  @Field(() => Float, { description: 'Evaluation on the test images.' })
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
  @Field(() => String, { description: 'Error code; docs/api.md lists them.' })
  code!: string;

  @Field(() => String, { description: 'What happened, why, and what to do.' })
  message!: string;
}

@ObjectType('Run', { implements: NodeType, description: 'One training of one recipe on one dataset version.' })
export class RunType implements Run {
  @Field(() => ID, { description: 'Id of the run.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'Name for people; need not be unique.' })
  name!: string | null;

  @Field(() => String, { nullable: true, description: 'Note for people.' })
  note!: string | null;

  @Field(() => RunKind, { description: 'Whether it trains only a head, or a part of the backbone too.' })
  kind!: RunKind;

  @Field(() => RunState, { description: 'State of the run.' })
  state!: RunState;

  @Field(() => DatasetVersionType, { description: 'The dataset version that it trains on.' })
  datasetVersion!: DatasetVersionType;

  @Field(() => String, { description: 'Name of the requested backbone.' })
  backboneName!: string;

  @Field(() => BackboneType, { nullable: true, description: 'Null until the run has resolved its backbone.' })
  backbone!: BackboneType | null;

  @Field(() => ID, { nullable: true, description: 'The run whose weights a FINE_TUNE run starts from.' })
  parentRunId!: string | null;

  @Field(() => RecipeType, { description: 'All settings of the run, defaults included.' })
  recipe!: RecipeType;

  @Field(() => EngineRecordType, {
    nullable: true,
    description: 'Engine, version and device that trained it; null before it has started.',
  })
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

  @Field(() => Float, {
    nullable: true,
    description: 'Loss on the test images, in nats; null until the run has succeeded.',
  })
  testLoss!: number | null;

  @Field(() => ConfusionMatrixType, {
    nullable: true,
    description: 'Confusion matrix of the test images; null until the run has succeeded.',
  })
  confusion!: ConfusionMatrixType | null;

  @Field(() => RunSecondsType, { nullable: true, description: 'Where its time went; null until it has succeeded.' })
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

  @Field(() => RunErrorType, { nullable: true, description: 'Why it failed; null if it did not.' })
  error!: RunErrorType | null;

  @Field(() => [String], { description: 'Sorted.' })
  tags!: readonly string[];

  @Field(() => Int, { description: 'Number of resumes after a failure or a cancellation.' })
  resumes!: number;

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime, { description: 'Time at which it was queued.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time at which it began to run; null before.' })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of its end; null before.' })
  endedAt!: Date | null;
}
