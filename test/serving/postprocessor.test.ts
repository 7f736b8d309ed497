import { expect, it } from 'vitest';
import { Postprocessor } from '../../src/serving/postprocessor.js';

const WANTED = { topK: 2, outlierScore: false };

it.each([Number.NaN, Number.POSITIVE_INFINITY])('an answer of %f is refused, and no class is named', (value) => {
  const judge = () =>
    new Postprocessor(['cat', 'dog'], null).judge(
      { probabilities: Float32Array.of(0.5, value), features: null, maps: null },
      WANTED,
    );
  expect(judge).toThrow(expect.objectContaining({ code: 'WEIGHTS_REFUSED' }));
});
