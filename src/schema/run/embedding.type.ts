import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { EmbeddedImage, RunEmbedding } from '../../domain/run/embedding.js';
import { AnsweredImage } from './provenance.type.js';

@ObjectType('EmbeddedImage', { description: 'A test image on the map of a run.' })
export class EmbeddedImageType extends AnsweredImage implements EmbeddedImage {
  @Field(() => Float, { description: '-1 to 1.' })
  x!: number;

  @Field(() => Float, { description: '-1 to 1, on the scale of `x`.' })
  y!: number;
}

@ObjectType('RunEmbedding', {
  description:
    'Test images of a run as points: the two principal components of the features that its trained part gets, averaged over the places of maps and scaled to length 1. Images with like features lie close to each other; the opposite need not hold.',
})
export class RunEmbeddingType implements RunEmbedding {
  @Field(() => Int, { description: 'Number of test images, also those that are not on the map.' })
  total!: number;

  @Field(() => [EmbeddedImageType], { description: 'At most 2,000, spread evenly over the test split.' })
  images!: readonly EmbeddedImageType[];

  @Field(() => [Float], {
    description: 'Share of the variance of the features along x and along y; empty without a map.',
  })
  explained!: readonly number[];

  @Field(() => String, { nullable: true, description: 'Why there is no map; null if there is one.' })
  missing!: string | null;
}
