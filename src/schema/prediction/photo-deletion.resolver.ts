import { Args, Ctx, Mutation, Resolver } from 'type-graphql';
import type { PhotoDeletionService } from '../../domain/prediction/photo-deletion-service.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { DeletePhotosArgs } from './photo-deletion.input.js';
import { PhotosDeletedType } from './photo-deletion.type.js';

@Resolver()
export class PhotoDeletionResolver {
  constructor(private readonly deletion: PhotoDeletionService) {}

  @Mutation(() => PhotosDeletedType, {
    description:
      'Deletes photos at once and for good, with the answers of all models to them, their judgments and their places in review queues. Names the dataset versions that have them. The audit log keeps the SHA-256.',
  })
  @Needs('ADMIN')
  async deletePhotos(
    @Args(() => DeletePhotosArgs) asked: DeletePhotosArgs,
    @Ctx() { actor }: Context,
  ): Promise<PhotosDeletedType> {
    return this.deletion.delete(asked, actor);
  }
}
