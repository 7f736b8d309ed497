import { expect, it } from 'vitest';
import { driftedParts } from '../../../src/domain/prediction/drift.js';

/** Counts of 100 classes: `others` each, but for those that are given by index. */
const classes = (others: number, given: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: 100 }, (_, i) => given[i] ?? others);
const labels = Array.from({ length: 100 }, (_, i) => `class ${i}`);
const confidences = [0, 0, 0, 0, 0, 0, 0, 0, 0, 100];
/** Of 25 classes that the version answered to no test image, one answer each. */
const rare = (count: number) => Object.fromEntries(Array.from({ length: 25 }, (_, i) => [75 + i, count]));

it('is the class that has grown, not the rare ones that came up once', () => {
  const reference = { classes: classes(10, { ...rare(0), 3: 10 }), confidences };
  const now = { classes: classes(2, { ...rare(1), 3: 115 }), confidences };
  const parts = driftedParts('v', labels, now, reference);
  expect(parts).toMatchObject([{ versionId: 'v', label: 'class 3', tenth: null }]);
  expect(parts[0]!.text).toBe('It answers class 3 more often than on the test images: 40% instead of 1%.');
  expect(parts[0]!.excess).toBeGreaterThan(0.9);
});

it('is in order of growth, and said with the digits that tell the shares apart', () => {
  const reference = { classes: classes(1000, { 3: 100, 4: 0 }), confidences };
  const now = { classes: classes(1000, { 3: 60_000, 4: 400 }), confidences };
  const parts = driftedParts('v', labels, now, reference);
  expect(parts.map(({ label }) => label)).toEqual(['class 3', 'class 4']);
  expect(parts[1]!.excess).toBeGreaterThan(parts[0]!.excess);
  expect(parts[1]!.text).toBe('It answers class 4 more often than on the test images: 0.3% instead of 0.0%.');
});
