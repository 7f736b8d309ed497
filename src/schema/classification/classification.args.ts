import { ArgsType, Field, Int } from 'type-graphql';
import { PRODUCTION } from '../../domain/model/gate.js';
import { TOP_LIMIT } from '../../serving/classification-bounds.js';
import type { Target } from '../../serving/deployments.js';
import { Checked, number, text } from '../checked.js';

/** Whom to ask about photos. */
@ArgsType()
export class QuestionArgs {
  @Field(() => String)
  model!: string;

  @Field(() => String, { defaultValue: PRODUCTION, description: 'The version that this alias points to answers.' })
  alias!: string;

  @Field(() => Int, { nullable: true, description: 'A certain version instead; it is loaded if need be.' })
  @Checked(number(1))
  version?: number | null;

  @Field(() => Int, { defaultValue: 5, description: `How many classes to list, 1 to ${TOP_LIMIT}.` })
  @Checked(number(1, TOP_LIMIT))
  topK!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'While a version is tried, all with the same key are answered by the same version. 1 to 200 characters.',
  })
  @Checked(text(1, 200))
  key?: string | null;

  get target(): Target {
    return typeof this.version === 'number' ? { version: this.version } : { alias: this.alias };
  }
}

/** The same of one photo, and which class is to be explained. */
@ArgsType()
export class ExplanationArgs extends QuestionArgs {
  @Field(() => String, {
    nullable: true,
    description: 'The class to explain; the most probable one when it is left out.',
  })
  label?: string | null;
}
