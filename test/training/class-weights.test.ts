import { describe, expect, it } from 'vitest';
import { checkClassWeights, classWeightsOf, rowWeights } from '../../src/training/class-weights.js';
import { reference } from '../support/reference.js';

const CLASSES = ['cat', 'dog', 'eel'];

describe('the weights of classes', () => {
  // test/reference/class_weights.py: compute_class_weight of scikit-learn.
  it('that are balanced are those of scikit-learn', () => {
    const { labels, classes } = reference<{ labels: number[]; classes: number }>('head_training.json');
    const { balanced } = reference<{ balanced: Record<string, number> }>('class_weights.json');
    const names = Array.from({ length: classes }, (_, i) => `class ${i}`);
    const weights = classWeightsOf('balanced', names, labels) as Float32Array;
    for (const [label, weight] of Object.entries(balanced)) expect(weights[Number(label)]).toBeCloseTo(weight, 6);
  });

  it('that are balanced leave out a class without training images', () => {
    expect(classWeightsOf('balanced', CLASSES, [0, 0, 0, 1])).toEqual(Float32Array.of(4 / 6, 2, 1));
  });

  it('are those given, and 1 for a class that is not named', () => {
    expect(classWeightsOf({ eel: 0.5, cat: 0 }, CLASSES, [])).toEqual(Float32Array.of(0, 1, 0.5));
    expect(classWeightsOf({ eel: 2 }, ['constructor', 'eel'], [])).toEqual(Float32Array.of(1, 2));
    expect(classWeightsOf('none', CLASSES, [0, 1])).toBeNull();
  });

  it('are taken by the largest share of a target, as in Keras, also of a smoothed or mixed one', () => {
    const targets = Float32Array.of(0, 1, 0, 0.05, 0.05, 0.9, 0.7, 0.3, 0, 0.5, 0, 0.5);
    expect(rowWeights(targets, Float32Array.of(2, 3, 4))).toEqual(Float32Array.of(3, 4, 2, 2));
  });

  it('are refused for names that are no classes, and when nothing would be learned', () => {
    expect(() => checkClassWeights({ cat: 1, cow: 2 }, CLASSES)).toThrow(
      'classWeights names cow; the classes of the dataset version are cat, dog, eel.',
    );
    expect(() => checkClassWeights({ cat: 0, dog: 0, eel: 0 }, CLASSES)).toThrow('nothing would be learned');
    for (const fine of ['none', 'balanced', {}, { cat: 0, dog: 0 }] as const) {
      expect(() => checkClassWeights(fine, CLASSES)).not.toThrow();
    }
  });
});
