import { describe, expect, it } from 'vitest';
import { resolveRecipe } from '../../src/training/recipe-resolution.js';
import { gridTrials, randomTrials, type SearchParameter } from '../../src/training/search-space.js';

const BASE = resolveRecipe('standard', {});

describe('a grid', () => {
  it('is every combination, the last parameter changing fastest', () => {
    const parameters = [
      { name: 'learningRate', values: [0.1, 0.01] },
      { name: 'schedule', values: ['CONSTANT', 'COSINE'] },
    ];
    expect(gridTrials(BASE, parameters)).toEqual([
      { learningRate: 0.1, schedule: 'CONSTANT' },
      { learningRate: 0.1, schedule: 'COSINE' },
      { learningRate: 0.01, schedule: 'CONSTANT' },
      { learningRate: 0.01, schedule: 'COSINE' },
    ]);
  });

  it('has a limit', () => {
    const values = Array.from({ length: 100 }, (_, i) => i);
    const parameters = ['seed', 'patience'].map((name) => ({ name, values }));
    expect(() => gridTrials(BASE, parameters)).toThrow('The sweep would have 10000 trials; the limit is 1000.');
  });
});

describe('trials drawn at random', () => {
  const parameters: SearchParameter[] = [
    { name: 'learningRate', min: 1e-4, max: 1e-1, scale: 'LOG' },
    { name: 'hiddenUnits', min: 10, max: 20 },
    { name: 'dropout', values: [0, 0.5] },
  ];

  it('lie between the ends, spread evenly over the scale, whole where the parameter is', () => {
    const trials = randomTrials(BASE, parameters, 400, 1);
    const rates = trials.map(({ learningRate }) => learningRate as number);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-1);
    for (const decade of [1e-4, 1e-3, 1e-2]) {
      const share = rates.filter((rate) => rate >= decade && rate < 10 * decade).length / rates.length;
      expect(share).toBeGreaterThan(0.25);
      expect(share).toBeLessThan(0.42);
    }
    const units = new Set(trials.map(({ hiddenUnits }) => hiddenUnits as number));
    expect([...units].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, i) => 10 + i));
    expect(new Set(trials.map(({ dropout }) => dropout))).toEqual(new Set([0, 0.5]));
  });

  it('are the same for the same seed, and more of them begin with the same ones', () => {
    const ten = randomTrials(BASE, parameters, 10, 7);
    expect(randomTrials(BASE, parameters, 20, 7).slice(0, 10)).toEqual(ten);
    expect(randomTrials(BASE, parameters, 10, 8)).not.toEqual(ten);
  });
});

describe('a sweep is refused', () => {
  it.each<[string, SearchParameter[], RegExp]>([
    [
      'for an unknown name',
      [{ name: 'momentum', values: [1] }],
      /there is no hyperparameter named momentum; trials can/,
    ],
    [
      'for other features',
      [{ name: 'mirror', values: [true] }],
      /mirror must be the same in all trials: it decides which/,
    ],
    [
      'for other images',
      [{ name: 'validation', values: ['HELD_OUT'] }],
      /figures on other images cannot be compared\.$/,
    ],
    [
      'for a value out of range',
      [{ name: 'dropout', values: [0, 0.96] }],
      /dropout: must be 0\.95 or less \(received 0\.96\)/,
    ],
    ['for an end out of range', [{ name: 'epochs', min: 0, max: 5 }], /epochs: must be 1 or more \(received 0\)/],
    ['for a range without width', [{ name: 'dropout', min: 0.5, max: 0.5 }], /dropout needs a min below its max/],
    ['for half of a range', [{ name: 'dropout', min: 0.5 }], /dropout needs a min below its max/],
    [
      'for both a list and a range',
      [{ name: 'dropout', values: [0], min: 0, max: 1 }],
      /either values, or min and max/,
    ],
    ['for neither', [{ name: 'dropout' }], /either values, or min and max/],
    ['for an empty list', [{ name: 'dropout', values: [] }], /dropout has an empty list of values/],
    ['for a range of choices', [{ name: 'schedule', min: 0, max: 1 }], /schedule is not a number/],
    [
      'for a logarithm of zero',
      [{ name: 'dropout', min: 0, max: 0.5, scale: 'LOG' }],
      /a min above 0 for the scale LOG/,
    ],
    ['for a name twice', [{ name: 'seed', values: [1] }, { name: 'seed', values: [2] }], /seed is named twice/], // biome-ignore format: one case a line
  ])('%s', (_, parameters, message) => {
    expect(() => randomTrials(BASE, parameters, 3, 1)).toThrow(message);
  });

  it('as a grid with a range', () => {
    expect(() => gridTrials(BASE, [{ name: 'dropout', min: 0, max: 0.5 }])).toThrow(/a grid needs a list of values/);
  });

  it('where trials would be compared on the test images', () => {
    const base = resolveRecipe('seed', {});
    expect(() => gridTrials(base, [{ name: 'dropout', values: [0] }])).toThrow(
      /the base recipe validates on the test images/,
    );
  });
});
