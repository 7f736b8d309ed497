import type { Recipe } from './recipe.js';

/**
 * The learning rate of a step: linear warm-up, then constant or half a cosine from the full rate to zero (Loshchilov and
 * Hutter, "SGDR", 2017).
 * @param step from 0, counted over all epochs.
 */
export function learningRateAt(step: number, stepsPerEpoch: number, recipe: Recipe): number {
  const { learningRate, schedule, warmUpEpochs, epochs } = recipe;
  const rising = Math.round(warmUpEpochs * stepsPerEpoch);
  if (step < rising) return (learningRate * (step + 1)) / rising;
  if (schedule === 'CONSTANT') return learningRate;
  const passed = (step - rising) / (epochs * stepsPerEpoch - rising);
  return (learningRate * (1 + Math.cos(Math.PI * passed))) / 2;
}
