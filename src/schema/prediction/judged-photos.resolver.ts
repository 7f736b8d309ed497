import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { DatasetImage } from '../../domain/dataset/dataset-image.js';
import type { JudgedPhotosService } from '../../domain/prediction/judged-photos-service.js';
import type { Context } from '../context.js';
import { DatasetImageType } from '../dataset/dataset-image.type.js';
import { Needs } from '../permission.js';
import { AddJudgedPhotosInput } from './judged-photos.input.js';
import { JudgedPhotosAddedType, JudgmentType } from './judged-photos.type.js';

@Resolver(() => DatasetImageType)
export class JudgedPhotosResolver {
  constructor(private readonly photos: JudgedPhotosService) {}

  @Mutation(() => JudgedPhotosAddedType, {
    description:
      'Makes a dataset version with photos that people judged, in the training split. Photos that show none of the classes are left out. Everyone who may read datasets can then see the others.',
  })
  @Needs('MAINTAINER')
  async addJudgedPhotos(
    @Arg('input', () => AddJudgedPhotosInput, { description: 'The dataset version, and which photos to add to it.' })
    input: AddJudgedPhotosInput,
    @Ctx() { actor }: Context,
  ): Promise<JudgedPhotosAddedType> {
    const { dataset = null, version = null, since = null, ...given } = input;
    return this.photos.add({ ...given, dataset, version, since }, actor);
  }

  @FieldResolver(() => JudgmentType, {
    nullable: true,
    description: 'The judged answer that the image comes from; null for an image that was never a photo of the log.',
  })
  async judgment(@Root() { sha256 }: DatasetImage): Promise<JudgmentType | null> {
    return this.photos.judgment.load(sha256);
  }
}
