import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Extensions,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { DuplicateKind } from '../../datasets/inspect.js';
import { Split } from '../../datasets/manifest.js';
import type { DatasetImage, DatasetVersionDiff } from '../../domain/dataset/dataset-image.js';
import type { DatasetVersion } from '../../domain/dataset/dataset-version.js';
import type { DatasetVersionService } from '../../domain/dataset/dataset-version-service.js';
import { Checked, number } from '../checked.js';
import { OLD_PAGE, PageArgs, requested } from '../connection.js';
import { type Context, viewerOf } from '../context.js';
import { Needs } from '../permission.js';
import { PICTURE, type PictureCost } from '../picture.js';
import { DeriveDatasetVersionInput, ImagePageInput } from './dataset.input.js';
import { DatasetVersionType } from './dataset.type.js';
import {
  DatasetImageConnectionType,
  DatasetImageType,
  DatasetVersionDiffType,
  DuplicateConnectionType,
} from './dataset-image.type.js';

@ArgsType()
class ContactSheetArgs {
  @Field(() => String, { description: 'Name of the class.' })
  label!: string;

  @Field(() => Split, { nullable: true, description: 'Split to take images from; all by default.' })
  split?: Split;

  @Field(() => Int, { defaultValue: 10, description: '1 to 20.' })
  @Checked(number(1, 20))
  columns!: number;

  @Field(() => Int, { defaultValue: 4, description: '1 to 20.' })
  @Checked(number(1, 20))
  rows!: number;

  @Field(() => Int, { defaultValue: 48, description: 'Side of each image, in pixels; 16 to 128.' })
  @Checked(number(16, 128))
  side!: number;
}

@ArgsType()
export class ThumbnailArgs {
  @Field(() => Int, { defaultValue: 64, description: 'Side of the square, in pixels; 16 to 512.' })
  @Checked(number(16, 512))
  side!: number;
}

/** Cost of a contact sheet. */
const ofSheet = ({ columns, rows, side }: ContactSheetArgs): PictureCost => ({
  pictures: columns * rows,
  pixels: columns * rows * side ** 2,
});

/** Cost of a thumbnail. */
export const ofThumbnail = ({ side }: ThumbnailArgs): PictureCost => ({ pictures: 1, pixels: side ** 2 });

/** Description of `thumbnail` fields. */
export const THUMBNAIL = 'The whole image scaled to fit a square, as a data URL of a WebP file.';

const FIRST_PAGE = { first: 50 } as const;

@Resolver(() => DatasetVersionType)
export class DatasetVersionResolver {
  constructor(private readonly versions: DatasetVersionService) {}

  @Query(() => DatasetVersionType, {
    nullable: true,
    description: 'A dataset version by id; null if it does not exist.',
  })
  @Needs('VIEWER')
  async datasetVersion(
    @Arg('id', () => ID, { description: 'Id of the dataset version.' }) id: string,
  ): Promise<DatasetVersion | null> {
    return this.versions.find(id);
  }

  @Query(() => DatasetVersionDiffType, { description: 'Images that differ between two versions.' })
  @Needs('VIEWER')
  async diffDatasetVersions(
    @Arg('from', () => ID, { description: 'Id of the first version.' }) from: string,
    @Arg('to', () => ID, { description: 'Id of the second version.' }) to: string,
    @Arg('page', () => ImagePageInput, { defaultValue: FIRST_PAGE, description: 'Part of the list to read.' }) {
      first,
    }: ImagePageInput,
  ): Promise<DatasetVersionDiff> {
    return this.versions.diff(from, to, first);
  }

  @Mutation(() => DatasetVersionType, {
    description: 'Derives a version from others. The result is checked like ingested data.',
  })
  @Needs('TRAINER')
  async deriveDatasetVersion(
    @Arg('input', () => DeriveDatasetVersionInput, { description: 'The parents, and what to change.' })
    input: DeriveDatasetVersionInput,
    @Ctx() { actor }: Context,
  ): Promise<DatasetVersion> {
    const { from, dataset, classes, ...derivation } = input;
    return this.versions.derive(from, dataset ?? null, { ...derivation, classes: classes ?? null }, actor);
  }

  @Mutation(() => Boolean, {
    description: 'Deletes a version. Refused while a run, a sweep, a model version or a derived version refers to it.',
  })
  @Needs('MAINTAINER')
  async deleteDatasetVersion(
    @Arg('id', () => ID, { description: 'Id of the dataset version.' }) id: string,
    @Ctx() { actor }: Context,
  ): Promise<boolean> {
    await this.versions.delete(id, actor);
    return true;
  }

  @FieldResolver(() => DatasetImageConnectionType, { description: 'Images, optionally of one class and split.' })
  async images(
    @Root() { id }: DatasetVersion,
    @Args(() => PageArgs) args: PageArgs,
    @Arg('label', () => String, { nullable: true, description: 'Only images of this class.' }) label?: string,
    @Arg('split', () => Split, { nullable: true, description: 'Only images of this split.' }) split?: Split,
    @Arg('page', () => ImagePageInput, { nullable: true, ...OLD_PAGE.argument }) page?: ImagePageInput | null,
  ): Promise<DatasetImageConnectionType> {
    const only = { label: label ?? null, split: split ?? null };
    return new DatasetImageConnectionType(await this.versions.images(id, only, requested(args, page)));
  }

  @FieldResolver(() => DuplicateConnectionType, {
    description: 'Groups of images that look the same; those with the same bytes first.',
  })
  async duplicates(
    @Root() { id }: DatasetVersion,
    @Args(() => PageArgs) args: PageArgs,
    @Arg('kind', () => DuplicateKind, { nullable: true, description: 'Only groups of this kind; both by default.' })
    kind?: DuplicateKind,
    @Arg('onlyLeaks', () => Boolean, {
      defaultValue: false,
      description: 'Whether to list only groups that reach from the training split into another one.',
    })
    onlyLeaks?: boolean,
    @Arg('onlyLabelConflicts', () => Boolean, {
      defaultValue: false,
      description: 'Whether to list only groups whose images differ in their class.',
    })
    onlyLabelConflicts?: boolean,
    @Arg('page', () => ImagePageInput, { nullable: true, ...OLD_PAGE.argument }) page?: ImagePageInput | null,
  ): Promise<DuplicateConnectionType> {
    const only = { kind: kind ?? null, leaks: onlyLeaks === true, labelConflicts: onlyLabelConflicts === true };
    return new DuplicateConnectionType(await this.versions.duplicates(id, only, requested(args, page)));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Images of a class side by side, as a data URL of a WebP file; null for a class without images.',
  })
  @Extensions({ [PICTURE]: ofSheet })
  async contactSheet(
    @Root() { id }: DatasetVersion,
    @Args(() => ContactSheetArgs) { label, split, ...sheet }: ContactSheetArgs,
    @Ctx() context: Context,
  ): Promise<string | null> {
    return this.versions.contactSheet(id, { label, split: split ?? null }, sheet, viewerOf(context));
  }
}

@Resolver(() => DatasetImageType)
export class DatasetImageResolver {
  constructor(private readonly versions: DatasetVersionService) {}

  @FieldResolver(() => String, { description: THUMBNAIL })
  @Extensions({ [PICTURE]: ofThumbnail })
  async thumbnail(
    @Root() image: DatasetImage,
    @Args(() => ThumbnailArgs) { side }: ThumbnailArgs,
    @Ctx() context: Context,
  ): Promise<string> {
    return this.versions.thumbnail(image.versionId, image.row, side, viewerOf(context));
  }
}
