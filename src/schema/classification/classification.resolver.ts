import { Arg, Int, Mutation, Resolver } from 'type-graphql';
import { HubError } from '../../errors.js';
import { readAtMost, type UploadPromise, UploadScalar } from '../../http/upload.js';
import { classify } from '../../serving/classify.js';
import type { Deployments } from '../../serving/deployments.js';
import { PRODUCTION } from '../model/gate.js';
import { ClassificationType } from './classification.type.js';

/** Bytes of one photo. */
export const PHOTO_BYTES = 20 * 1024 * 1024;
const TOP_LIMIT = 1000;

@Resolver()
export class ClassificationResolver {
  constructor(private readonly deployments: Deployments) {}

  @Mutation(() => ClassificationType, {
    description:
      'Classifies an uploaded photo (JPEG, PNG, WebP, GIF, TIFF or AVIF of any size) with what an alias points to.',
  })
  async classify(
    @Arg('image', () => UploadScalar) image: UploadPromise,
    @Arg('model', () => String) model: string,
    @Arg('alias', () => String, { defaultValue: PRODUCTION }) alias: string,
    @Arg('topK', () => Int, { defaultValue: 5, description: 'How many classes to list, from 1.' }) topK: number,
  ): Promise<ClassificationType> {
    if (topK < 1 || topK > TOP_LIMIT) {
      throw new HubError('BAD_INPUT', `topK must be 1 to ${TOP_LIMIT}; ${topK} was received.`, { topK });
    }
    const photo = await readAtMost(image, PHOTO_BYTES);
    const { label, top, version, milliseconds } = await classify(this.deployments, photo, { model, alias, topK });
    return {
      label,
      confidence: top[0]?.probability ?? 0,
      top: [...top],
      model: version.model,
      modelVersion: version.number,
      modelVersionId: version.versionId,
      milliseconds,
    };
  }
}
