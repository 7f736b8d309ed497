import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import { NARROWED } from '../../domain/permission.js';
import type { CreatedToken, Token } from '../../domain/token/token.js';
import type { TokenService } from '../../domain/token/token-service.js';
import type { Context } from '../context.js';
import { Needs, permissionsOf } from '../permission.js';
import { CreateTokenInput } from './token.input.js';
import { CreatedTokenType, Me, TokenType } from './token.type.js';

@Resolver()
export class TokenResolver {
  constructor(private readonly service: TokenService) {}

  @Query(() => Me, { description: 'The token of this request, and its permissions.' })
  @Needs('VIEWER', NARROWED)
  me(@Ctx() { caller }: Context, @Info() { schema }: GraphQLResolveInfo): Me {
    const { name, role, model, expiresAt } = caller;
    return { name, role, model, expiresAt, ...permissionsOf(schema, caller) };
  }

  @Query(() => [TokenType], { description: 'All tokens, also expired and revoked ones, newest first.' })
  @Needs('ADMIN')
  async tokens(): Promise<Token[]> {
    return this.service.list();
  }

  @Mutation(() => CreatedTokenType, { description: 'Creates an access token.' })
  @Needs('ADMIN')
  async createToken(
    @Arg('input', () => CreateTokenInput, { description: 'Name, role and bounds of the token.' }) {
      name,
      role,
      model,
      expiresAt,
    }: CreateTokenInput,
    @Ctx() { actor }: Context,
  ): Promise<CreatedToken> {
    return this.service.create({ name, role, model: model ?? null, expiresAt: expiresAt ?? null }, actor);
  }

  @Mutation(() => TokenType, {
    description: 'Revokes a token: the hub refuses it from now on and ends its subscriptions.',
  })
  @Needs('ADMIN')
  async revokeToken(
    @Arg('id', () => ID, { description: 'Id of the token.' }) id: string,
    @Ctx() { actor }: Context,
    @Arg('reason', () => String, { nullable: true, description: 'Recorded in the audit log.' }) reason?: string | null,
  ): Promise<Token> {
    return this.service.revoke(id, reason ?? null, actor);
  }
}
