import { Field, Float, ID, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A class and how probable it is.' })
export class ClassProbability {
  @Field(() => String)
  label!: string;

  @Field(() => Float)
  probability!: number;
}

@ObjectType('Classification', { description: 'An answer about one photo.' })
export class ClassificationType {
  @Field(() => String, { description: 'The most probable class.' })
  label!: string;

  @Field(() => Float, { description: 'Its probability.' })
  confidence!: number;

  @Field(() => [ClassProbability], { description: 'Most probable first.' })
  top!: ClassProbability[];

  @Field(() => String)
  model!: string;

  @Field(() => Int, { description: 'Number of the version that answered.' })
  modelVersion!: number;

  @Field(() => ID)
  modelVersionId!: string;

  @Field(() => Float, { description: "From the photo's bytes to the answer." })
  milliseconds!: number;
}
