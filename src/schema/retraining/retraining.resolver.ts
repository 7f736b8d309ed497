import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { modelIn } from '../../domain/permission.js';
import type { RuleService } from '../../domain/retraining/rule-service.js';
import { Checked, number } from '../checked.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import {
  CancelRetrainingRoundInput,
  DeleteRetrainingRuleInput,
  SaveRetrainingRuleInput,
  SwitchRetrainingRuleInput,
} from './retraining.input.js';
import { RetrainingRoundType, RetrainingRuleType, RuleOutlookType } from './retraining.type.js';

@ArgsType()
class RoundArgs {
  @Field(() => Int, { defaultValue: 10, description: 'Most rounds to list, 1 to 100.' })
  @Checked(number(1, 100))
  first!: number;
}

@Resolver(() => RetrainingRuleType)
export class RetrainingResolver {
  constructor(private readonly rules: RuleService) {}

  @Query(() => [RetrainingRuleType], { description: 'The retraining rules of a model, by name.' })
  @Needs('VIEWER', modelIn('model'))
  async retrainingRules(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
  ): Promise<RetrainingRuleType[]> {
    return this.rules.list(model);
  }

  @Mutation(() => RetrainingRuleType, {
    description:
      'Makes a rule that starts training by itself, or replaces the settings of the one with this name. The hub looks at rules once a minute, and starts one round of a model at a time.',
  })
  @Needs('MAINTAINER')
  async saveRetrainingRule(
    @Arg('input', () => SaveRetrainingRuleInput, { description: 'The rule and all of its settings.' })
    input: SaveRetrainingRuleInput,
    @Ctx() { actor }: Context,
  ): Promise<RetrainingRuleType> {
    const { model, name, reason, backbone = null, imageSize = null, hoursPerWeek = null, ...given } = input;
    return this.rules.save({ model, name }, { ...given, backbone, imageSize, hoursPerWeek }, reason, actor);
  }

  @Mutation(() => RetrainingRuleType, {
    description: 'Switches a retraining rule on, off, or to dry runs. A round in progress continues.',
  })
  @Needs('MAINTAINER')
  async switchRetrainingRule(
    @Arg('input', () => SwitchRetrainingRuleInput, { description: 'The rule, and whether it acts from now on.' })
    { model, name, mode, reason }: SwitchRetrainingRuleInput,
    @Ctx() { actor }: Context,
  ): Promise<RetrainingRuleType> {
    return this.rules.switch({ model, name }, mode, reason, actor);
  }

  @Mutation(() => RetrainingRoundType, {
    description:
      'Cancels the round in progress of a retraining rule, and its runs. A version that it has registered stays, and the round counts in the budget of the rule. CONFLICT without a round in progress.',
  })
  @Needs('MAINTAINER')
  async cancelRetrainingRound(
    @Arg('input', () => CancelRetrainingRoundInput, { description: 'The rule, and why.' })
    { model, name, reason }: CancelRetrainingRoundInput,
    @Ctx() { actor }: Context,
  ): Promise<RetrainingRoundType> {
    return this.rules.cancelRound({ model, name }, reason, actor);
  }

  @Mutation(() => String, {
    description: 'Deletes a retraining rule with its history. Its runs continue. Returns its name.',
  })
  @Needs('MAINTAINER')
  async deleteRetrainingRule(
    @Arg('input', () => DeleteRetrainingRuleInput, { description: 'The rule to delete.' })
    { model, name, reason }: DeleteRetrainingRuleInput,
    @Ctx() { actor }: Context,
  ): Promise<string> {
    await this.rules.delete({ model, name }, reason, actor);
    return name;
  }

  @FieldResolver(() => RuleOutlookType, { description: 'What it measures now, and what it would do.' })
  async outlook(@Root() { id }: RetrainingRuleType): Promise<RuleOutlookType> {
    return this.rules.outlook(id);
  }

  @FieldResolver(() => [RetrainingRoundType], { description: 'Its last rounds, newest first.' })
  async rounds(
    @Root() { id }: RetrainingRuleType,
    @Args(() => RoundArgs) { first }: RoundArgs,
  ): Promise<RetrainingRoundType[]> {
    return this.rules.rounds(id, first);
  }
}
