import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { PromotionRequestService } from '../../domain/promotion/promotion-request-service.js';
import type { PromotionService } from '../../domain/promotion/promotion-service.js';
import type { Context } from '../context.js';
import { ModelVersionType } from '../model/model.type.js';
import { modelIn, NARROWED, Needs } from '../permission.js';
import { CheckPromotionArgs, DecisionArgs, PromoteModelVersionInput, RollBackInput } from './promotion.input.js';
import { PromotionCheck, PromotionRequestType, PromotionState } from './promotion.type.js';

@Resolver()
export class PromotionResolver {
  constructor(
    private readonly promotions: PromotionService,
    private readonly requests: PromotionRequestService,
  ) {}

  @Query(() => PromotionCheck, { description: 'What `promoteModelVersion` would meet now. Nothing is changed.' })
  @Needs('VIEWER', modelIn('model'))
  async checkPromotion(
    @Args(() => CheckPromotionArgs) { model, version, alias }: CheckPromotionArgs,
  ): Promise<PromotionCheck> {
    const { holder, gate, needsSecondPerson } = await this.promotions.check(model, version, alias);
    const needsOverride = gate.some((check) => !check.passed);
    return { present: holder?.number ?? null, checks: [...gate], needsOverride, needsSecondPerson };
  }

  @Query(() => [PromotionRequestType], { description: 'Newest first, the last hundred.' })
  @Needs('VIEWER', modelIn('model'))
  async promotionRequests(
    @Arg('model', () => String, { nullable: true }) model?: string | null,
    @Arg('state', () => PromotionState, { nullable: true }) state?: PromotionState | null,
  ): Promise<PromotionRequestType[]> {
    return this.requests.list(model ?? null, state ?? null);
  }

  @Mutation(() => ModelVersionType, {
    description: 'Lets an alias point to a version, once that is loaded and warm. `production` moves no other way.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async promoteModelVersion(
    @Arg('input', () => PromoteModelVersionInput) input: PromoteModelVersionInput,
    @Ctx() { actor }: Context,
  ): Promise<ModelVersionType> {
    return this.promotions.promote({ ...input, expectedVersion: input.expectedVersion ?? null }, actor);
  }

  @Mutation(() => PromotionRequestType, {
    description: 'Asks for a promotion that a second person approves, where the model needs one.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async requestPromotion(
    @Arg('input', () => PromoteModelVersionInput) input: PromoteModelVersionInput,
    @Ctx() by: Context,
  ): Promise<PromotionRequestType> {
    return this.requests.request({ ...input, expectedVersion: input.expectedVersion ?? null }, by);
  }

  @Mutation(() => PromotionRequestType, { description: 'Approves what somebody else requested, and moves the alias.' })
  @Needs('MAINTAINER', NARROWED)
  async approvePromotion(
    @Args(() => DecisionArgs) { id, reason }: DecisionArgs,
    @Ctx() by: Context,
  ): Promise<PromotionRequestType> {
    return this.requests.approve(id, reason, by);
  }

  @Mutation(() => PromotionRequestType)
  @Needs('MAINTAINER', NARROWED)
  async rejectPromotion(
    @Args(() => DecisionArgs) { id, reason }: DecisionArgs,
    @Ctx() by: Context,
  ): Promise<PromotionRequestType> {
    return this.requests.reject(id, reason, by);
  }

  @Mutation(() => ModelVersionType, { description: 'Lets an alias point again to the version before its last move.' })
  @Needs('MAINTAINER', modelIn('input.model'))
  async rollBack(
    @Arg('input', () => RollBackInput) input: RollBackInput,
    @Ctx() { actor }: Context,
  ): Promise<ModelVersionType> {
    return this.promotions.rollBack({ ...input, expectedVersion: input.expectedVersion ?? null }, actor);
  }
}
