import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DuplicateKind } from '../../datasets/inspect.js';
import { Split } from '../../datasets/manifest.js';
import type {
  ChangedImage,
  ChangedImages,
  ColumnValue,
  DatasetImage,
  DatasetVersionDiff,
  DuplicateImages,
} from '../../domain/dataset/dataset-image.js';
import { OLD_PAGE, positionsTo } from '../connection.js';

@ObjectType('ColumnValue', { description: 'The value of an image in a further column of its table of labels.' })
class ColumnValueType implements ColumnValue {
  @Field(() => String, { description: 'Name of the column.' })
  column!: string;

  @Field(() => String, { description: 'As the table has it, without spaces around it.' })
  value!: string;
}

@ObjectType('DatasetImage', { description: 'One labeled image of a dataset version.' })
export class DatasetImageType implements DatasetImage {
  versionId!: string;

  @Field(() => Int, { description: 'Position in the version, from 0; never changes.' })
  row!: number;

  @Field(() => ID, { description: 'SHA-256 of its encoded bytes.' })
  sha256!: string;

  @Field(() => String, { description: 'Path in the source.' })
  name!: string;

  @Field(() => String, { description: 'Name of its class.' })
  label!: string;

  @Field(() => Split, { description: 'Split that it belongs to.' })
  split!: Split;

  @Field(() => Int, { description: 'In pixels, upright.' })
  width!: number;

  @Field(() => Int, { description: 'In pixels, upright.' })
  height!: number;

  @Field(() => Int, { description: 'Size of the encoded image.' })
  bytes!: number;

  @Field(() => [Float], {
    nullable: true,
    description: 'Mean of red, green and blue, 0 to 255; null in versions that were written before it was recorded.',
  })
  mean!: readonly number[] | null;

  @Field(() => [ColumnValueType], {
    description:
      'Its values in further columns of the table of labels, without empty ones. None in versions that were written before columns were kept.',
  })
  values!: readonly ColumnValue[];

  @Field(() => String, {
    nullable: true,
    description:
      'Where it comes from: the version that it was merged from, or "judged photos". Null if it came with the source of the version.',
  })
  origin!: string | null;
}

@ObjectType('DatasetImageConnection', {
  description: 'A page of images, in the order of their version. Cursors are positions in the list, from 0.',
})
export class DatasetImageConnectionType extends positionsTo('DatasetImage', () => DatasetImageType) {
  @Field(() => [DatasetImageType], OLD_PAGE.items)
  get images(): readonly DatasetImageType[] {
    return this.nodes;
  }
}

registerEnumType(DuplicateKind, {
  name: 'DuplicateKind',
  description: 'How alike the images of a group are.',
  valuesConfig: {
    EXACT: { description: 'Images with the same bytes.' },
    NEAR: { description: 'Images that look almost the same.' },
  },
});

@ObjectType('DuplicateGroup', { description: 'Images that look the same.' })
class DuplicateImagesType implements DuplicateImages {
  @Field(() => DuplicateKind, { description: 'How alike its images are.' })
  kind!: DuplicateKind;

  @Field(() => Boolean, { description: 'The group reaches from the training split into another one.' })
  leaks!: boolean;

  @Field(() => Boolean, { description: 'The images have different classes.' })
  labelConflict!: boolean;

  @Field(() => [DatasetImageType], { description: 'The images of the group.' })
  images!: readonly DatasetImage[];
}

@ObjectType('DuplicateConnection', {
  description: 'A page of groups of images that look the same. Cursors are positions in the list, from 0.',
})
export class DuplicateConnectionType extends positionsTo('DuplicateGroup', () => DuplicateImagesType) {
  @Field(() => [DuplicateImagesType], OLD_PAGE.items)
  get groups(): readonly DuplicateImagesType[] {
    return this.nodes;
  }
}

@ObjectType('DatasetChange', {
  description: 'An image that differs between two versions, as it is in each of them.',
})
class ChangedImageType implements ChangedImage {
  @Field(() => DatasetImageType, { nullable: true, description: 'Null when the image was added.' })
  before!: DatasetImage | null;

  @Field(() => DatasetImageType, { nullable: true, description: 'Null when the image was removed.' })
  after!: DatasetImage | null;
}

@ObjectType('DatasetChanges', { description: 'The first images that changed in one way, and the number of all.' })
class ChangedImagesType implements ChangedImages {
  @Field(() => Int, { description: 'Number of all changes of this kind.' })
  total!: number;

  @Field(() => [ChangedImageType], { description: 'The changes on this page.' })
  changes!: readonly ChangedImage[];
}

@ObjectType('DatasetDifference', {
  description: 'Differences between two versions, matched by the bytes of the images.',
})
export class DatasetVersionDiffType implements DatasetVersionDiff {
  @Field(() => ChangedImagesType, { description: 'Images that only the second version has.' })
  added!: ChangedImages;

  @Field(() => ChangedImagesType, { description: 'Images that only the first version has.' })
  removed!: ChangedImages;

  @Field(() => ChangedImagesType, { description: 'Images in another class.' })
  relabelled!: ChangedImages;

  @Field(() => ChangedImagesType, { description: 'Images in the same class of another split.' })
  moved!: ChangedImages;

  @Field(() => Int, { description: 'Number of images in the same class and split.' })
  unchanged!: number;
}
