import { Field, ObjectType } from 'type-graphql';
import type { SamplePhoto, Samples } from '../../domain/sample/sample-service.js';

@ObjectType('SamplePhoto', { description: 'A photo to classify that comes with the hub.' })
export class SamplePhotoType implements SamplePhoto {
  @Field(() => String, { description: 'File name of the photo.' })
  name!: string;

  @Field(() => String, { description: 'The photo as a data URL.' })
  picture!: string;
}

@ObjectType('Samples', { description: 'Data and photos that come with the hub, for first steps.' })
export class SamplesType implements Samples {
  @Field(() => String, { description: 'Path of 2,500 images of CIFAR-10, for `registerDatasetVersion`.' })
  cifar10!: string;

  @Field(() => [SamplePhotoType], { description: 'One photo of each class, none of them in that dataset.' })
  photos!: readonly SamplePhotoType[];
}
