import { describe, expect, it } from 'vitest';
import { checkConditions, checkKnown, completed, type GivenCondition } from '../../../src/domain/slice/slice.js';

const KNOWN = { classes: ['cat', 'dog'], columns: ['caméra', 'day'], sources: ['street version 1'] };
const check = (...given: GivenCondition[]) => {
  const conditions = given.map(completed);
  checkConditions(conditions);
  checkKnown(conditions, 'pets', KNOWN);
};

describe('conditions of a slice', () => {
  it('have names as datasets have them: in NFC, without spaces around them, each once', () => {
    const given = { kind: 'COLUMN', column: ' caméra'.normalize('NFD'), values: ['é'.normalize('NFD'), ' é ', ' '] };
    expect(completed(given as GivenCondition)).toMatchObject({ column: 'caméra', values: ['é'] });
  });

  it('may be one of each kind, and one for each column', () => {
    const [camera, day] = [
      { kind: 'COLUMN', column: 'caméra', values: ['north'] },
      { kind: 'COLUMN', column: 'day', from: 3, to: 4 },
    ] as const;
    check({ kind: 'CLASS', values: ['cat', 'dog'] }, camera, day, { kind: 'SOURCE', values: ['street version 1'] });
    expect(() => check(camera, day, { ...day, from: 5, to: null })).toThrow(
      'A slice has one condition on the column "day"; received two.',
    );
  });

  it.each<[GivenCondition, string]>([
    [{ kind: 'CLASS', values: ['cat', 'dgo'] }, 'has the class "dgo": they have "cat", "dog".'],
    [{ kind: 'COLUMN', column: 'Camera', to: 2 }, 'has the column "Camera". Did you mean "caméra"?'],
    [{ kind: 'SOURCE', values: ['judged photos'] }, 'has the source "judged photos": they have "street version 1".'],
  ])('are refused for a name that no version has: %o', (given, message) => {
    expect(() => check(given)).toThrow(`No version of the dataset pets ${message}`);
  });
});
