import { Field, InputType, Int } from 'type-graphql';
import { Checked, number } from '../checked.js';
import { PrecisionChoice } from './version-serving.type.js';

@InputType()
export class SetServingPrecisionInput {
  @Field(() => String)
  model!: string;

  @Field(() => Int, { description: 'Number of the version.' })
  @Checked(number(1))
  version!: number;

  @Field(() => PrecisionChoice)
  precision!: PrecisionChoice;
}
