import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { DuplicateHandling, type RelabelledImage, type RenamedClass } from '../../datasets/derive.js';
import { NAME_RULE } from '../../domain/names.js';
import { Checked, distinct, list, NAME, number, text } from '../checked.js';
import type { UploadPromise } from '../upload.js';
import { UploadScalar } from '../upload.js';

/** Parents, classes and images that one derivation may name. */
const MOST_PARENTS = 20;
const MOST_CLASSES = 1000;
const MOST_IMAGES = 100_000;

@InputType()
export class CreateDatasetInput {
  @Field(() => String, { description: NAME_RULE })
  @Checked(NAME)
  name!: string;

  @Field(() => String, { nullable: true })
  @Checked(text(0, 2000))
  description?: string | null;
}

@InputType({
  description:
    'Images in folders by class, with or without train/validation/test folders above, or files that a table `labels.csv` or `labels.jsonl` (file, label, split) gives a class. Give exactly one of upload, path and url.',
})
export class RegisterDatasetVersionInput {
  @Field(() => String, { description: 'Name of the dataset.' })
  @Checked(text(1, 100))
  dataset!: string;

  @Field(() => UploadScalar, { nullable: true, description: 'A zip, tar, tar.gz or tar.zst archive.' })
  upload?: UploadPromise | null;

  @Field(() => String, { nullable: true, description: 'A folder or archive on the server, in a folder it allows.' })
  @Checked(text(1, 4096))
  path?: string | null;

  @Field(() => String, { nullable: true, description: 'An archive that another server gives over https.' })
  @Checked(text(1, 2048))
  url?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'A name of your own, 8 to 64 characters, under which `ingestionProgress` reports.',
  })
  @Checked(text(8, 64))
  progressKey?: string | null;

  @Field(() => Float, { defaultValue: 0.2, description: 'Share drawn as test split where the source brings none.' })
  @Checked(number(0.01, 0.9))
  testFraction!: number;

  @Field(() => Float, { defaultValue: 0, description: 'Share drawn as validation split where the source brings none.' })
  @Checked(number(0, 0.5))
  validationFraction!: number;

  @Field(() => Int, { defaultValue: 0, description: 'Decides which images are drawn.' })
  @Checked(number(0))
  seed!: number;
}

@InputType()
export class RenameClassInput implements RenamedClass {
  @Field(() => String)
  from!: string;

  @Field(() => String, { description: 'A new name, or one that there is: both then are one class.' })
  @Checked(text(1, 100))
  to!: string;
}

@InputType()
export class RelabelImageInput implements RelabelledImage {
  @Field(() => ID, { description: 'SHA-256 of its bytes.' })
  image!: string;

  @Field(() => String)
  @Checked(text(1, 100))
  to!: string;
}

@InputType({ description: 'Makes a version of others. What is asked for is done in the order of these fields.' })
export class DeriveDatasetVersionInput {
  @Field(() => [ID], { description: 'The versions that it is made of; several are merged.' })
  @Checked(distinct(list(1, MOST_PARENTS)))
  from!: string[];

  @Field(() => String, { nullable: true, description: 'Dataset that gets it: that of the first version unless given.' })
  @Checked(text(1, 100))
  dataset?: string | null;

  @Field(() => [String], { nullable: true, description: 'Classes that are kept; all unless given.' })
  @Checked(list(0, MOST_CLASSES))
  classes?: string[] | null;

  @Field(() => [RenameClassInput], { defaultValue: [] })
  @Checked(list(0, MOST_CLASSES))
  rename!: RenameClassInput[];

  @Field(() => [RelabelImageInput], { defaultValue: [], description: 'Images that get another class.' })
  @Checked(list(0, MOST_IMAGES))
  relabel!: RelabelImageInput[];

  @Field(() => [ID], { defaultValue: [], description: 'Images that are left out, by SHA-256.' })
  @Checked(list(0, MOST_IMAGES))
  without!: string[];

  @Field(() => Float, {
    defaultValue: 1,
    description: 'Share of each class of each split that is kept, above 0 to 1; at least one image.',
  })
  @Checked(number(0.0001, 1))
  fraction!: number;

  @Field(() => Int, { defaultValue: 0, description: 'Decides which share. 0 or more.' })
  @Checked(number(0))
  seed!: number;

  @Field(() => DuplicateHandling, { defaultValue: DuplicateHandling.KEEP })
  duplicates!: DuplicateHandling;
}

@InputType()
export class ImagePageInput {
  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'A place in the list, from 0, behind which the page begins: `next` of the page before.',
  })
  @Checked(number(0))
  after?: number | null;
}
