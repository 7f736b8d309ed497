import { Arg, Ctx, Extensions, Query, Resolver } from 'type-graphql';
import type { AugmentationService } from '../../domain/dataset/augmentation-service.js';
import { resolveRecipe } from '../../training/recipe-resolution.js';
import { type Context, viewerOf } from '../context.js';
import { Needs } from '../permission.js';
import { PICTURE } from '../picture.js';
import { AugmentationPreviewInput, ofPreview } from './augmentation.input.js';
import { AugmentedImageType } from './augmentation.type.js';

@Resolver()
export class AugmentationResolver {
  constructor(private readonly augmentation: AugmentationService) {}

  @Query(() => [AugmentedImageType], {
    description:
      'What a recipe makes of training images: mirrored, cropped and recolored forms, as training computes them. `mixup`, `cutmix` and `cutout` change activations, not pixels, and are not shown.',
  })
  @Needs('VIEWER')
  @Extensions({ [PICTURE]: ofPreview })
  async augmentationPreview(
    @Arg('input', () => AugmentationPreviewInput, { description: 'The images, and the recipe that augments them.' })
    input: AugmentationPreviewInput,
    @Ctx() context: Context,
  ): Promise<readonly AugmentedImageType[]> {
    const { datasetVersionId, preset, recipe, rows, first } = input;
    const resolved = resolveRecipe(preset, { ...recipe });
    return this.augmentation.preview(datasetVersionId, rows ?? first, resolved, viewerOf(context));
  }
}
