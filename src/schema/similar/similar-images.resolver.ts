import { Args, ArgsType, Ctx, Field, ID, Int, Query, Resolver } from 'type-graphql';
import { Split } from '../../datasets/manifest.js';
import type { SimilarImagesService, SimilarWanted } from '../../domain/similar/similar-images-service.js';
import { Checked, number, UUID } from '../checked.js';
import { type Context, viewerOf } from '../context.js';
import { Needs } from '../permission.js';
import { SimilarImagesType } from './similar-images.type.js';

@ArgsType()
class SimilarArgs {
  @Field(() => Int, { defaultValue: 12, description: 'How many images to return, 1 to 100.' })
  @Checked(number(1, 100))
  first!: number;

  @Field(() => Split, { nullable: true, description: 'Only images of this split.' })
  split?: Split | null;
}

@ArgsType()
class SimilarImagesArgs extends SimilarArgs {
  @Field(() => ID, { description: 'The dataset version whose images are compared.' })
  datasetVersionId!: string;

  @Field(() => Int, {
    description: 'Position of the image in the version, from 0: `row` of an image, or `image` of a mistake.',
  })
  @Checked(number(0))
  row!: number;
}

@ArgsType()
class SimilarToPredictionArgs extends SimilarArgs {
  @Field(() => ID, { description: 'The `predictionId` of an answer.' })
  @Checked(UUID)
  id!: string;
}

const wantedOf = ({ first, split = null }: SimilarArgs): SimilarWanted => ({ first, split });

/** Images like another one: of a dataset, among the mistakes of a run, or in the prediction log. */
@Resolver()
export class SimilarImagesResolver {
  constructor(private readonly similar: SimilarImagesService) {}

  @Query(() => SimilarImagesType, {
    description:
      'Images of a dataset version that look like one of them to a network. A run that trained a head on the version has left the features that are compared.',
  })
  @Needs('VIEWER')
  async similarImages(
    @Args(() => SimilarImagesArgs) { datasetVersionId, row, ...wanted }: SimilarImagesArgs,
    @Ctx() context: Context,
  ): Promise<SimilarImagesType> {
    return this.similar.toImage(datasetVersionId, row, wantedOf(wanted), viewerOf(context));
  }

  @Query(() => SimilarImagesType, {
    description:
      'Images like the photo of a kept answer, of the dataset version on which the version that answered was trained.',
  })
  @Needs('TRAINER')
  async similarToPrediction(
    @Args(() => SimilarToPredictionArgs) { id, ...wanted }: SimilarToPredictionArgs,
    @Ctx() context: Context,
  ): Promise<SimilarImagesType> {
    return this.similar.toPrediction(id, wantedOf(wanted), viewerOf(context));
  }
}
