import { Field, Float, ObjectType } from 'type-graphql';
import type { ColorChange, Crop } from '../../datasets/decode.js';
import type { AugmentedImage, VariantPicture } from '../../domain/dataset/augmentation-service.js';
import { DatasetImageType } from './dataset-image.type.js';

@ObjectType('ImageCrop', { description: 'A square part of an image, enlarged to its size.' })
export class ImageCropType implements Crop {
  @Field(() => Float, { description: "Side of the part, as a share of the image's side." })
  side!: number;

  @Field(() => Float, { description: 'Share of the remaining width to the left of the part, 0 to 1.' })
  left!: number;

  @Field(() => Float, { description: 'Share of the remaining height above the part, 0 to 1.' })
  top!: number;
}

@ObjectType('ColorChange', { description: 'Factors of colors; 1 changes nothing.' })
export class ColorChangeType implements ColorChange {
  @Field(() => Float, { description: 'Factor of every value.' })
  brightness!: number;

  @Field(() => Float, { description: 'Factor of the distance from the mean gray of the image.' })
  contrast!: number;

  @Field(() => Float, { description: 'Factor of the distance from the gray of the pixel.' })
  saturation!: number;
}

@ObjectType('VariantPicture', { description: 'One form in which the network sees an image.' })
export class VariantPictureType implements VariantPicture {
  @Field(() => ImageCropType, {
    nullable: true,
    description: 'The part of the image that is shown; null for the whole image.',
  })
  crop!: ImageCropType | null;

  @Field(() => ColorChangeType, { nullable: true, description: 'Null where the colors are those of the image.' })
  color!: ColorChangeType | null;

  @Field(() => Boolean, { description: 'Whether left and right are exchanged.' })
  mirrored!: boolean;

  @Field(() => String, {
    description: 'The pixels that the network gets, `imageSize` x `imageSize`, as a data URL of a WebP file.',
  })
  picture!: string;
}

@ObjectType('AugmentedImage', { description: 'A training image with every form in which the network sees it.' })
export class AugmentedImageType implements AugmentedImage {
  @Field(() => DatasetImageType, { description: 'The image of the dataset version.' })
  image!: DatasetImageType;

  @Field(() => [VariantPictureType], {
    description: 'The plain image first. Each epoch draws one of them for each image.',
  })
  variants!: readonly VariantPictureType[];
}
