import { ArgsType, Field, ID } from 'type-graphql';
import { z } from 'zod';
import type { PhotoDeletion } from '../../domain/prediction/photo-deletion.js';
import { Checked, list, SHA256, UUID } from '../checked.js';
import { Reason } from '../reason.field.js';

/** Photos of one request. */
const MAX_PHOTOS = 1000;
const PHOTO = z.union([SHA256, UUID], { error: '$field must be 64 hex digits or a UUID; $value was received.' });

@ArgsType()
export class DeletePhotosArgs implements PhotoDeletion {
  @Field(() => [ID], {
    description:
      'Up to 1,000, each as its SHA-256 in hex, as the id of a kept answer (`predictionId`) or as the id of an HTTP request (`X-Request-Id`), which means all of its photos.',
  })
  @Checked(list(1, MAX_PHOTOS, PHOTO))
  photos!: string[];

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether to make a version without the photos, of each dataset whose newest version has one of them. The versions with them stay.',
  })
  newVersions!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether to pass over photos that are not known; otherwise one of them refuses everything.',
  })
  ignoreUnknown!: boolean;

  @Reason()
  reason!: string;
}
