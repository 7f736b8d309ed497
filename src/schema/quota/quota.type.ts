import { Field, Float, ObjectType } from 'type-graphql';
import type { Limit } from '../../domain/quota/limit.js';

@ObjectType('Limit', {
  description: 'A quota or rate limit. Requests over it fail with LIMIT_EXCEEDED, which names it.',
})
export class LimitType implements Limit {
  @Field(() => String, { description: 'What is limited.' })
  name!: Limit['name'];

  @Field(() => String, { description: 'The option of `hub start` that sets it.' })
  option!: string;

  @Field(() => Float, { nullable: true, description: 'Null for unlimited.' })
  limit!: number | null;

  @Field(() => Float, { description: 'How much of it is in use.' })
  used!: number;
}
