import { describe, expect, it } from 'vitest';
import { titleOf } from '../../../web/src/lib/hyperparameter.js';
import { readRange, readValues } from '../../../web/src/lib/search-space.js';

const RATE = { kind: 'FLOAT', nullable: false, min: 0, max: 1, exclusiveMin: true, unit: null, choices: [] } as const;
const PATIENCE = { ...RATE, kind: 'INT', nullable: true, max: 1000, exclusiveMin: false, unit: 'epochs' } as const;
const MIRROR = { ...RATE, kind: 'BOOLEAN', min: null, max: null } as const;
const SCHEDULE = { ...MIRROR, kind: 'CHOICE', choices: ['CONSTANT', 'COSINE'] } as const;

describe('the values of a sweep', () => {
  it.each([
    [RATE, '0.001, 0.01 ,', [0.001, 0.01]],
    [PATIENCE, '5, never', [5, null]],
    [MIRROR, 'true, false', [true, false]],
    [SCHEDULE, 'COSINE', ['COSINE']],
  ] as const)('are read from a list: %j, %s', (about, text, value) => {
    expect(readValues(about, text)).toEqual({ value });
  });

  it.each([
    [RATE, '', 'Enter at least one value, separated by commas.'],
    [RATE, '0.1, 2', '2: Enter a number, above 0, at most 1.'],
    [RATE, '0.1, 0.1', 'Enter each value once.'],
    [MIRROR, 'yes', 'yes: Enter true or false.'],
    [SCHEDULE, 'LINEAR', 'LINEAR: Enter CONSTANT or COSINE.'],
  ] as const)('are refused with what to enter: %j, %s', (about, text, problem) => {
    expect(readValues(about, text)).toEqual({ problem });
  });

  it('are a range whose ends are in order, and above 0 on a logarithmic scale', () => {
    const range = { name: 'x', min: '0.1', max: '0.5', scale: 'LOG' } as const;
    expect(readRange(RATE, range)).toEqual({ value: { min: 0.1, max: 0.5 } });
    expect(readRange(RATE, { ...range, max: '0.1' })).toEqual({
      problem: 'Enter a range whose end is above its beginning.',
    });
    expect(readRange(PATIENCE, { ...range, min: '0', max: '9' })).toEqual({
      problem: 'A logarithmic range begins above 0.',
    });
    expect(readRange(RATE, { ...range, min: '' })).toEqual({ problem: 'Minimum: Enter a number, above 0, at most 1.' });
  });
});

it('names a field of a recipe in words', () => {
  expect(['learningRate', 'splitLayer', 'epochs'].map(titleOf)).toEqual([
    'Learning rate',
    'First trained layer',
    'Epochs',
  ]);
});
