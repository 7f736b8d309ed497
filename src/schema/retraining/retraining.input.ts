import { Field, Float, InputType, Int } from 'type-graphql';
import { RuleAction, RuleMode, type RuleSettings, RuleTrigger } from '../../domain/retraining/rule.js';
import { Checked, NAME, number, text } from '../checked.js';
import { Reason } from '../reason.field.js';

@InputType({ description: 'A rule of a model by its name, and all of its settings.' })
export class SaveRetrainingRuleInput implements Omit<RuleSettings, 'backbone' | 'imageSize' | 'hoursPerWeek'> {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { description: 'Name of the rule. One that exists gets these settings.' })
  @Checked(NAME)
  name!: string;

  @Field(() => RuleMode, { defaultValue: RuleMode.DRY_RUN, description: 'Whether it acts.' })
  mode!: RuleMode;

  @Field(() => RuleTrigger, { description: 'What it waits for.' })
  trigger!: RuleTrigger;

  @Field(() => Float, { description: 'Where it starts a round, in the unit of the trigger.' })
  threshold!: number;

  @Field(() => Int, {
    defaultValue: 30,
    description: 'DRIFT and ACCURACY look at the answers of so many days, 1 to 365.',
  })
  @Checked(number(1, 365))
  days!: number;

  @Field(() => Boolean, {
    defaultValue: true,
    description:
      'Whether judged photos are added to the newest version of the dataset of production first. Where nothing is new since the version in production, the round ends.',
  })
  addJudged!: boolean;

  @Field(() => String, {
    defaultValue: 'best',
    description: 'Pipeline that a round trains; the query `pipelines` lists them.',
  })
  @Checked(text(1, 64))
  pipeline!: string;

  @Field(() => String, { nullable: true, description: 'Name of the backbone; that of production without it.' })
  @Checked(text(1, 64))
  backbone?: string | null;

  @Field(() => Int, { nullable: true, description: 'Side of the images in pixels; that of production without it.' })
  imageSize?: number | null;

  @Field(() => Int, { defaultValue: 1, description: 'Most rounds in 7 days, 1 to 100.' })
  @Checked(number(1, 100))
  startsPerWeek!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'No round starts once its runs of the last 7 days took so many hours, 0.1 to 168; without it any.',
  })
  @Checked(number(0.1, 168))
  hoursPerWeek?: number | null;

  @Field(() => RuleAction, { defaultValue: RuleAction.REGISTER, description: 'What it does with what it trained.' })
  action!: RuleAction;

  @Reason()
  reason!: string;
}

@InputType({ description: 'A rule of a model by its name, and whether it acts from now on.' })
export class SwitchRetrainingRuleInput {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { description: 'Name of the rule.' })
  name!: string;

  @Field(() => RuleMode, { description: 'Whether it acts from now on. A round in progress continues.' })
  mode!: RuleMode;

  @Reason()
  reason!: string;
}

@InputType({ description: 'A rule of a model by its name, whose round in progress is canceled.' })
export class CancelRetrainingRoundInput {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { description: 'Name of the rule.' })
  name!: string;

  @Reason()
  reason!: string;
}

@InputType({ description: 'A rule of a model by its name.' })
export class DeleteRetrainingRuleInput {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { description: 'Name of the rule.' })
  name!: string;

  @Reason()
  reason!: string;
}
