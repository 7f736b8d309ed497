import { Ctx, Field, Float, ObjectType, Query, Resolver } from 'type-graphql';
import type { Limit, Limits } from '../../domain/quota/quotas.js';
import type { Context } from '../context.js';
import { NARROWED, Needs } from '../permission.js';

@ObjectType('Limit', {
  description: 'What one user cannot take from the others. Refusals are LIMIT_EXCEEDED and name it.',
})
export class LimitType implements Limit {
  @Field(() => String)
  name!: Limit['name'];

  @Field(() => String, { description: 'Of `hub start`, which sets it.' })
  option!: string;

  @Field(() => Float, { nullable: true, description: 'Null where there is none.' })
  limit!: number | null;

  @Field(() => Float)
  used!: number;
}

@Resolver()
export class LimitsResolver {
  constructor(private readonly service: Limits) {}

  @Query(() => [LimitType], {
    description: 'How much there may be, and how much is used; requests are those of the token.',
  })
  @Needs('VIEWER', NARROWED)
  async limits(@Ctx() { caller }: Context): Promise<LimitType[]> {
    return this.service.list(caller.tokenId);
  }
}
