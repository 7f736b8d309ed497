import { expect, it } from 'vitest';
import { packPredictions, unpackPredictions } from '../../src/training/predictions.js';

it('keeps predictions, also from the middle of a larger buffer', () => {
  const predictions = [
    { image: 0, truth: 0, predicted: 999, confidence: 0.5 },
    { image: 199_999, truth: 999, predicted: 0, confidence: Math.fround(0.9) },
  ];
  const packed = packPredictions(predictions);
  expect(packed).toHaveLength(24);
  expect(unpackPredictions(Buffer.concat([Buffer.alloc(3), packed]).subarray(3))).toEqual(predictions);
  expect(unpackPredictions(packPredictions([]))).toEqual([]);
});
