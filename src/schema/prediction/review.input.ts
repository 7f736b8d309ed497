import { ArgsType, Field, ID, Int } from 'type-graphql';
import { Checked, list, number } from '../checked.js';

const DIFFERING =
  'Whether to get only photos on which the versions of the newest rollout differ, in an order that does not depend on the answers.';

@ArgsType()
export class ReviewQueueArgs {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Int, { defaultValue: 50, description: 'Most photos to list, 1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => Boolean, { defaultValue: false, description: DIFFERING })
  differing!: boolean;
}

@ArgsType()
export class NextReviewsArgs {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Int, {
    defaultValue: 5,
    description: 'Photos that the token has in the end, together with those that it has already; 1 to 20.',
  })
  @Checked(number(1, 20))
  first!: number;

  @Field(() => [ID], {
    defaultValue: [],
    description: 'Ids of answers that the client has already. They stay reserved, and are not returned.',
  })
  @Checked(list(0, 20))
  except!: string[];

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether to get photos that one other token has judged, for a second opinion.',
  })
  secondOpinion!: boolean;

  @Field(() => Boolean, { defaultValue: false, description: DIFFERING })
  differing!: boolean;
}
