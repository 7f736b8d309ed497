import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { NAME_RULE } from '../../domain/names.js';
import { FirstTrainedLayer } from '../../network/inception-v3.js';
import { Checked, list, NAME } from '../checked.js';
import { RecipeInputType } from './run.input.js';

const TAGS = 20;
const TAGS_RULE = `A run has ${TAGS} tags at most.`;

@InputType({ description: 'What is left out is as in the run that is cloned.' })
export class CloneRunInput {
  @Field(() => ID)
  id!: string;

  @Field(() => RecipeInputType, { nullable: true })
  recipe?: RecipeInputType | null;

  @Field(() => FirstTrainedLayer, { nullable: true, description: 'Of a fine-tune run: all behind this layer learns.' })
  fineTuneFrom?: FirstTrainedLayer | null;
}

@ArgsType()
export class TagRunArgs {
  @Field(() => ID)
  id!: string;

  @Field(() => [String], { description: `All its tags from now on. ${TAGS_RULE} ${NAME_RULE}` })
  @Checked(list(0, TAGS, NAME))
  tags!: string[];
}
