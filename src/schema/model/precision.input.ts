import { Field, InputType, Int } from 'type-graphql';
import { PrecisionChoice } from '../../domain/model/precision.js';
import { Checked, number } from '../checked.js';

@InputType({ description: 'The precision with which a version is to serve.' })
export class SetServingPrecisionInput {
  @Field(() => String)
  model!: string;

  @Field(() => Int, { description: 'Number of the version.' })
  @Checked(number(1))
  version!: number;

  @Field(() => PrecisionChoice)
  precision!: PrecisionChoice;
}
