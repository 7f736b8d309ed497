import type { Step, StepResult } from '../engines/engine.js';
import { HubError } from '../errors.js';
import type { PartialEpoch } from './checkpoint.js';
import type { EpochMetrics, Evaluation } from './epoch-metrics.js';
import { bestEpoch } from './kept-weights.js';
import type { Recipe } from './recipe.js';

/** Adds the results of more steps to a partial epoch. @throws DIVERGED when a loss is not finite. */
export function addSteps(
  partial: PartialEpoch,
  steps: readonly Step[],
  results: readonly StepResult[],
  epoch: number,
  recipe: Recipe,
): PartialEpoch {
  let { images, loss, correct } = partial;
  for (const [i, result] of results.entries()) {
    if (!Number.isFinite(result.loss)) throw diverged(`the loss is ${result.loss}`, epoch, recipe);
    const { count } = steps[i] as Step;
    images += count;
    loss += result.loss * count;
    correct += result.correct;
  }
  return { images, loss, correct };
}

/** The figures of a finished epoch. @param seconds wall time, validation included. */
export function metricsOf(epoch: number, trained: PartialEpoch, validated: Evaluation, seconds: number): EpochMetrics {
  return {
    epoch,
    trainLoss: trained.loss / trained.images,
    trainAccuracy: trained.correct / trained.images,
    validationLoss: validated.loss,
    validationAccuracy: validated.accuracy,
    seconds,
  };
}

/** Keras's EarlyStopping on val_loss: true after `patience` epochs in a row without a lower one; 0 counts as 1. */
export function stoppedEarly(history: readonly EpochMetrics[], { patience }: Recipe): boolean {
  if (patience === null || history.length < 2) return false;
  const since = history.length - bestEpoch(history);
  return since > 0 && since >= patience;
}

/** The error DIVERGED. @param how the value that is not finite, for the message. */
export function diverged(how: string, epoch: number, { learningRate }: Recipe): HubError {
  const message = `Training diverged in epoch ${epoch}: ${how}. Lower the learning rate (it is ${learningRate}).`;
  return new HubError('DIVERGED', message, { epoch, learningRate });
}
