import { describe, expect, it } from 'vitest';
import { decidePrecision, type PrecisionFacts } from '../../src/domain/model/precision.js';

const TEST_ACCURACY = 0.9;

/** A form with 8 bits that loses 0.2 points and is twice as fast. */
const GOOD: PrecisionFacts = {
  state: 'READY',
  choice: 'AUTO',
  int8Accuracy: 0.898,
  fp32Milliseconds: 20,
  int8Milliseconds: 10,
  error: null,
};
const UNMEASURED = { int8Accuracy: null, fp32Milliseconds: null, int8Milliseconds: null } as const;

type Case = readonly [string, Partial<PrecisionFacts>, number, 'FP32' | 'INT8', RegExp];

describe('a version', () => {
  it.each<Case>([
    ['with 8 bits that cost little and are faster', {}, 0.3, 'INT8', /loses 0\.20 points .* 10\.0 ms .* 20\.0/],
    ['of which 8 bits lose exactly the margin', { int8Accuracy: 0.897 }, 0.3, 'INT8', /loses 0\.30 points/],
    ['of which 8 bits lose more', { int8Accuracy: 0.8969 }, 0.3, 'FP32', /loses 0\.31 points .* margin is 0\.3\./],
    ['that may lose nothing, and loses something', {}, 0, 'FP32', /margin is 0\./],
    ['that may lose nothing, and gains', { int8Accuracy: 0.91 }, 0, 'INT8', /loses nothing/],
    ['of which 8 bits are not faster here', { int8Milliseconds: 20 }, 0.3, 'FP32', /not faster .* 20\.0 ms/],
    ['that is still being measured', { state: 'PENDING', ...UNMEASURED }, 0.3, 'FP32', /being made/],
    ['that is measured anew', { state: 'PENDING' }, 0.3, 'FP32', /being made/],
    ['without a form with 8 bits', { state: 'FAILED', ...UNMEASURED, error: 'No images.' }, 0.3, 'FP32', /No images/],
    ['pinned to floats', { choice: 'FP32' }, 0.3, 'FP32', /FP32 was chosen/],
    ['pinned to 8 bits that are slower', { choice: 'INT8', int8Milliseconds: 30 }, 0.3, 'INT8', /INT8 was chosen/],
    ['pinned to 8 bits that cost too much by now', { choice: 'INT8' }, 0.1, 'FP32', /margin is 0\.1\./],
    ['pinned to 8 bits before they are measured', { choice: 'INT8', state: 'PENDING' }, 0.3, 'FP32', /being made/],
  ])('%s', (_, facts, margin, precision, reason) => {
    const decision = decidePrecision({ ...GOOD, ...facts }, TEST_ACCURACY, margin);
    expect(decision).toEqual({ precision, reason: expect.stringMatching(reason) });
  });
});
