import { expect, it } from 'vitest';
import { confidentLearning } from '../../src/training/confident-learning.js';
import { reference } from '../support/reference.js';

interface Golden {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly probabilities: readonly number[];
  readonly joint: readonly (readonly number[])[];
  readonly suspects: readonly number[];
}

const golden = reference<Golden>('confident_learning.json');

it('suspects the labels that cleanlab suspects, in its order', () => {
  const { classes, labels, probabilities, joint, suspects } = golden;
  const found = confidentLearning(Float32Array.from(probabilities), labels, classes);
  expect(found.suspects.map(({ row }) => row)).toEqual(suspects);
  // cleanlab rounds to whole images.
  for (const [label, row] of found.joint.entries()) {
    for (const [other, images] of row.entries()) {
      expect(Math.abs(images - joint[label]![other]!), `${label}, ${other}`).toBeLessThan(1);
    }
  }
  const diagonal = joint.reduce((sum, row, label) => sum + row[label]!, 0);
  expect(Math.abs(found.errors - (labels.length - diagonal))).toBeLessThan(2);
});

it('suggests the most probable of the classes that reach their threshold', () => {
  // Thresholds: 0.6, 0.7, 0.5. The last image is labeled 0; classes 1 and 2 reach theirs or not.
  const rows = [
    [0.8, 0.1, 0.1],
    [0.1, 0.7, 0.2],
    [0.25, 0.25, 0.5],
    [0.4, 0.05, 0.55],
  ];
  const { suspects } = confidentLearning(Float32Array.from(rows.flat()), [0, 1, 2, 0], 3);
  expect(suspects).toEqual([
    { row: 3, suggested: 2, given: expect.closeTo(0.4, 6), probability: expect.closeTo(0.55, 6) },
  ]);
});

it('takes all labels to be right where no image is sure, and where a class has no images', () => {
  const same = Float32Array.from([0.5, 0.5, 0, 0.5, 0.5, 0]);
  const { suspects, errors, joint } = confidentLearning(same, [0, 1], 3);
  expect(suspects).toEqual([]);
  expect(joint[2]).toEqual([0, 0, 0]);
  expect(errors).toBeLessThanOrEqual(1);
});
