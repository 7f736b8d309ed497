import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsOptional,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { DuplicateHandling, type RelabelledImage, type RenamedClass } from '../../datasets/derive.js';
import { NAME_PATTERN, NAME_RULE } from '../../domain/names.js';
import type { UploadPromise } from '../upload.js';
import { UploadScalar } from '../upload.js';

/** Parents, classes and images that one derivation may name. */
const MOST_PARENTS = 20;
const MOST_CLASSES = 1000;
const MOST_IMAGES = 100_000;

@InputType()
export class CreateDatasetInput {
  @Field(() => String, { description: NAME_RULE })
  @Matches(NAME_PATTERN, { message: NAME_RULE })
  name!: string;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(2000)
  description?: string | null;
}

@InputType({
  description:
    'Images in folders by class, with or without train/validation/test folders above, or files that a table `labels.csv` or `labels.jsonl` (file, label, split) gives a class. Give exactly one of upload, path and url.',
})
export class RegisterDatasetVersionInput {
  @Field(() => String, { description: 'Name of the dataset.' })
  @Length(1, 100)
  dataset!: string;

  @Field(() => UploadScalar, { nullable: true, description: 'A zip, tar, tar.gz or tar.zst archive.' })
  upload?: UploadPromise | null;

  @Field(() => String, { nullable: true, description: 'A folder or archive on the server, in a folder it allows.' })
  @IsOptional()
  @Length(1, 4096)
  path?: string | null;

  @Field(() => String, { nullable: true, description: 'An archive that another server gives over https.' })
  @IsOptional()
  @Length(1, 2048)
  url?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'A name of your own, 8 to 64 characters, under which registrationProgress tells how far it has come.',
  })
  @IsOptional()
  @Length(8, 64)
  progressKey?: string | null;

  @Field(() => Float, { defaultValue: 0.2, description: 'Share drawn as test split where the source brings none.' })
  @Min(0.01)
  @Max(0.9)
  testFraction!: number;

  @Field(() => Float, { defaultValue: 0, description: 'Share drawn as validation split where the source brings none.' })
  @Min(0)
  @Max(0.5)
  validationFraction!: number;

  @Field(() => Int, { defaultValue: 0, description: 'Decides which images are drawn.' })
  @Min(0)
  seed!: number;
}

@InputType()
export class RenameClassInput implements RenamedClass {
  @Field(() => String)
  from!: string;

  @Field(() => String, { description: 'A new name, or one that there is: both then are one class.' })
  @Length(1, 100)
  to!: string;
}

@InputType()
export class RelabelImageInput implements RelabelledImage {
  @Field(() => ID, { description: 'SHA-256 of its bytes.' })
  image!: string;

  @Field(() => String)
  @Length(1, 100)
  to!: string;
}

@InputType({ description: 'Makes a version of others. What is asked for is done in the order of these fields.' })
export class DeriveDatasetVersionInput {
  @Field(() => [ID], { description: 'The versions that it is made of; several are merged.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_PARENTS)
  @ArrayUnique()
  from!: string[];

  @Field(() => String, { nullable: true, description: 'Dataset that gets it: that of the first version unless given.' })
  @IsOptional()
  @Length(1, 100)
  dataset?: string | null;

  @Field(() => [String], { nullable: true, description: 'Classes that are kept; all unless given.' })
  @IsOptional()
  @ArrayMaxSize(MOST_CLASSES)
  classes?: string[] | null;

  @Field(() => [RenameClassInput], { defaultValue: [] })
  @ArrayMaxSize(MOST_CLASSES)
  @ValidateNested({ each: true })
  rename!: RenameClassInput[];

  @Field(() => [RelabelImageInput], { defaultValue: [], description: 'Images that get another class.' })
  @ArrayMaxSize(MOST_IMAGES)
  @ValidateNested({ each: true })
  relabel!: RelabelImageInput[];

  @Field(() => [ID], { defaultValue: [], description: 'Images that are left out, by SHA-256.' })
  @ArrayMaxSize(MOST_IMAGES)
  without!: string[];

  @Field(() => Float, {
    defaultValue: 1,
    description: 'Share of each class of each split that is kept, above 0 to 1; at least one image.',
  })
  @Min(0.0001)
  @Max(1)
  fraction!: number;

  @Field(() => Int, { defaultValue: 0, description: 'Decides which share. 0 or more.' })
  @Min(0)
  seed!: number;

  @Field(() => DuplicateHandling, { defaultValue: DuplicateHandling.KEEP })
  duplicates!: DuplicateHandling;
}

@InputType()
export class ImagePageInput {
  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Min(1)
  @Max(200)
  first!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'A place in the list, from 0, behind which the page begins: `next` of the page before.',
  })
  @IsOptional()
  @Min(0)
  after?: number | null;
}
