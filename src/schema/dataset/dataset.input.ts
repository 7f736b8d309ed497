import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { DuplicateHandling, type RelabelledImage, type RenamedClass } from '../../datasets/derive.js';
import { NAME_ENCODINGS } from '../../datasets/names.js';
import { NAME_RULE } from '../../domain/names.js';
import { Checked, distinct, list, NAME, number, text } from '../checked.js';
import type { UploadPromise } from '../upload.js';
import { UploadScalar } from '../upload.js';

/** Bounds of one derivation. */
const MAX_PARENTS = 20;
const MAX_CLASSES = 1000;
const MAX_IMAGES = 100_000;

@InputType({ description: 'Name and description of a new dataset.' })
export class CreateDatasetInput {
  @Field(() => String, { description: NAME_RULE })
  @Checked(NAME)
  name!: string;

  @Field(() => String, { nullable: true, description: 'Text that describes it; none by default.' })
  @Checked(text(0, 2000))
  description?: string | null;
}

@InputType({
  description:
    'A source of labeled images: class folders, optionally inside train, validation and test folders, or files listed in a table `labels.csv` or `labels.jsonl` (file, label, split). Give exactly one of upload, path and url.',
})
export class RegisterDatasetVersionInput {
  @Field(() => String, { description: 'Name of the dataset.' })
  @Checked(text(1, 100))
  dataset!: string;

  @Field(() => UploadScalar, { nullable: true, description: 'A zip, tar, tar.gz or tar.zst archive.' })
  upload?: UploadPromise | null;

  @Field(() => String, {
    nullable: true,
    description: 'A folder or archive on the server, in a folder given by `hub start --allow`.',
  })
  @Checked(text(1, 4096))
  path?: string | null;

  @Field(() => String, { nullable: true, description: 'The https address of an archive.' })
  @Checked(text(1, 2048))
  url?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The encoding of names in a zip archive that are not marked as UTF-8, if you know it: ${NAME_ENCODINGS.join(', ')}. Without it such names are refused.`,
  })
  @Checked(text(1, 40))
  nameEncoding?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'A key of your choice, 8 to 64 characters, for `ingestionProgress` and `cancelIngestion`.',
  })
  @Checked(text(8, 64))
  progressKey?: string | null;

  @Field(() => Float, {
    defaultValue: 0.2,
    description: 'Share of each class to draw as test split when the source has none.',
  })
  @Checked(number(0.01, 0.9))
  testFraction!: number;

  @Field(() => Float, {
    defaultValue: 0,
    description: 'Share of each class to draw as validation split when the source has none.',
  })
  @Checked(number(0, 0.5))
  validationFraction!: number;

  @Field(() => Int, { defaultValue: 0, description: 'Seed of the draw. 0 or more.' })
  @Checked(number(0))
  seed!: number;
}

@InputType({ description: 'A class to rename.' })
export class RenameClassInput implements RenamedClass {
  @Field(() => String, { description: 'Name of the class in the parent.' })
  from!: string;

  @Field(() => String, { description: 'A new name, or that of another class to merge both.' })
  @Checked(text(1, 100))
  to!: string;
}

@InputType({ description: 'An image to move to another class.' })
export class RelabelImageInput implements RelabelledImage {
  @Field(() => ID, { description: 'SHA-256 of its bytes.' })
  image!: string;

  @Field(() => String, { description: 'A class, possibly a new one.' })
  @Checked(text(1, 100))
  to!: string;
}

@InputType({
  description:
    'Changes that derive a version from others. The hub merges `from`, keeps `classes`, applies `rename` and `relabel`, leaves out `without`, then takes `fraction` and handles `duplicates`.',
})
export class DeriveDatasetVersionInput {
  @Field(() => [ID], { description: 'Ids of the versions to derive from; several are merged. 1 to 20.' })
  @Checked(distinct(list(1, MAX_PARENTS)))
  from!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'Dataset of the new version; that of the first parent by default.',
  })
  @Checked(text(1, 100))
  dataset?: string | null;

  @Field(() => [String], { nullable: true, description: 'Classes to keep; all by default.' })
  @Checked(list(0, MAX_CLASSES))
  classes?: string[] | null;

  @Field(() => [RenameClassInput], { defaultValue: [], description: 'Classes to rename.' })
  @Checked(list(0, MAX_CLASSES))
  rename!: RenameClassInput[];

  @Field(() => [RelabelImageInput], { defaultValue: [], description: 'Images to move to another class.' })
  @Checked(list(0, MAX_IMAGES))
  relabel!: RelabelImageInput[];

  @Field(() => [ID], { defaultValue: [], description: 'SHA-256 of images to leave out.' })
  @Checked(list(0, MAX_IMAGES))
  without!: string[];

  @Field(() => Float, {
    defaultValue: 1,
    description: 'Share of each class of each split to keep, above 0 to 1; at least one image.',
  })
  @Checked(number(0.0001, 1))
  fraction!: number;

  @Field(() => Int, { defaultValue: 0, description: 'Seed of the draw of `fraction`. 0 or more.' })
  @Checked(number(0))
  seed!: number;

  @Field(() => DuplicateHandling, { defaultValue: DuplicateHandling.KEEP, description: 'What to do with duplicates.' })
  duplicates!: DuplicateHandling;
}

@InputType({ description: 'A page of images or of groups of images.' })
export class ImagePageInput {
  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Position in the list, from 0, after which the page begins: `next` of the previous page.',
  })
  @Checked(number(0))
  after?: number | null;
}
