import { Ctx, Query, Resolver } from 'type-graphql';
import { NARROWED } from '../../domain/permission.js';
import type { Limit } from '../../domain/quota/limit.js';
import type { Quotas } from '../../domain/quota/quotas.js';
import type { RateLimit } from '../../domain/quota/rate-limit.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { LimitType } from './quota.type.js';

@Resolver()
export class QuotaResolver {
  constructor(
    private readonly quotas: Quotas,
    private readonly rateLimit: RateLimit,
  ) {}

  @Query(() => [LimitType], {
    description: 'Quotas of this hub and the rate limit of this token, with their current use.',
  })
  @Needs('VIEWER', NARROWED)
  async limits(@Ctx() { caller }: Context): Promise<Limit[]> {
    return [await this.rateLimit.limit(caller.tokenId), ...(await this.quotas.list())];
  }
}
