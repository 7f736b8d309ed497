import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { JudgedCounts } from '../../domain/rollout/judged-counts.js';
import { type Rollout, type RolloutArm, RolloutMode, RolloutState } from '../../domain/rollout/rollout.js';

/** The values of RolloutMode, also under its old name. */
export const ROLLOUT_MODES = {
  CANARY: { description: 'It answers a share of the photos; the present version answers them too, for comparison.' },
  SHADOW: { description: 'It answers a share of the photos for comparison only; clients see the present version.' },
};

registerEnumType(RolloutMode, {
  name: 'RolloutMode',
  description: 'Way of trying a version on the traffic of an alias.',
  valuesConfig: ROLLOUT_MODES,
});

/** The same of RolloutState. */
export const ROLLOUT_STATES = {
  RUNNING: { description: 'The version is being tried.' },
  PROMOTED: { description: 'It ended, and the alias points to the version.' },
  ABORTED: { description: 'It ended without the version.' },
};

registerEnumType(RolloutState, {
  name: 'RolloutState',
  description: 'State of a rollout.',
  valuesConfig: ROLLOUT_STATES,
});

@ObjectType('RolloutArm', { description: 'The counted traffic of one of the two versions of a rollout.' })
export class RolloutArmType implements RolloutArm {
  @Field(() => Int, { description: 'Number of the version.' })
  version!: number;

  @Field(() => Int, { description: 'Requests that it answered, including those answered for comparison in a SHADOW.' })
  answers!: number;

  @Field(() => Int, { description: 'Requests that failed inside the hub or missed their deadline.' })
  errors!: number;

  @Field(() => Float, { nullable: true, description: 'Share of requests that failed; null before the first request.' })
  errorRate!: number | null;

  @Field(() => Float, { nullable: true, description: 'Median time to predict, without waiting; exact to 1%.' })
  p50Milliseconds!: number | null;

  @Field(() => Float, { nullable: true, description: '99th percentile of the time to predict; exact to 1%.' })
  p99Milliseconds!: number | null;
}

@ObjectType('Rollout', {
  description: 'A version tried on the traffic of an alias before it may take the alias.',
})
export class RolloutType implements Rollout {
  @Field(() => ID, { description: 'Id of the rollout.' })
  id!: string;

  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { description: 'Alias that the rollout is about.' })
  alias!: string;

  @Field(() => RolloutMode, { description: "Whether the candidate's answers are used or only compared." })
  mode!: RolloutMode;

  @Field(() => Float, { description: 'Share of the photos that take part, 0 to 1.' })
  share!: number;

  @Field(() => Float, {
    description:
      "It ends when the candidate's error rate exceeds that of the present version by more than this, 0 to 1.",
  })
  maxErrorRate!: number;

  @Field(() => Float, {
    description: 'It ends when the candidate takes more than this many times as long to predict (medians).',
  })
  maxSlowdown!: number;

  @Field(() => Float, {
    description: 'Probability that its evidence ever calls a version better or worse that is as accurate, 0 to 1.',
  })
  verdictErrorRate!: number;

  @Field(() => RolloutState, { description: 'State of the rollout.' })
  state!: RolloutState;

  @Field(() => RolloutArmType, { description: 'The version that is tried.' })
  candidate!: RolloutArmType;

  @Field(() => RolloutArmType, { description: 'The version that the alias pointed to when it started.' })
  present!: RolloutArmType;

  @Field(() => Int, { description: 'Photos that both versions answered.' })
  compared!: number;

  @Field(() => Int, { description: 'Compared photos with the same label.' })
  agreed!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of compared photos with the same label, 0 to 1; null before the first.',
  })
  agreement!: number | null;

  @Field(() => Int, { description: 'Photos that were not compared because the hub was busy.' })
  dropped!: number;

  /** Judged photos whose kept answers were deleted since. */
  judgedBefore!: JudgedCounts;

  @Field(() => String, { description: 'Reason given at its start.' })
  reason!: string;

  @Field(() => String, { description: 'Name of the token that started it.' })
  startedBy!: string;

  @Field(() => GraphQLDateTime, { description: 'Time of its start.' })
  startedAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the token that ended it; "hub" when it ended by itself.',
  })
  endedBy!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of its end; null while it runs.' })
  endedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Reason why it ended.' })
  outcome!: string | null;
}
