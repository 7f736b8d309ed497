import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Owner } from '../../domain/owner.js';
import {
  type RetrainingRound,
  type RetrainingRule,
  RoundState,
  RuleAction,
  RuleMode,
  type RuleOutlook,
  RuleTrigger,
} from '../../domain/retraining/rule.js';
import { OWNER, OwnerType } from '../owner.type.js';

registerEnumType(RuleMode, {
  name: 'RuleMode',
  description: 'Whether a retraining rule acts.',
  valuesConfig: {
    OFF: { description: 'It starts nothing.' },
    DRY_RUN: { description: 'Its history says when it would have started a round. Nothing is started.' },
    ON: { description: 'It starts rounds.' },
  },
});

registerEnumType(RuleTrigger, {
  name: 'RuleTrigger',
  description: 'What a retraining rule waits for, and the unit of its threshold.',
  valuesConfig: {
    SCHEDULE: { description: 'So many days since its last round: 0.042, which is an hour, to 365.' },
    JUDGED_PHOTOS: { description: 'So many kept photos judged since its last round, 1 to 1,000,000.' },
    DRIFT: {
      description:
        'Answers that differ from those to the test images by more than this population stability index, 0.01 to 10; 0.1 is a small shift, 0.25 a large one. Needs a calibrated version in production and 100 kept answers.',
    },
    ACCURACY: {
      description: 'A smaller share of right answers among judged photos, 0.01 to 1. Needs 30 judged answers.',
    },
  },
});

registerEnumType(RuleAction, {
  name: 'RuleAction',
  description: 'What a retraining rule does with what it trained.',
  valuesConfig: {
    TRAIN: { description: 'Nothing more: a person compares the runs.' },
    REGISTER: { description: 'Registers the last run as a version if the gate of production passes.' },
    PROMOTE: {
      description:
        'Registers it likewise, and promotes it once it is ready. Where the model needs a second person, the promotion waits for one.',
    },
  },
});

registerEnumType(RoundState, {
  name: 'RoundState',
  description: 'State of a retraining round. STARTING, TRAINING and PROMOTING are under way; the others are final.',
  valuesConfig: {
    STARTING: { description: 'The data are made ready.' },
    TRAINING: { description: 'Its runs wait or train.' },
    PROMOTING: { description: 'A version is registered, and promoted once it is ready.' },
    DRY_RUN: { description: 'A round would have started here.' },
    TRAINED: { description: 'Its runs succeeded.' },
    REGISTERED: { description: 'A version is registered.' },
    REQUESTED: { description: 'The promotion of its version waits for a second person.' },
    PROMOTED: { description: 'Its version is in production.' },
    REFUSED: { description: 'The gate refused it.' },
    FAILED: { description: 'It could not be finished; `outcome` says why.' },
    CANCELLED: { description: 'Somebody canceled it; `outcome` says who, and why.' },
  },
});

@ObjectType('RuleOutlook', { description: 'What a retraining rule measures now, and what it would do.' })
export class RuleOutlookType implements RuleOutlook {
  @Field(() => Float, {
    nullable: true,
    description: 'In the unit of the threshold; null where it cannot be measured.',
  })
  measured!: number | null;

  @Field(() => Boolean, { description: 'Whether the threshold is reached.' })
  isReached!: boolean;

  @Field(() => Boolean, { description: 'Whether nothing keeps the rule from starting a round.' })
  starts!: boolean;

  @Field(() => String, { description: 'The same in words, with what keeps the rule from starting.' })
  text!: string;
}

@ObjectType('RetrainingRound', { description: 'One start of a retraining rule and what came of it.' })
export class RetrainingRoundType implements RetrainingRound {
  @Field(() => ID, { description: 'Also the id of its pipeline: `runs(filter: { pipelineId })` lists its runs.' })
  id!: string;

  @Field(() => RoundState, { description: 'State of the round.' })
  state!: RoundState;

  @Field(() => Float, { description: 'What was measured when it started, in the unit of the threshold.' })
  measured!: number;

  @Field(() => String, { description: 'Why it started.' })
  reason!: string;

  @Field(() => ID, { nullable: true, description: 'The dataset version that it trains on; null before that is known.' })
  datasetVersionId!: string | null;

  @Field(() => Int, { description: 'Number of judged photos that it added to the data.' })
  judgedPhotos!: number;

  @Field(() => Int, { nullable: true, description: 'Number of the model version that it registered; null for none.' })
  version!: number | null;

  @Field(() => String, { nullable: true, description: 'How it ended; null while it is under way.' })
  outcome!: string | null;

  @Field(() => GraphQLDateTime, { description: 'Time of its start.' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of its end; null while it is under way.' })
  endedAt!: Date | null;
}

@ObjectType('RetrainingRule', { description: 'A rule of a model that starts training by itself.' })
export class RetrainingRuleType implements RetrainingRule {
  @Field(() => ID, { description: 'Id of the rule.' })
  id!: string;

  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { description: 'Name of the rule, unique in the model. The audit names it.' })
  name!: string;

  @Field(() => RuleMode, { description: 'Whether it acts.' })
  mode!: RuleMode;

  @Field(() => RuleTrigger, { description: 'What it waits for.' })
  trigger!: RuleTrigger;

  @Field(() => Float, { description: 'Where it starts a round, in the unit of the trigger.' })
  threshold!: number;

  @Field(() => Int, { description: 'DRIFT and ACCURACY look at the answers of so many days.' })
  days!: number;

  @Field(() => Boolean, { description: 'Whether judged photos are added to the data first.' })
  addJudged!: boolean;

  @Field(() => String, { description: 'Name of the pipeline that a round trains.' })
  pipeline!: string;

  @Field(() => String, { nullable: true, description: 'Name of the backbone; null for that of production.' })
  backbone!: string | null;

  @Field(() => Int, { nullable: true, description: 'Side of the images in pixels; null for that of production.' })
  imageSize!: number | null;

  @Field(() => Int, { description: 'Most rounds in 7 days.' })
  startsPerWeek!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'No round starts once its runs of the last 7 days took so many hours; null for no such bound.',
  })
  hoursPerWeek!: number | null;

  @Field(() => RuleAction, { description: 'What it does with what it trained.' })
  action!: RuleAction;

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime, { description: 'Time of creation.' })
  createdAt!: Date;
}
