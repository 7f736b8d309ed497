import { ArrayMaxSize, IsOptional, Matches } from 'class-validator';
import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { NAME_PATTERN, NAME_RULE } from '../../domain/names.js';
import { RecipeInputType } from './run.input.js';
import { SplitLayer } from './run.type.js';

const TAGS = 20;
const TAGS_RULE = `A run has ${TAGS} tags at most.`;

@InputType({ description: 'What is left out is as in the run that is cloned.' })
export class CloneRunInput {
  @Field(() => ID)
  id!: string;

  @Field(() => RecipeInputType, { nullable: true })
  @IsOptional()
  recipe?: RecipeInputType | null;

  @Field(() => SplitLayer, { nullable: true, description: 'Of a fine-tune run: all behind this layer learns.' })
  fineTuneFrom?: SplitLayer | null;
}

@ArgsType()
export class TagRunArgs {
  @Field(() => ID)
  id!: string;

  @Field(() => [String], { description: `All its tags from now on. ${TAGS_RULE} ${NAME_RULE}` })
  @ArrayMaxSize(TAGS, { message: TAGS_RULE })
  @Matches(NAME_PATTERN, { each: true, message: NAME_RULE })
  tags!: string[];
}
