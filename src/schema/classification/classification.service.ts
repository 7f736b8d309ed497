import type { Classifier, Question } from '../../serving/classifier.js';
import type { PredictionLog } from '../prediction/prediction.log.js';
import { type ClassificationType, toClassification } from './classification.type.js';

/** Answers about photos, and keeps the answers where the model is set to. */
export class ClassificationService {
  constructor(
    private readonly classifier: Classifier,
    private readonly log: PredictionLog,
  ) {}

  /** @throws as the classifier does. */
  async classify(
    readPhoto: () => Promise<Uint8Array>,
    question: Question & { readonly topK: number },
  ): Promise<ClassificationType> {
    let photo: Uint8Array = new Uint8Array();
    const read = async (): Promise<Uint8Array> => {
      photo = await readPhoto();
      return photo;
    };
    const answer = await this.classifier.classify(read, question);
    return toClassification(answer, this.log.keep(photo, answer));
  }
}
