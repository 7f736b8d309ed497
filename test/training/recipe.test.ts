import { describe, expect, it } from 'vitest';
import { HubError } from '../../src/errors.js';
import { learningRateAt } from '../../src/training/learning-rate.js';
import { type Recipe } from '../../src/training/recipe.js';
import { resolveFineTuneRecipe, resolveRecipe } from '../../src/training/recipe-resolution.js';

const STANDARD: Recipe = {
  imageSize: 75,
  splitLayer: 'avg_pool',
  batchSize: 300,
  epochs: 30,
  learningRate: 1e-3,
  schedule: 'CONSTANT',
  warmUpEpochs: 0,
  weightDecay: 0,
  layerDecay: 1,
  liveStatistics: false,
  labelSmoothing: 0,
  classWeights: 'none',
  mixup: 0,
  cutmix: 0,
  cutout: 0,
  mirror: false,
  crops: 0,
  colorJitters: 0,
  hiddenUnits: 500,
  dropout: 0.3,
  seed: 1,
  validation: 'HELD_OUT',
  validationFraction: 0.1,
  patience: 5,
  restoreBest: true,
  averageEpochs: 0,
};

describe('a recipe', () => {
  it('is complete without a word', () => {
    expect(resolveRecipe('standard', {})).toEqual(STANDARD);
  });

  // The seed experiment: a Keras notebook on CIFAR-10 at 299 px, batches of 300, Adam 1e-3, 4 epochs with
  // EarlyStopping(monitor='val_loss') and its patience of 0, validated on the 10,000 test images, last weights kept.
  it('of the seed experiment is what it was', () => {
    expect(resolveRecipe('seed', {})).toEqual({
      ...STANDARD,
      imageSize: 299,
      epochs: 4,
      validation: 'TEST_SPLIT',
      patience: 0,
      restoreBest: false,
    });
  });

  it('is a preset with changes', () => {
    expect(resolveRecipe('seed', { epochs: 2, patience: null, dropout: undefined })).toEqual({
      ...resolveRecipe('seed', {}),
      epochs: 2,
      patience: null,
    });
  });

  it('resolved once stays as it is', () => {
    const resolved = resolveRecipe('seed', { seed: 9 });
    expect(resolveRecipe('standard', resolved)).toEqual(resolved);
  });

  it.each<[keyof Recipe, readonly unknown[]]>([
    ['imageSize', [75, 600]],
    ['batchSize', [1, 4096]],
    ['epochs', [1, 1000]],
    ['learningRate', [1e-12, 1]],
    ['schedule', ['CONSTANT', 'COSINE']],
    ['warmUpEpochs', [0, 100]],
    ['weightDecay', [0, 1]],
    ['layerDecay', [0.5, 1]],
    ['labelSmoothing', [0, 0.9]],
    ['mixup', [0, 1]],
    ['cutmix', [0, 1]],
    ['cutout', [0, 0.75]],
    ['colorJitters', [0, 8]],
    ['classWeights', ['none', 'balanced', { cat: 0, dog: 1000 }, {}]],
    ['crops', [0, 8]],
    ['hiddenUnits', [1, 8192]],
    ['dropout', [0, 0.95]],
    ['seed', [0, 2 ** 31 - 1]],
    ['validation', ['HELD_OUT', 'TEST_SPLIT']],
    ['validationFraction', [0.01, 0.5]],
    ['patience', [0, 1000, null]],
    ['restoreBest', [true, false]],
  ])('takes %s at both ends of its range', (field, values) => {
    for (const value of values) expect(resolveRecipe('standard', { [field]: value })[field]).toEqual(value);
  });

  it.each<[keyof Recipe, readonly unknown[]]>([
    ['imageSize', [74, 601, 75.5, '75', null]],
    ['batchSize', [0, 4097]],
    ['epochs', [0, 1001, Number.NaN]],
    ['learningRate', [0, -1, 1.01, Number.POSITIVE_INFINITY]],
    ['schedule', ['LINEAR', null]],
    ['warmUpEpochs', [-1, 101]],
    ['weightDecay', [-0.1, 1.1]],
    ['layerDecay', [0.49, 1.01]],
    ['labelSmoothing', [-0.1, 0.91]],
    ['mixup', [-0.1, 1.01]],
    ['cutmix', [-0.1, 1.01]],
    ['cutout', [-0.1, 0.76]],
    ['colorJitters', [-1, 9, 1.5]],
    ['classWeights', ['equal', null, 2, [1], { cat: -1 }, { cat: 1001 }, { cat: '2' }]],
    ['mirror', [1, 'yes']],
    ['crops', [-1, 9, 1.5]],
    ['hiddenUnits', [0, 8193]],
    ['dropout', [-0.01, 0.96, 1]],
    ['seed', [-1, 2 ** 31, 0.5]],
    ['validation', ['TRAIN', null]],
    ['validationFraction', [0, 0.51]],
    ['patience', [-1, 1001, 0.5]],
    ['restoreBest', ['yes', 1]],
    ['averageEpochs', [-1, 1001, 0.5]],
  ])('refuses %s out of its range, and names it with what was received', (field, values) => {
    for (const value of values) {
      expect(() => resolveRecipe('standard', { [field]: value })).toThrow(
        expect.objectContaining({
          code: 'BAD_INPUT',
          message: expect.stringMatching(
            new RegExp(`^The recipe cannot be used: ${field}(\\.cat)?: .+\\(received .+\\)\\.$`),
          ),
        }),
      );
    }
  });

  it.each<[string, Partial<Recipe>, string]>([
    ['with the best epoch', { restoreBest: true }, 'requires restoreBest false'],
    ['when training may end early', { patience: 3 }, 'requires patience null.+ \\(patience is 3\\)'],
    ['over more epochs than there are', { epochs: 2 }, 'must not exceed epochs \\(2\\)'],
  ])('refuses averaged weights %s, and names both', (_, changes, reason) => {
    const averaging = { epochs: 3, averageEpochs: 3, restoreBest: false, patience: null };
    expect(resolveRecipe('standard', averaging)).toMatchObject(averaging);
    expect(() => resolveRecipe('standard', { ...averaging, ...changes })).toThrow(
      expect.objectContaining({
        code: 'BAD_INPUT',
        message: expect.stringMatching(
          new RegExp(`^The recipe cannot be used: averageEpochs: ${reason}.*\\(received 3\\)\\.$`),
        ),
      }),
    );
  });

  it.each(['cutmix', 'cutout'])('refuses %s where the maps have no places to cut', (name) => {
    const tune = (changes: Partial<Recipe>): Recipe => resolveFineTuneRecipe(STANDARD, { [name]: 0.5, ...changes });
    expect(tune({ splitLayer: 'mixed7' })).toMatchObject({ [name]: 0.5 });
    expect(tune({ splitLayer: 'mixed9', imageSize: 299 })).toMatchObject({ [name]: 0.5 });
    expect(() => tune({ splitLayer: 'mixed9' })).toThrow(
      expect.objectContaining({
        code: 'BAD_INPUT',
        message: `The recipe cannot be used: ${name}: needs maps of 3 x 3 or more at the first trained layer, and after mixed9 they are 1 x 1 for images of 75 pixels: train from an earlier layer, or on larger images (received 0.5).`,
      }),
    );
  });

  it('refuses what it does not know, and names every problem', () => {
    const wrong = (): Recipe => resolveRecipe('standard', { momentum: 0.9, epochs: 0 });
    expect(wrong).toThrow(HubError);
    expect(wrong).toThrow(/epochs: .+; there is no "momentum"/);
  });
});

describe('the learning rate of a step', () => {
  const STEPS = 10; // per epoch
  const over = (changes: Partial<Recipe>): number[] => {
    const recipe = { ...STANDARD, learningRate: 1, epochs: 4, ...changes };
    return Array.from({ length: 4 * STEPS }, (_, step) => learningRateAt(step, STEPS, recipe));
  };

  it('is the same for all', () => {
    expect(new Set(over({}))).toEqual(new Set([1]));
  });

  it('rises evenly over the first epochs', () => {
    const rates = over({ warmUpEpochs: 0.5 });
    for (const [i, rate] of [0.2, 0.4, 0.6, 0.8, 1, 1].entries()) expect(rates[i]).toBeCloseTo(rate, 10);
  });

  it('falls along half a cosine behind that, almost to zero', () => {
    const rates = over({ warmUpEpochs: 1, schedule: 'COSINE' });
    expect(rates[STEPS]).toBe(1);
    expect(rates[STEPS + 15]).toBeCloseTo(0.5, 10);
    expect(rates.at(-1)).toBeCloseTo((1 + Math.cos((Math.PI * 29) / 30)) / 2, 10);
    expect(rates.slice(STEPS)).toEqual(rates.slice(STEPS).sort((a, b) => b - a));
  });
});
