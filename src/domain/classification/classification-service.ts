import { type ClassificationType, toClassification } from '../../schema/classification/classification.type.js';
import { type ExplanationType, toExplanation } from '../../schema/classification/explanation.type.js';
import type { Classifier, Question } from '../../serving/classifier.js';
import type { PredictionLog } from '../prediction/prediction-log.js';

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
    const photo = remembered(readPhoto);
    const answer = await this.classifier.classify(photo.read, question);
    return toClassification(answer, this.log.keep(photo.bytes(), answer));
  }

  /** @throws as the classifier does. */
  async explain(
    readPhoto: () => Promise<Uint8Array>,
    question: Question & { readonly topK: number; readonly label: string | null },
  ): Promise<ExplanationType> {
    const photo = remembered(readPhoto);
    const explanation = await this.classifier.explain(photo.read, question);
    return toExplanation(explanation, this.log.keep(photo.bytes(), explanation.classification));
  }
}

/** A photo that is read once it is accepted, for who needs it then too. */
function remembered(readPhoto: () => Promise<Uint8Array>) {
  let photo: Uint8Array = new Uint8Array();
  return {
    async read(): Promise<Uint8Array> {
      photo = await readPhoto();
      return photo;
    },
    bytes: () => photo,
  };
}
