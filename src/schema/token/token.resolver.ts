import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import type { TokenService } from '../../domain/token/token-service.js';
import type { Context } from '../context.js';
import { NARROWED, Needs, permittedFields } from '../permission.js';
import { CreateTokenInput } from './token.input.js';
import { CreatedToken, Me, TokenType } from './token.type.js';

@Resolver()
export class TokenResolver {
  constructor(private readonly service: TokenService) {}

  @Query(() => Me)
  @Needs('VIEWER', NARROWED)
  me(@Ctx() { caller }: Context, @Info() { schema }: GraphQLResolveInfo): Me {
    const { name, role, model, expiresAt } = caller;
    return { name, role, model, expiresAt, may: permittedFields(schema, caller) };
  }

  @Query(() => [TokenType], { description: 'All that were ever made, newest first.' })
  @Needs('ADMIN')
  async tokens(): Promise<TokenType[]> {
    return this.service.list();
  }

  @Mutation(() => CreatedToken)
  @Needs('ADMIN')
  async createToken(
    @Arg('input', () => CreateTokenInput) { name, role, model, expiresAt }: CreateTokenInput,
    @Ctx() { actor }: Context,
  ): Promise<CreatedToken> {
    return this.service.create({ name, role, model: model ?? null, expiresAt: expiresAt ?? null }, actor);
  }

  @Mutation(() => TokenType, { description: 'From now on it is refused, and what it has subscribed to ends.' })
  @Needs('ADMIN')
  async revokeToken(
    @Arg('id', () => ID) id: string,
    @Ctx() { actor }: Context,
    @Arg('reason', () => String, { nullable: true, description: 'The audit keeps it.' }) reason?: string | null,
  ): Promise<TokenType> {
    return this.service.revoke(id, reason ?? null, actor);
  }
}
