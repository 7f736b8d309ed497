import { Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A photo that comes with the hub, to classify.' })
export class SamplePhoto {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'As a data URL.' })
  picture!: string;
}

@ObjectType({ description: 'What comes with the hub, to try it with.' })
export class Samples {
  @Field(() => String, { description: '2,500 images of CIFAR-10: what to give registerDatasetVersion as its path.' })
  cifar10!: string;

  @Field(() => [SamplePhoto], { description: 'One of each class, which are not in that dataset.' })
  photos!: SamplePhoto[];
}
