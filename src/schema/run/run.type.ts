import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { EngineRecord } from '../../domain/run/provenance.js';
import { type ConfusionMatrix, type Run, type RunError, type RunSeconds, RunState } from '../../domain/run/run.js';
import { FirstTrainedLayer } from '../../network/inception-v3.js';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import { PRESET_DESCRIPTIONS, PresetName } from '../../training/presets.js';
import { type Recipe, RunKind, Schedule, ValidationSource } from '../../training/recipe.js';
import { BackboneType } from '../backbone/backbone.type.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { Hyperparameter } from './hyperparameter.field.js';
import { EnvironmentRecordType, ReproductionType } from './provenance.type.js';

registerEnumType(RunKind, {
  name: 'RunKind',
  description: 'TRANSFER trains a head on a frozen backbone; FINE_TUNE goes on with part of the backbone.',
});

registerEnumType(RunState, { name: 'RunState', description: 'The last three are final.' });

registerEnumType(ValidationSource, {
  name: 'ValidationSource',
  description: 'On which images the figures after each epoch are taken. TEST_SPLIT is what the seed experiment did.',
});

registerEnumType(Schedule, {
  name: 'Schedule',
  description: 'How the learning rate goes: as it is, or along half a cosine down to zero at the last step.',
});

registerEnumType(PresetName, {
  name: 'Preset',
  description: 'A recipe to begin with; `presets` describes them.',
  valuesConfig: {
    STANDARD: { description: PRESET_DESCRIPTIONS.standard },
    SEED: { description: PRESET_DESCRIPTIONS.seed },
    BEST: { description: PRESET_DESCRIPTIONS.best },
  },
});

registerEnumType(FirstTrainedLayer, {
  name: 'SplitLayer',
  description: "Where the frozen part of the network ends, by Keras's names. Behind avg_pool there is only the head.",
});

@ObjectType('Recipe', { description: 'Everything that decides a run besides its data and backbone. Never changes.' })
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

@ObjectType('Epoch', { description: 'One pass over the training split. Losses are mean cross-entropies in nats.' })
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

@ObjectType('EngineRecord', { description: 'Who computed.' })
export class EngineRecordType implements EngineRecord {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'Of the library that computed.' })
  version!: string;

  @Field(() => String)
  device!: string;

  @Field(() => Int)
  threads!: number;
}

@ObjectType('ConfusionMatrix', { description: 'counts[i][j] test images of class i were taken for class j.' })
export class ConfusionMatrixType implements ConfusionMatrix {
  @Field(() => [String])
  labels!: readonly string[];

  @Field(() => [[Int]])
  counts!: readonly (readonly number[])[];
}

@ObjectType('RunSeconds', { description: 'Where the time of a finished run went.' })
export class RunSecondsType implements RunSeconds {
  @Field(() => Float, { description: 'Decoding and the frozen network; next to nothing when cached.' })
  features!: number;

  @Field(() => Float)
  training!: number;

  @Field(() => Float)
  evaluation!: number;
}

@ObjectType('RunError', { description: 'Why a run failed.' })
export class RunErrorType implements RunError {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;
}

@ObjectType('Run', { description: 'One training of one recipe on one dataset version.' })
export class RunType implements Run {
  @Field(() => ID)
  id!: string;

  @Field(() => RunKind)
  kind!: RunKind;

  @Field(() => RunState)
  state!: RunState;

  @Field(() => DatasetVersionType)
  datasetVersion!: DatasetVersionType;

  @Field(() => String, { description: 'The backbone that was asked for.' })
  backboneName!: string;

  @Field(() => BackboneType, { nullable: true, description: 'Its record, once the run has it.' })
  backbone!: BackboneType | null;

  @Field(() => ID, { nullable: true, description: 'The run that it goes on from.' })
  parentRunId!: string | null;

  @Field(() => RecipeType)
  recipe!: RecipeType;

  @Field(() => EngineRecordType, { nullable: true })
  engine!: EngineRecordType | null;

  @Field(() => EnvironmentRecordType, { nullable: true, description: 'Where it computed, and with what.' })
  environment!: EnvironmentRecordType | null;

  @Field(() => ID, { nullable: true, description: 'The sweep whose best trial it was made of.' })
  sweepId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The run that it repeats.' })
  reproductionOfId!: string | null;

  @Field(() => ReproductionType, { nullable: true, description: 'Once it has succeeded: whether it came to the same.' })
  reproduction!: ReproductionType | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The epoch whose weights were kept; the last one where those of several were averaged.',
  })
  keptEpoch!: number | null;

  @Field(() => Float, { nullable: true, description: 'Share of test images classified right, by the kept weights.' })
  testAccuracy!: number | null;

  @Field(() => Float, { nullable: true })
  testLoss!: number | null;

  @Field(() => ConfusionMatrixType, { nullable: true })
  confusion!: ConfusionMatrixType | null;

  @Field(() => RunSecondsType, { nullable: true })
  seconds!: RunSecondsType | null;

  @Field(() => Float, { nullable: true, description: 'Largest resident memory of the training process, in bytes.' })
  peakMemoryBytes!: number | null;

  @Field(() => Float, { nullable: true, description: 'Best of its epochs so far.' })
  bestValidationAccuracy!: number | null;

  @Field(() => Float, { nullable: true, description: 'Least of its epochs so far, in nats.' })
  bestValidationLoss!: number | null;

  @Field(() => Float, { nullable: true, description: 'Seconds that all its epochs took together, so far.' })
  epochSeconds!: number | null;

  @Field(() => RunErrorType, { nullable: true })
  error!: RunErrorType | null;

  @Field(() => [String], { description: 'Sorted.' })
  tags!: readonly string[];

  @Field(() => Int, { description: 'How often it went on after it had failed or was cancelled.' })
  resumes!: number;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  endedAt!: Date | null;
}
