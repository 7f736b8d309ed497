import { Field, ID, InputType, Int } from 'type-graphql';
import { variantsPerImage } from '../../training/image-variants.js';
import { PresetName } from '../../training/presets.js';
import { resolveRecipe } from '../../training/recipe-resolution.js';
import { Checked, list, number, text } from '../checked.js';
import type { PictureCost } from '../picture.js';
import { RecipeInputType } from '../run/run.input.js';

const MOST_IMAGES = 8;

@InputType({ description: 'Training images, and the recipe that augments them.' })
export class AugmentationPreviewInput {
  @Field(() => ID, { description: 'Id of the dataset version whose training images are shown.' })
  @Checked(text(1, 64))
  datasetVersionId!: string;

  @Field(() => PresetName, {
    defaultValue: PresetName.STANDARD,
    description: 'Preset whose settings apply where `recipe` has none.',
  })
  preset!: PresetName;

  @Field(() => RecipeInputType, {
    nullable: true,
    description: '`imageSize`, `mirror`, `crops` and `colorJitters` matter here.',
  })
  recipe?: RecipeInputType | null;

  @Field(() => Int, {
    defaultValue: 4,
    description: 'Number of images, evenly spread over the training split; 1 to 8. Ignored with `rows`.',
  })
  @Checked(number(1, MOST_IMAGES))
  first!: number;

  @Field(() => [Int], { nullable: true, description: 'Positions of training images in the version; 1 to 8.' })
  @Checked(list(1, MOST_IMAGES))
  rows?: readonly number[] | null;
}

/** Cost of a preview; nothing for a recipe that will be refused. */
export function ofPreview({ input }: { readonly input: AugmentationPreviewInput }): PictureCost {
  const { preset, recipe, rows, first } = input;
  try {
    const resolved = resolveRecipe(preset, { ...recipe });
    const pictures = (rows?.length ?? first) * (1 + variantsPerImage(resolved));
    return { pictures, pixels: pictures * resolved.imageSize ** 2 };
  } catch {
    return { pictures: 0, pixels: 0 };
  }
}
