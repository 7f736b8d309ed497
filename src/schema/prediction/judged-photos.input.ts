import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';

@InputType({ description: 'The judged photos to add to a dataset version.' })
export class AddJudgedPhotosInput {
  @Field(() => String, { description: 'Name of the model whose answers were judged.' })
  model!: string;

  @Field(() => ID, { description: 'Id of the dataset version to which they are added. It stays as it is.' })
  to!: string;

  @Field(() => String, { nullable: true, description: 'Dataset of the new version; that of `to` by default.' })
  dataset?: string | null;

  @Field(() => Int, { nullable: true, description: 'Number of a version of the model: only its answers.' })
  version?: number | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether only photos are added whose answer was wrong.',
  })
  onlyWrong!: boolean;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Only answers from then on.' })
  since?: Date | null;
}
