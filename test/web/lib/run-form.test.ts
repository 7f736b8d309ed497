import { describe, expect, it } from 'vitest';
import { type FieldRules, rangeOf, readValue, showValue } from '../../../web/src/lib/hyperparameter.js';
import { checkForm, wrongFields } from '../../../web/src/lib/run-form.js';

const NUMBER = { kind: 'FLOAT', nullable: false, min: 0, max: 1, exclusiveMin: true, unit: null, choices: [] } as const;
const PATIENCE = {
  kind: 'INT',
  nullable: true,
  min: 0,
  max: 1000,
  exclusiveMin: false,
  unit: 'epochs',
  choices: [],
} as const;
const WEIGHTS: FieldRules = { ...NUMBER, kind: 'WEIGHTS', min: null, max: null, choices: ['none', 'balanced'] };

describe('a typed hyperparameter', () => {
  it.each<[FieldRules, string, unknown]>([
    [NUMBER, ' 1e-3 ', 0.001],
    [NUMBER, '1', 1],
    [PATIENCE, '', null],
    [PATIENCE, '0', 0],
    [{ ...NUMBER, kind: 'BOOLEAN' }, 'true', true],
    [{ ...NUMBER, kind: 'CHOICE' }, 'COSINE', 'COSINE'],
    [WEIGHTS, ' balanced ', 'balanced'],
    [WEIGHTS, '{"cat": 2, "dog": 0.5}', { cat: 2, dog: 0.5 }],
  ])('is read: %o %j', (about, text, value) => {
    expect(readValue(about, text)).toEqual({ value });
  });

  it.each<[FieldRules, string, string]>([
    [NUMBER, '0', 'Enter a number, above 0, at most 1.'],
    [NUMBER, '1.1', 'Enter a number, above 0, at most 1.'],
    [NUMBER, '', 'Enter a number, above 0, at most 1.'],
    [NUMBER, '0,5', 'Enter a number, above 0, at most 1.'],
    [PATIENCE, '2.5', 'Enter a whole number, 0 to 1000 epochs, or leave it empty.'],
    [PATIENCE, '-1', 'Enter a whole number, 0 to 1000 epochs, or leave it empty.'],
    [WEIGHTS, '', 'Enter none, balanced, or weights by class name such as {"cat": 2, "dog": 0.5}.'],
    [WEIGHTS, 'cat 2', 'Enter none, balanced, or weights by class name such as {"cat": 2, "dog": 0.5}.'],
    [WEIGHTS, '[1]', 'Enter none, balanced, or weights by class name such as {"cat": 2, "dog": 0.5}.'],
    [WEIGHTS, '{"cat": "2"}', 'Enter none, balanced, or weights by class name such as {"cat": 2, "dog": 0.5}.'],
    [WEIGHTS, 'null', 'Enter none, balanced, or weights by class name such as {"cat": 2, "dog": 0.5}.'],
  ])('out of its range is refused in words: %o %j', (about, text, problem) => {
    expect(readValue(about, text)).toEqual({ problem });
  });

  it('is shown in words', () => {
    expect([showValue(null), showValue(true), showValue(300, 'images')]).toEqual(['never', 'yes', '300 images']);
    expect(showValue({ cat: 2 })).toBe('{"cat":2}');
    expect(rangeOf({ ...NUMBER, min: null, max: null })).toBe('');
  });
});

describe('a form', () => {
  const fields = [
    { ...NUMBER, name: 'learningRate', base: 0.001 },
    { ...PATIENCE, name: 'patience', base: 5 },
  ];

  it('asks for what differs, and not for what was typed as it was', () => {
    expect(checkForm(fields, { learningRate: '1e-3', patience: '' })).toEqual({
      changes: { patience: null },
      problems: {},
    });
  });

  it('asks for no weights that are as they were', () => {
    const weights = { ...WEIGHTS, name: 'classWeights', base: { cat: 2 } };
    expect(checkForm([weights], { classWeights: '{ "cat": 2 }' }).changes).toEqual({});
    expect(checkForm([weights], { classWeights: '{"cat": 3}' }).changes).toEqual({ classWeights: { cat: 3 } });
  });

  it('says of each field why it cannot be used', () => {
    const { changes, problems } = checkForm(fields, { learningRate: '7', patience: '3' });
    expect(changes).toEqual({ patience: 3 });
    expect(Object.keys(problems)).toEqual(['learningRate']);
  });

  it('names all wrong fields', () => {
    expect(wrongFields(checkForm(fields, { learningRate: '7', patience: '-1' }))).toBe('Learning rate and Patience');
    expect(wrongFields(checkForm(fields, { patience: '1' }))).toBe('');
  });
});
