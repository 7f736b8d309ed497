import { describe, expect, it } from 'vitest';
import { type About, rangeOf, readValue, showValue } from '../../../web/src/lib/hyperparameter.js';
import { checkForm } from '../../../web/src/lib/run-form.js';

const NUMBER = { kind: 'FLOAT', nullable: false, min: 0, max: 1, exclusiveMin: true, unit: null } as const;
const PATIENCE = { kind: 'INT', nullable: true, min: 0, max: 1000, exclusiveMin: false, unit: 'epochs' } as const;

describe('a typed hyperparameter', () => {
  it.each<[About, string, unknown]>([
    [NUMBER, ' 1e-3 ', 0.001],
    [NUMBER, '1', 1],
    [PATIENCE, '', null],
    [PATIENCE, '0', 0],
    [{ ...NUMBER, kind: 'BOOLEAN' }, 'true', true],
    [{ ...NUMBER, kind: 'CHOICE' }, 'COSINE', 'COSINE'],
  ])('is read: %o %j', (about, text, value) => {
    expect(readValue(about, text)).toEqual({ value });
  });

  it.each<[About, string, string]>([
    [NUMBER, '0', 'Give a number, above 0, at most 1.'],
    [NUMBER, '1.1', 'Give a number, above 0, at most 1.'],
    [NUMBER, '', 'Give a number, above 0, at most 1.'],
    [NUMBER, '0,5', 'Give a number, above 0, at most 1.'],
    [PATIENCE, '2.5', 'Give a whole number, 0 to 1000 epochs, or nothing.'],
    [PATIENCE, '-1', 'Give a whole number, 0 to 1000 epochs, or nothing.'],
  ])('out of its range is refused in words: %o %j', (about, text, problem) => {
    expect(readValue(about, text)).toEqual({ problem });
  });

  it('is shown in words', () => {
    expect([showValue(null), showValue(true), showValue(300, 'images')]).toEqual(['never', 'yes', '300 images']);
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

  it('says of each field why it cannot be used', () => {
    const { changes, problems } = checkForm(fields, { learningRate: '7', patience: '3' });
    expect(changes).toEqual({ patience: 3 });
    expect(Object.keys(problems)).toEqual(['learningRate']);
  });
});
