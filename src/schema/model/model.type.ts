import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { GateMetric, GateRuleKind } from '../../domain/model/gate.js';
import { BackboneType } from '../backbone/backbone.type.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { CalibrationType } from './calibration.type.js';
import { ModelExportType } from './export.type.js';
import { ModelImportType } from './import.type.js';
import { Precision, VersionServingType } from './version-serving.type.js';

@ObjectType('ModelVersion', {
  description:
    'What a run made or a file brought, registered under a number. Only how it serves and what points to it change.',
})
export class ModelVersionType {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Int, { description: 'Counts from 1 in each model.' })
  number!: number;

  @Field(() => ID, { nullable: true, description: 'The run that made it.' })
  runId?: string | null;

  @Field(() => ModelImportType, {
    nullable: true,
    description: 'The file that it came from; null where a run made it.',
  })
  origin?: ModelImportType | null;

  @Field(() => BackboneType)
  backbone!: BackboneType;

  @Field(() => DatasetVersionType, { description: 'On whose test split the figures were measured.' })
  datasetVersion!: DatasetVersionType;

  @Field(() => [String])
  labels!: string[];

  @Field(() => Int, { description: 'A photo is reduced to a square of this side first, as the training images were.' })
  inputSize!: number;

  @Field(() => Int, { description: 'Side in pixels of the picture that the network sees.' })
  imageSize!: number;

  @Field(() => Float)
  testAccuracy!: number;

  @Field(() => Float)
  testLoss!: number;

  @Field(() => VersionServingType)
  serving!: VersionServingType;

  @Field(() => [ModelExportType], { description: 'The formats in which it can be had.' })
  exports!: ModelExportType[];
  @Field(() => CalibrationType, { nullable: true, description: 'How sure its answers may be.' })
  calibration?: CalibrationType | null;

  @Field(() => String, { nullable: true, description: 'Why there is no calibration; null where there is one.' })
  notCalibrated?: string | null;

  @Field(() => [String], { description: 'Aliases that point to it now.' })
  aliases!: string[];

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
}

@ObjectType('Alias', { description: 'A pointer to a version. "production" is guarded by the gate.' })
export class AliasType {
  @Field(() => String)
  name!: string;

  @Field(() => ModelVersionType)
  version!: ModelVersionType;

  @Field(() => GraphQLDateTimeISO, { description: 'When it was moved there.' })
  movedAt!: Date;
}

@ObjectType({ description: 'One rule of the gate and how a version stood to it.' })
export class GateCheck {
  @Field(() => String)
  rule!: string;

  @Field(() => Boolean)
  passed!: boolean;

  @Field(() => String, { description: 'What was asked and what was measured.' })
  detail!: string;

  @Field(() => Float, { nullable: true, description: 'What the figure must reach; of a loss, what it may reach.' })
  limit?: number | null;

  @Field(() => Float, { nullable: true, description: 'The figure of the version.' })
  measured?: number | null;
}

@ObjectType('GateRule', { description: 'A rule that a version must meet before `production` may point to it.' })
export class GateRuleType {
  @Field(() => GateRuleKind)
  kind!: GateRuleKind;

  @Field(() => GateMetric, { description: 'Of NOT_WORSE and THRESHOLD.' })
  metric!: GateMetric;

  @Field(() => Float, { description: 'Margin of NOT_WORSE, threshold of THRESHOLD: a share from 0 to 1, or nats.' })
  limit!: number;
}

@ObjectType('AliasEvent', { description: 'One move of an alias: who, when, why, from, to.' })
export class AliasEventType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  alias!: string;

  @Field(() => Int, { nullable: true, description: 'Number of the version it pointed to before.' })
  from?: number | null;

  @Field(() => Int)
  to!: number;

  @Field(() => String, { description: 'Name of the token that moved it.' })
  actor!: string;

  @Field(() => String)
  reason!: string;

  @Field(() => Boolean, { description: 'Whether it was moved though the gate refused.' })
  overridden!: boolean;

  @Field(() => [GateCheck])
  gate!: GateCheck[];

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
}

@ObjectType('Model', { description: 'A named model and its versions.' })
export class ModelType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => [ModelVersionType], { description: 'Newest first.' })
  versions!: ModelVersionType[];

  @Field(() => [AliasType])
  aliases!: AliasType[];

  @Field(() => [GateRuleType])
  gate!: GateRuleType[];

  @Field(() => Boolean, { description: 'Whether a second person approves what `production` is to point to.' })
  secondPerson!: boolean;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
}

export enum SelfCheckOutcome {
  PASSED = 'PASSED',
  NOT_POSSIBLE = 'NOT_POSSIBLE',
}
registerEnumType(SelfCheckOutcome, {
  name: 'SelfCheckOutcome',
  description: 'How a version stood to the answers that were recorded when it was registered, before it served.',
  valuesConfig: { NOT_POSSIBLE: { description: 'It is from before answers were recorded.' } },
});

@ObjectType('Deployment', { description: 'What serving has loaded for an alias, warm.' })
export class DeploymentType {
  @Field(() => String)
  model!: string;

  @Field(() => String)
  alias!: string;

  @Field(() => ID)
  versionId!: string;

  @Field(() => Int)
  number!: number;

  @Field(() => Precision, { description: 'The form of the version that is loaded.' })
  precision!: Precision;
  @Field(() => SelfCheckOutcome)
  selfCheck!: SelfCheckOutcome;

  @Field(() => GraphQLDateTimeISO)
  since!: Date;
}
