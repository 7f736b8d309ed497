import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum TrialMode {
  CANARY = 'CANARY',
  SHADOW = 'SHADOW',
}
registerEnumType(TrialMode, {
  name: 'TrialMode',
  valuesConfig: {
    CANARY: { description: 'It answers a share of the photos; the present version is asked about them as well.' },
    SHADOW: { description: 'It is asked about a share of the photos as well; what it says is counted and not shown.' },
  },
});

export enum VersionTrialState {
  RUNNING = 'RUNNING',
  PROMOTED = 'PROMOTED',
  ABORTED = 'ABORTED',
}
registerEnumType(VersionTrialState, { name: 'VersionTrialState' });

@ObjectType('TrialArm', { description: 'One of the two versions of a trial.' })
export class TrialArmType {
  @Field(() => Int, { description: 'Number of the version.' })
  version!: number;

  @Field(() => Int, { description: 'Requests that it answered; of a shadow, those that it was asked as well.' })
  answers!: number;

  @Field(() => Int, { description: 'Requests that failed inside the hub or passed their deadline.' })
  errors!: number;

  @Field(() => Float, { nullable: true, description: 'Errors of answers and errors, 0 to 1; null before the first.' })
  errorRate!: number | null;

  @Field(() => Float, { nullable: true, description: 'Median of the time that predicting took, without waiting.' })
  p50Milliseconds!: number | null;

  @Field(() => Float, { nullable: true, description: 'What 99 of 100 did not exceed. Both are exact to 1 %.' })
  p99Milliseconds!: number | null;
}

@ObjectType('VersionTrial', {
  description: 'A version that is tried on what is asked of an alias, before the alias may point to it.',
})
export class VersionTrialType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  model!: string;

  @Field(() => String)
  alias!: string;

  @Field(() => TrialMode)
  mode!: `${TrialMode}`;

  @Field(() => Float, { description: 'Of the photos that take part, 0 to 1.' })
  share!: number;

  @Field(() => Float)
  maxErrorRate!: number;

  @Field(() => Float)
  maxSlowdown!: number;

  @Field(() => VersionTrialState)
  state!: `${VersionTrialState}`;

  @Field(() => TrialArmType, { description: 'The version that is tried.' })
  candidate!: TrialArmType;

  @Field(() => TrialArmType, { description: 'The version that the alias pointed to.' })
  present!: TrialArmType;

  @Field(() => Int, { description: 'Photos that both have answered.' })
  compared!: number;

  @Field(() => Int, { description: 'Of them those to which both gave the same label.' })
  agreed!: number;

  @Field(() => Float, { nullable: true, description: 'Their share, 0 to 1; null before the first.' })
  agreement!: number | null;

  @Field(() => Int, { description: 'Photos that were to be compared and were not, since the hub had too much to do.' })
  dropped!: number;

  @Field(() => String)
  reason!: string;

  @Field(() => String, { description: 'Name of the token.' })
  startedBy!: string;

  @Field(() => GraphQLDateTimeISO)
  startedAt!: Date;

  @Field(() => String, { nullable: true, description: 'Name of the token; "hub" where it ended by itself.' })
  endedBy!: string | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  endedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it ended.' })
  outcome!: string | null;
}
