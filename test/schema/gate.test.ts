import { describe, expect, it } from 'vitest';
import {
  type Candidate,
  DEFAULT_RULES,
  evaluateGate,
  type GateRule,
  type Present,
  rulesSchema,
  type SliceFigure,
} from '../../src/domain/model/gate.js';

const BY = { decidedBy: 'pets version 1' };
const PRESENT: Present = {
  number: 1,
  sameTestImages: true,
  testAccuracy: 0.9,
  testLoss: 0.4,
  calibrated: true,
  selfChecked: true,
  classAccuracies: new Map([
    ['cat', 0.8],
    ['dog', 1],
  ]),
  slices: new Map([['pets/night', { images: 40, correct: 30, ...BY }]]),
};
/** As GraphQL gives it. */
type Rule = { kind: GateRule['kind']; metric?: GateRule['metric']; limit?: number; slice?: string };

const version = (changes: Partial<Candidate>): Candidate => ({ ...PRESENT, number: 2, ...changes });
const classes = (cat: number, dog: number) =>
  new Map([
    ['cat', cat],
    ['dog', dog],
  ]);
const night = (figure: SliceFigure): Partial<Candidate> => ({ slices: new Map([['pets/night', figure]]) });
const rules = (...given: Rule[]): readonly GateRule[] => rulesSchema.parse(given);

describe('a rule of the gate', () => {
  it.each<[string, Rule, Partial<Candidate>, boolean, RegExp]>([
    ['MEASURED: with a figure', { kind: 'MEASURED' }, {}, true, /test accuracy of 90\.00%/],
    ['MEASURED: without', { kind: 'MEASURED' }, { testAccuracy: Number.NaN }, false, /NaN/],
    ['SAME_DATASET: the same', { kind: 'SAME_DATASET' }, {}, true, /the same test images/],
    ['NOT_WORSE: equal', { kind: 'NOT_WORSE' }, {}, true, /has 90\.00%, production \(version 1\) has 90\.00%\.$/],
    ['NOT_WORSE: a little worse', { kind: 'NOT_WORSE' }, { testAccuracy: 0.8999 }, false, /has 89\.99%/],
    ['NOT_WORSE: within the margin', { kind: 'NOT_WORSE', limit: 0.05 }, { testAccuracy: 0.86 }, true, /0\.05 is all/],
    ['NOT_WORSE: beyond the margin', { kind: 'NOT_WORSE', limit: 0.05 }, { testAccuracy: 0.84 }, false, /84\.00%/],
    ['NOT_WORSE: a lower loss', { kind: 'NOT_WORSE', metric: 'TEST_LOSS' }, { testLoss: 0.3 }, true, /loss of 0\.3000/],
    ['NOT_WORSE: a higher loss', { kind: 'NOT_WORSE', metric: 'TEST_LOSS' }, { testLoss: 0.5 }, false, /loss of 0\.5/],
    [
      'NOT_WORSE: a loss within the margin',
      { kind: 'NOT_WORSE', metric: 'TEST_LOSS', limit: 0.2 },
      { testLoss: 0.5 },
      true,
      /0\.2 is allowed/,
    ],
    ['THRESHOLD: not a number', { kind: 'THRESHOLD', metric: 'TEST_LOSS' }, { testLoss: Number.NaN }, false, /of NaN/],
    ['THRESHOLD: reached', { kind: 'THRESHOLD', limit: 0.9 }, {}, true, /the minimum is 90\.00%\.$/],
    ['THRESHOLD: missed', { kind: 'THRESHOLD', limit: 0.95 }, {}, false, /has 90\.00%; the minimum is 95\.00%\.$/],
    [
      'THRESHOLD: a loss low enough',
      { kind: 'THRESHOLD', metric: 'TEST_LOSS', limit: 0.4 },
      {},
      true,
      /the maximum is a loss of 0\.4000\.$/,
    ],
    [
      'THRESHOLD: a loss too high',
      { kind: 'THRESHOLD', metric: 'TEST_LOSS', limit: 0.3 },
      {},
      false,
      /the maximum is a loss of 0\.3000\.$/,
    ],
    [
      'CLASS_NOT_WORSE: equal',
      { kind: 'CLASS_NOT_WORSE' },
      {},
      true,
      /^cat: .* about 80\.00%, .*; no class has lost\.$/,
    ],
    [
      'CLASS_NOT_WORSE: one lost, another won more',
      { kind: 'CLASS_NOT_WORSE' },
      { classAccuracies: classes(0.99, 0.98) },
      false,
      /^dog: version 2 is right about 98\.00%, production \(version 1\) about 100\.00%, the largest loss of a class\.$/,
    ],
    [
      'CLASS_NOT_WORSE: within the margin',
      { kind: 'CLASS_NOT_WORSE', limit: 0.05 },
      { classAccuracies: classes(0.76, 1) },
      true,
      /^cat: .* A difference of 0\.05 is allowed\.$/,
    ],
    [
      'CLASS_NOT_WORSE: a class is gone',
      { kind: 'CLASS_NOT_WORSE' },
      { classAccuracies: new Map([['cat', 1]]) },
      false,
      /^dog: version 2 is right about 0\.00%/,
    ],
    [
      'CLASS_NOT_WORSE: imported',
      { kind: 'CLASS_NOT_WORSE' },
      { classAccuracies: null },
      false,
      /^The accuracy of version 2 by class is not known/,
    ],
    [
      'CLASS_THRESHOLD: reached',
      { kind: 'CLASS_THRESHOLD', limit: 0.8 },
      {},
      true,
      /^cat: .* about 80\.00%, the least/,
    ],
    ['CLASS_THRESHOLD: missed', { kind: 'CLASS_THRESHOLD', limit: 0.81 }, {}, false, /the minimum is 81\.00%\.$/],
    [
      'CLASS_THRESHOLD: imported',
      { kind: 'CLASS_THRESHOLD' },
      { classAccuracies: null },
      false,
      /^The accuracy of version 2 by class is not known/,
    ],
    [
      'SLICE_NOT_WORSE: worse',
      { kind: 'SLICE_NOT_WORSE', slice: 'pets/night', limit: 0.05 },
      night({ images: 50, correct: 34, ...BY }),
      false,
      /^Version 2 is right about 68\.00% of 50 images, production \(version 1\) about 75\.00% of 40 images\. A diff/,
    ],
    [
      'SLICE_NOT_WORSE: within the margin',
      { kind: 'SLICE_NOT_WORSE', slice: 'pets/night', limit: 0.1 },
      night({ images: 50, correct: 34, ...BY }),
      true,
      /0\.1 is allowed/,
    ],
    [
      'SLICE_THRESHOLD: reached',
      { kind: 'SLICE_THRESHOLD', slice: 'pets/night', limit: 0.75 },
      {},
      true,
      /75\.00% of 40 images; the minimum is 75\.00%\. The data of pets version 1 says which images are in the slice\.$/,
    ],
    [
      'SLICE_THRESHOLD: too few images',
      { kind: 'SLICE_THRESHOLD', slice: 'pets/night' },
      night({ images: 9, correct: 9, ...BY }),
      false,
      /slice pets\/night is not known: 9 of its test images are in the slice; 10 or more are needed\. The data of/,
    ],
    [
      'SLICE_THRESHOLD: no images',
      { kind: 'SLICE_THRESHOLD', slice: 'pets/night' },
      night({ images: 0, correct: 0, ...BY }),
      false,
      /not known: none of its test images is in the slice\. The data of/,
    ],
    [
      'SLICE_THRESHOLD: not known',
      { kind: 'SLICE_THRESHOLD', slice: 'pets/night' },
      night({ fault: 'Only trained versions have it, not imported ones.' }),
      false,
      /^The accuracy of version 2 on the slice pets\/night is not known\. Only trained/,
    ],
    ['CALIBRATED: it is', { kind: 'CALIBRATED' }, {}, true, /calibration of version 2 passed/],
    ['CALIBRATED: it was not done', { kind: 'CALIBRATED' }, { calibrated: null }, false, /was not done/],
    ['SELF_CHECKED: it failed', { kind: 'SELF_CHECKED' }, { selfChecked: false }, false, /self-check .+ failed/],
    ['SELF_CHECKED: it was not done', { kind: 'SELF_CHECKED' }, { selfChecked: null }, false, /was not done/],
  ])('%s', (_, rule, changes, passed, detail) => {
    const checks = evaluateGate(rules(rule), version(changes), PRESENT);
    expect(checks).toMatchObject([{ passed, detail: expect.stringMatching(detail) }]);
  });

  it.each<[string, false | null, RegExp]>([
    ['other test images', false, /^Versions 2 and 1 were measured on different test images/],
    ['test images that cannot be read', null, /^The test images of versions 2 and 1 cannot be read/],
  ])('SAME_DATASET: %s', (_, sameTestImages, detail) => {
    const present = { ...PRESENT, sameTestImages };
    const checks = evaluateGate(rules({ kind: 'SAME_DATASET' }), version({}), present);
    expect(checks).toMatchObject([{ passed: false, detail: expect.stringMatching(detail) }]);
  });

  it.each([
    ['other test images', false, /different test images/, [false, true]],
    ['test images that cannot be read', null, /cannot be read, so .* Run "hub verify"\.$/, [false, false]],
  ])('of a slice refuses a comparison with %s', (_, sameTestImages, detail, passed) => {
    const slice = 'pets/night';
    const both = rules({ kind: 'SLICE_NOT_WORSE', slice, limit: 1 }, { kind: 'SLICE_THRESHOLD', slice, limit: 0.1 });
    const checks = evaluateGate(both, version({}), { ...PRESENT, sameTestImages });
    expect(checks.map((check) => check.passed)).toEqual(passed);
    for (const check of checks) if (!check.passed) expect(check.detail).toMatch(detail);
  });

  it('says the limit and the figure where there are numbers', () => {
    const [threshold, worse] = evaluateGate(
      rules({ kind: 'THRESHOLD', limit: 0.8 }, { kind: 'NOT_WORSE', limit: 0.1 }),
      version({ testAccuracy: 0.85 }),
      PRESENT,
    );
    expect(threshold).toMatchObject({ limit: 0.8, measured: 0.85 });
    expect(worse).toMatchObject({ limit: expect.closeTo(0.8), measured: 0.85 });
  });

  it.each<[string, Present | null]>([
    ['nothing is in production', null],
    ['the version itself is in production', { ...PRESENT, number: 2 }],
  ])('compares with nothing where %s', (_, present) => {
    expect(evaluateGate(DEFAULT_RULES, version({ testAccuracy: 0 }), present)).toMatchObject([
      { rule: 'measured on a test split' },
    ]);
  });
});
