import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Alias, AliasEvent, Model, ModelVersion } from '../../domain/model/model.js';
import { Precision, Runtime } from '../../domain/model/precision.js';
import type { Owner } from '../../domain/owner.js';
import { SelfCheckOutcome } from '../../serving/self-check.js';
import { BackboneType } from '../backbone/backbone.type.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { NodeType } from '../node/node.type.js';
import { OWNER, OwnerType } from '../owner.type.js';
import { CalibrationType } from './calibration.type.js';
import { GateCheckType, GateRuleType } from './gate.type.js';
import { ModelImportType } from './import.type.js';
import { VersionServingType } from './version-serving.type.js';

@ObjectType('ModelVersion', {
  implements: NodeType,
  description:
    'Trained weights, registered under a number. Only the form in which it serves and the aliases that point to it change.',
})
export class ModelVersionType implements Omit<ModelVersion, 'head' | 'serving' | 'calibration'> {
  @Field(() => ID, { description: 'Id of the version.' })
  id!: string;

  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Int, { description: 'Counts from 1 in each model.' })
  number!: number;

  @Field(() => ID, { nullable: true, description: 'The run that made it; null for an imported version.' })
  runId!: string | null;

  @Field(() => ModelImportType, {
    nullable: true,
    description: 'The import that made it; null for a version made by a run.',
  })
  origin!: ModelImportType | null;

  @Field(() => BackboneType, { description: 'Its backbone.' })
  backbone!: BackboneType;

  @Field(() => DatasetVersionType, {
    description: 'The dataset version on whose test split the figures were measured.',
  })
  datasetVersion!: DatasetVersionType;

  @Field(() => [String], { description: 'Class names, in the order of the outputs.' })
  labels!: readonly string[];

  @Field(() => Int, {
    description: 'Side in pixels of the square to which a photo is resized first, as the training images were.',
  })
  inputSize!: number;

  @Field(() => Int, { description: 'Side in pixels of the square that the network sees.' })
  imageSize!: number;

  @Field(() => Float, { description: 'Share of test images classified correctly, 0 to 1.' })
  testAccuracy!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Loss on the test split, in nats; null for a version of an older hub whose answers are not numbers.',
  })
  testLoss!: number | null;

  @Field(() => VersionServingType, { description: 'The form that serves, and what it was chosen from.' })
  serving!: VersionServingType;

  @Field(() => CalibrationType, {
    nullable: true,
    description: 'The fitted calibration; null until it is fitted, and when it cannot be.',
  })
  calibration!: CalibrationType | null;

  @Field(() => String, { nullable: true, description: 'Reason why the version is not calibrated; null if it is.' })
  notCalibrated!: string | null;

  @Field(() => [String], { description: 'Names of the aliases that point to it.' })
  aliases!: readonly string[];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Time since which lists leave it out and it cannot be promoted; null if it is not archived.',
  })
  archivedAt!: Date | null;

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime, { description: 'Time of registration.' })
  createdAt!: Date;
}

@ObjectType('Alias', { description: 'A movable name of a version. The gate guards `production`.' })
export class AliasType implements Omit<Alias, 'version'> {
  @Field(() => String, { description: 'Name, such as `production`.' })
  name!: string;

  @Field(() => ModelVersionType, { description: 'The version that it points to.' })
  version!: ModelVersionType;

  @Field(() => GraphQLDateTime, { description: 'Time of its last move.' })
  movedAt!: Date;
}

@ObjectType('AliasEvent', { description: 'One move of an alias, or its removal.' })
export class AliasEventType implements AliasEvent {
  @Field(() => ID, { description: 'Id of the event.' })
  id!: string;

  @Field(() => String, { description: 'Name of the alias.' })
  alias!: string;

  @Field(() => Boolean, {
    description: 'Whether it was moved back to the version before its last move. The gate is not asked for a rollback.',
  })
  rollback!: boolean;

  @Field(() => Int, { nullable: true, description: 'Number of the version that it pointed to before; null for none.' })
  from!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Number of the version that it pointed to afterwards; null for a removal.',
  })
  to!: number | null;

  @Field(() => String, { description: 'Name of the token that moved or removed it.' })
  actor!: string;

  @Field(() => String, { description: 'Reason given for the move.' })
  reason!: string;

  @Field(() => Boolean, { description: 'Whether it was moved although the gate refused.' })
  overridden!: boolean;

  @Field(() => [GateCheckType], { description: 'The verdicts of the gate at that time; empty if it was not asked.' })
  gate!: readonly GateCheckType[];

  @Field(() => Precision, {
    nullable: true,
    description:
      'Precision of the form in which the version serves since then; null for removals and for moves of earlier hubs.',
  })
  precision!: Precision | null;

  @Field(() => Runtime, {
    nullable: true,
    description: 'Runtime of that form; null for removals and for moves of hubs that had one runtime.',
  })
  runtime!: Runtime | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether its calibration is applied since then; null for removals and for moves of earlier hubs.',
  })
  calibrated!: boolean | null;

  @Field(() => GraphQLDateTime, { description: 'Time of the move.' })
  createdAt!: Date;
}

@ObjectType('Model', { implements: NodeType, description: 'A named model and its versions.' })
export class ModelType implements Omit<Model, 'versions' | 'aliases'> {
  @Field(() => ID, { description: 'Id of the model.' })
  id!: string;

  @Field(() => String, { description: 'Name, unique in the hub.' })
  name!: string;

  /** Archived ones too; the field leaves them out unless asked. */
  versions!: readonly ModelVersionType[];

  @Field(() => [AliasType], { description: 'Its aliases, in the order of their names.' })
  aliases!: readonly AliasType[];

  @Field(() => [GateRuleType], { description: 'The rules that guard `production`.' })
  gate!: readonly GateRuleType[];

  @Field(() => Boolean, { description: 'Whether moving `production` needs the approval of a second person.' })
  secondPerson!: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Time since which lists leave it out; null if it is not archived.',
  })
  archivedAt!: Date | null;

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime, { description: 'Time of creation.' })
  createdAt!: Date;
}

registerEnumType(SelfCheckOutcome, {
  name: 'SelfCheckOutcome',
  description: 'Comparison of a loaded version with its reference answers, made before it serves.',
  valuesConfig: {
    PASSED: { description: 'It gave its reference answers.' },
    NOT_POSSIBLE: { description: 'It was registered before reference answers were stored.' },
  },
});

@ObjectType('Deployment', { description: 'A version that is loaded for an alias, warm and checked.' })
export class DeploymentType {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { description: 'Alias that it serves.' })
  alias!: string;

  @Field(() => ID, { description: 'Id of the version.' })
  versionId!: string;

  @Field(() => Int, { description: 'Number of the version.' })
  number!: number;

  @Field(() => Precision, { description: 'Precision of the form that is loaded.' })
  precision!: Precision;

  @Field(() => Runtime, { description: 'Runtime of the form that is loaded.' })
  runtime!: Runtime;

  @Field(() => SelfCheckOutcome, { description: 'Result of the self-check when it was loaded.' })
  selfCheck!: SelfCheckOutcome;

  @Field(() => GraphQLDateTime, { description: 'Time since which it serves.' })
  since!: Date;
}
