import { Field, ObjectType } from 'type-graphql';
import type { SamplePhoto, Samples } from '../../domain/sample/sample-service.js';

@ObjectType('SamplePhoto', { description: 'A photo that comes with the hub, to classify.' })
export class SamplePhotoType implements SamplePhoto {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'As a data URL.' })
  picture!: string;
}

@ObjectType('Samples', { description: 'What comes with the hub, to try it with.' })
export class SamplesType implements Samples {
  @Field(() => String, { description: '2,500 images of CIFAR-10: what to give registerDatasetVersion as its path.' })
  cifar10!: string;

  @Field(() => [SamplePhotoType], { description: 'One of each class, which are not in that dataset.' })
  photos!: readonly SamplePhotoType[];
}
