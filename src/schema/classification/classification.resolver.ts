import { Arg, Args, Mutation, Resolver } from 'type-graphql';
import { PHOTO_BYTES } from '../../domain/classification/classification-bounds.js';
import type { ClassificationService } from '../../domain/classification/classification-service.js';
import { HubError } from '../../errors.js';
import { modelIn, Needs } from '../permission.js';
import { readAtMost, type UploadPromise, UploadScalar } from '../upload.js';
import { ExplanationArgs, QuestionArgs } from './classification.args.js';
import { ClassificationResultType, ClassificationType } from './classification.type.js';
import { ExplanationType } from './explanation.type.js';

@Resolver()
export class ClassificationResolver {
  constructor(private readonly classifications: ClassificationService) {}

  @Mutation(() => ClassificationType, {
    description: 'Classifies an uploaded photo (JPEG, PNG, WebP, GIF, TIFF or AVIF of any size).',
  })
  @Needs('VIEWER', modelIn('model'))
  async classify(
    @Arg('image', () => UploadScalar) image: UploadPromise,
    @Args(() => QuestionArgs) question: QuestionArgs,
  ): Promise<ClassificationType> {
    return this.#ask(image, question);
  }

  @Mutation(() => [ClassificationResultType], {
    description: 'Classifies several photos. Each has an answer of its own, in the order in which they were named.',
  })
  @Needs('VIEWER', modelIn('model'))
  async classifyMany(
    @Arg('images', () => [UploadScalar]) images: UploadPromise[],
    @Args(() => QuestionArgs) question: QuestionArgs,
  ): Promise<ClassificationResultType[]> {
    return Promise.all(
      images.map((image) =>
        this.#ask(image, question).then(
          (classification) => ({ classification }),
          (error: unknown) => ({ error: expected(error) }),
        ),
      ),
    );
  }

  @Mutation(() => ExplanationType, {
    description: 'Classifies an uploaded photo and says which of its places speak for a class (Grad-CAM).',
  })
  @Needs('VIEWER', modelIn('model'))
  async explain(
    @Arg('image', () => UploadScalar) image: UploadPromise,
    @Args(() => ExplanationArgs) { model, topK, target, key, label }: ExplanationArgs,
  ): Promise<ExplanationType> {
    const photo = (): Promise<Uint8Array> => readAtMost(image, PHOTO_BYTES);
    return this.classifications.explain(photo, { model, target, topK, key: key ?? undefined, label: label ?? null });
  }

  async #ask(image: UploadPromise, question: QuestionArgs): Promise<ClassificationType> {
    const { model, topK, target, key } = question;
    const photo = (): Promise<Uint8Array> => readAtMost(image, PHOTO_BYTES);
    return this.classifications.classify(photo, { model, target, topK, key: key ?? undefined });
  }
}

/** What stands in place of an answer. @throws what is no refusal. */
function expected(error: unknown): { code: string; message: string; retryAfter?: number } {
  if (!(error instanceof HubError)) throw error;
  const { code, message, details } = error;
  return { code, message, ...(code === 'OVERLOADED' ? { retryAfter: Number(details.retryAfter) } : {}) };
}
