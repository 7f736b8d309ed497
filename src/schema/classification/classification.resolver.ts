import { Arg, Args, Ctx, Mutation, Resolver } from 'type-graphql';
import { modelIn } from '../../domain/permission.js';
import { HubError } from '../../errors.js';
import type { Answerer, Question } from '../../serving/answer.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { type UploadPromise, UploadScalar } from '../upload.js';
import { ExplanationArgs, ManyPhotosArgs, QuestionArgs } from './classification.args.js';
import { ClassificationResultType, ClassificationType } from './classification.type.js';
import { ExplanationType, toExplanation } from './explanation.type.js';
import { toClassification } from './to-classification.js';
import { uploadedPhoto } from './uploaded-photo.js';

@Resolver()
export class ClassificationResolver {
  constructor(private readonly answerer: Answerer) {}

  @Mutation(() => ClassificationType, {
    description: 'Classifies an uploaded photo (JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP).',
  })
  @Needs('VIEWER', modelIn('model'))
  async classify(
    @Arg('image', () => UploadScalar, { description: 'The photo, as an upload.' })
    image: UploadPromise,
    @Args(() => QuestionArgs) question: QuestionArgs,
    @Ctx() context: Context,
  ): Promise<ClassificationType> {
    return toClassification(await this.answerer.answer(uploadedPhoto(image), questionOf(question, context)));
  }

  @Mutation(() => [ClassificationResultType], {
    description: 'Classifies several photos. Returns a result for each, in the same order.',
  })
  @Needs('VIEWER', modelIn('model'))
  async classifyMany(
    @Args(() => ManyPhotosArgs) question: ManyPhotosArgs,
    @Ctx() context: Context,
  ): Promise<ClassificationResultType[]> {
    return Promise.all(
      question.images.map((image) =>
        this.answerer.answer(uploadedPhoto(image), questionOf(question, context)).then(
          (answered) => ({ classification: toClassification(answered) }),
          (error: unknown) => ({ error: refusalOf(error) }),
        ),
      ),
    );
  }

  @Mutation(() => ExplanationType, {
    description: 'Classifies an uploaded photo and shows which regions support a class (Grad-CAM).',
  })
  @Needs('VIEWER', modelIn('model'))
  async explain(
    @Arg('image', () => UploadScalar, { description: 'The photo, as an upload.' })
    image: UploadPromise,
    @Args(() => ExplanationArgs) question: ExplanationArgs,
    @Ctx() context: Context,
  ): Promise<ExplanationType> {
    const explain = { label: question.label ?? null };
    return toExplanation(
      await this.answerer.answer(uploadedPhoto(image), { ...questionOf(question, context), explain }),
    );
  }
}

function questionOf({ model, target, topK, key }: QuestionArgs, { caller, requestId }: Context): Question {
  return { caller: caller.tokenId, requestId, model, target, topK, outlierScore: true, key: key ?? undefined };
}

/** The refusal in place of an answer. @throws any other error. */
function refusalOf(error: unknown): { code: string; message: string; retryAfter?: number } {
  if (!(error instanceof HubError)) throw error;
  const { code, message, details } = error;
  return { code, message, ...(code === 'OVERLOADED' ? { retryAfter: Number(details.retryAfter) } : {}) };
}
