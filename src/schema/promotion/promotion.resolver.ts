import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { modelIn, NARROWED } from '../../domain/permission.js';
import type { AliasRemovalService } from '../../domain/promotion/alias-removal-service.js';
import { PromotionState } from '../../domain/promotion/promotion.js';
import type { PromotionRequestService } from '../../domain/promotion/promotion-request-service.js';
import type { PromotionService } from '../../domain/promotion/promotion-service.js';
import { ListArgs, requested } from '../connection.js';
import type { Context } from '../context.js';
import { ModelVersionType } from '../model/model.type.js';
import { Needs } from '../permission.js';
import {
  CheckPromotionArgs,
  DecisionArgs,
  PromoteModelVersionInput,
  RemoveAliasInput,
  RollBackInput,
} from './promotion.input.js';
import { PromotionCheckType, PromotionRequestType } from './promotion.type.js';

@Resolver()
export class PromotionResolver {
  constructor(
    private readonly promotions: PromotionService,
    private readonly requests: PromotionRequestService,
    private readonly removals: AliasRemovalService,
  ) {}

  @Query(() => PromotionCheckType, {
    description: 'Checks whether `promoteModelVersion` would succeed now. Changes nothing.',
  })
  @Needs('VIEWER', modelIn('model'))
  async checkPromotion(
    @Args(() => CheckPromotionArgs) { model, version, alias }: CheckPromotionArgs,
  ): Promise<PromotionCheckType> {
    const { holder, gate, needsSecondPerson, notReady } = await this.promotions.check(model, version, alias);
    const needsOverride = gate.some((check) => !check.passed);
    return { present: holder?.number ?? null, checks: gate, needsOverride, needsSecondPerson, notReady };
  }

  @Query(() => [PromotionRequestType], { description: 'Promotion requests, newest first.' })
  @Needs('VIEWER', modelIn('model'))
  async promotionRequests(
    @Args(() => ListArgs) page: ListArgs,
    @Arg('model', () => String, { nullable: true, description: 'Only those of this model.' }) model?: string | null,
    @Arg('state', () => PromotionState, { nullable: true, description: 'Only those in this state.' })
    state?: PromotionState | null,
  ): Promise<PromotionRequestType[]> {
    return this.requests.list(model ?? null, state ?? null, requested(page));
  }

  @Mutation(() => ModelVersionType, {
    description: 'Moves an alias to a version once it is loaded and warm. The gate guards `production`.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async promoteModelVersion(
    @Arg('input', () => PromoteModelVersionInput, { description: 'The version, the alias and the reason.' })
    input: PromoteModelVersionInput,
    @Ctx() { actor }: Context,
  ): Promise<ModelVersionType> {
    return this.promotions.promote({ ...input, expectedVersion: input.expectedVersion ?? null }, actor);
  }

  @Mutation(() => PromotionRequestType, {
    description: 'Requests a promotion that needs the approval of a second person.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async requestPromotion(
    @Arg('input', () => PromoteModelVersionInput, { description: 'The version, the alias and the reason.' })
    input: PromoteModelVersionInput,
    @Ctx() requester: Context,
  ): Promise<PromotionRequestType> {
    return this.requests.request({ ...input, expectedVersion: input.expectedVersion ?? null }, requester);
  }

  @Mutation(() => PromotionRequestType, {
    description: 'Approves a promotion that another token requested, and moves the alias.',
  })
  @Needs('MAINTAINER', NARROWED)
  async approvePromotion(
    @Args(() => DecisionArgs) { id, reason }: DecisionArgs,
    @Ctx() requester: Context,
  ): Promise<PromotionRequestType> {
    return this.requests.approve(id, reason, requester);
  }

  @Mutation(() => PromotionRequestType, { description: 'Rejects a promotion request. The alias does not move.' })
  @Needs('MAINTAINER', NARROWED)
  async rejectPromotion(
    @Args(() => DecisionArgs) { id, reason }: DecisionArgs,
    @Ctx() requester: Context,
  ): Promise<PromotionRequestType> {
    return this.requests.reject(id, reason, requester);
  }

  @Mutation(() => ModelVersionType, {
    description: 'Moves an alias back to the version before its last move, or before its removal.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async rollBack(
    @Arg('input', () => RollBackInput, { description: 'The alias, and the reason.' }) input: RollBackInput,
    @Ctx() { actor }: Context,
  ): Promise<ModelVersionType> {
    return this.promotions.rollBack({ ...input, expectedVersion: input.expectedVersion ?? null }, actor);
  }

  @Mutation(() => ModelVersionType, {
    description:
      'Removes an alias, so that nothing serves it, and returns the version that it pointed to. Refused while a rollout is running for it, and for `production` while promotions need a second person.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async removeAlias(
    @Arg('input', () => RemoveAliasInput, { description: 'The alias, and the reason.' }) input: RemoveAliasInput,
    @Ctx() { actor }: Context,
  ): Promise<ModelVersionType> {
    return this.removals.remove({ ...input, expectedVersion: input.expectedVersion ?? null }, actor);
  }
}
