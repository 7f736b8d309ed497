import { IsOptional, Length, Matches, Min } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import { NAME_PATTERN, NAME_RULE } from '../names.js';
import { PRODUCTION } from './gate.js';

@InputType()
export class RegisterModelVersionInput {
  @Field(() => ID, { description: 'A run that succeeded.' })
  runId!: string;

  @Field(() => String, { description: `The model; made when there is none of this name. ${NAME_RULE}` })
  @Matches(NAME_PATTERN, { message: NAME_RULE })
  model!: string;
}

@InputType()
export class PromoteModelVersionInput {
  @Field(() => String)
  model!: string;

  @Field(() => Int, { description: 'Number of the version.' })
  @Min(1)
  version!: number;

  @Field(() => String, { defaultValue: PRODUCTION, description: NAME_RULE })
  @Matches(NAME_PATTERN, { message: NAME_RULE })
  alias!: string;

  @Field(() => String, { description: 'Why; kept with the move.' })
  @Length(1, 1000)
  reason!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The version that you saw there; the move is refused when it is another by now. 0: none.',
  })
  @IsOptional()
  @Min(0)
  expectedVersion?: number | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Move it though the gate refuses; kept with the move.' })
  overrideGate!: boolean;
}
