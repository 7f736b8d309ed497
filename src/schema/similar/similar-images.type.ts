import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { DatasetImage } from '../../domain/dataset/dataset-image.js';
import type { DatasetVersion } from '../../domain/dataset/dataset-version.js';
import type { SimilarImage, SimilarImages } from '../../domain/similar/similar-images.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { DatasetImageType } from '../dataset/dataset-image.type.js';

@ObjectType('SimilarImage', { description: 'An image that is similar to another one.' })
class SimilarImageType implements SimilarImage {
  @Field(() => DatasetImageType, { description: 'The image, as it is in its dataset version.' })
  image!: DatasetImage;

  @Field(() => Float, { description: 'Cosine of the angle between the features of the two, -1 to 1.' })
  similarity!: number;
}

@ObjectType('SimilarImages', {
  description: 'Images of a dataset version whose features are most similar to those of an image; all are compared.',
})
export class SimilarImagesType implements SimilarImages {
  @Field(() => DatasetVersionType, { description: 'The version whose images were compared.' })
  datasetVersion!: DatasetVersion;

  @Field(() => String, { description: 'Name of the backbone whose pooled features were compared.' })
  backbone!: string;

  @Field(() => Int, { description: 'Side in pixels of the image that the backbone saw.' })
  imageSize!: number;

  @Field(() => [SimilarImageType], { description: 'Most similar first, without the image itself.' })
  images!: readonly SimilarImageType[];
}
