import { Max, Min } from 'class-validator';
import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { DatasetVersionService } from '../../domain/dataset/dataset-version-service.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { DeriveDatasetVersionInput, ImagePageInput } from './dataset.input.js';
import { DatasetVersionType, SplitName } from './dataset.type.js';
import {
  DatasetDifference,
  DatasetImagePage,
  DatasetImageType,
  DuplicateKind,
  DuplicatePage,
} from './dataset-image.type.js';

@ArgsType()
class ContactSheetArgs {
  @Field(() => String)
  label!: string;

  @Field(() => SplitName, { nullable: true })
  split?: SplitName;

  @Field(() => Int, { defaultValue: 10, description: '1 to 20.' })
  @Min(1)
  @Max(20)
  columns!: number;

  @Field(() => Int, { defaultValue: 4, description: '1 to 20.' })
  @Min(1)
  @Max(20)
  rows!: number;

  @Field(() => Int, { defaultValue: 48, description: 'Of each image, in pixels; 16 to 128.' })
  @Min(16)
  @Max(128)
  side!: number;
}

@ArgsType()
export class ThumbnailArgs {
  @Field(() => Int, { defaultValue: 64, description: 'In pixels; 16 to 512.' })
  @Min(16)
  @Max(512)
  side!: number;
}

/** What the field of this name is. */
export const THUMBNAIL = 'All of it within a square, as a data URL of a WebP picture.';

const FIRST_PAGE = { first: 50 } as const;

@Resolver(() => DatasetVersionType)
export class DatasetVersionResolver {
  constructor(private readonly versions: DatasetVersionService) {}

  @Query(() => DatasetVersionType, { nullable: true })
  @Needs('VIEWER')
  async datasetVersion(@Arg('id', () => ID) id: string): Promise<DatasetVersionType | null> {
    return this.versions.find(id);
  }

  @Query(() => DatasetDifference, { description: 'What became of the images from one version to another.' })
  @Needs('VIEWER')
  async diffDatasetVersions(
    @Arg('from', () => ID) from: string,
    @Arg('to', () => ID) to: string,
    @Arg('page', () => ImagePageInput, { defaultValue: FIRST_PAGE }) { first }: ImagePageInput,
  ): Promise<DatasetDifference> {
    return this.versions.diff(from, to, first);
  }

  @Mutation(() => DatasetVersionType, {
    description: 'Makes a version of others. What comes out is checked as a registered version is.',
  })
  @Needs('TRAINER')
  async deriveDatasetVersion(
    @Arg('input', () => DeriveDatasetVersionInput) input: DeriveDatasetVersionInput,
  ): Promise<DatasetVersionType> {
    const { from, dataset, classes, ...derivation } = input;
    return this.versions.derive(from, dataset ?? null, { ...derivation, classes: classes ?? null });
  }

  @Mutation(() => Boolean, {
    description: 'Refused while a run, a model version or a derived version refers to it. True when it is gone.',
  })
  @Needs('MAINTAINER')
  async deleteDatasetVersion(@Arg('id', () => ID) id: string, @Ctx() { actor }: Context): Promise<boolean> {
    await this.versions.delete(id, actor);
    return true;
  }

  @FieldResolver(() => DatasetImagePage)
  async images(
    @Root() { id }: DatasetVersionType,
    @Arg('page', () => ImagePageInput, { defaultValue: FIRST_PAGE }) page: ImagePageInput,
    @Arg('label', () => String, { nullable: true }) label?: string,
    @Arg('split', () => SplitName, { nullable: true }) split?: SplitName,
  ): Promise<DatasetImagePage> {
    return this.versions.images(id, { label: label ?? null, split: split ?? null }, page);
  }

  @FieldResolver(() => DuplicatePage, { description: 'Images that show the same; those of the same bytes first.' })
  async duplicates(
    @Root() { id }: DatasetVersionType,
    @Arg('page', () => ImagePageInput, { defaultValue: FIRST_PAGE }) page: ImagePageInput,
    @Arg('kind', () => DuplicateKind, { nullable: true }) kind?: DuplicateKind,
    @Arg('onlyLeaks', () => Boolean, { defaultValue: false }) onlyLeaks?: boolean,
    @Arg('onlyLabelConflicts', () => Boolean, { defaultValue: false }) onlyLabelConflicts?: boolean,
  ): Promise<DuplicatePage> {
    const only = { kind: kind ?? null, leaks: onlyLeaks === true, labelConflicts: onlyLabelConflicts === true };
    return this.versions.duplicates(id, only, page);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Images of a class side by side, as a data URL of a WebP picture; null where there are none.',
  })
  async contactSheet(
    @Root() { id }: DatasetVersionType,
    @Args(() => ContactSheetArgs) { label, split, ...sheet }: ContactSheetArgs,
  ): Promise<string | null> {
    return this.versions.contactSheet(id, { label, split: split ?? null }, sheet);
  }
}

@Resolver(() => DatasetImageType)
export class DatasetImageResolver {
  constructor(private readonly versions: DatasetVersionService) {}

  @FieldResolver(() => String, { description: THUMBNAIL })
  async thumbnail(
    @Root() image: DatasetImageType,
    @Args(() => ThumbnailArgs) { side }: ThumbnailArgs,
  ): Promise<string> {
    return this.versions.thumbnail(image.versionId, image.row, side);
  }
}
