import { describe, expect, it } from 'vitest';
import { decidePrecision, type PrecisionFacts } from '../../src/domain/model/precision.js';

const TEST_ACCURACY = 0.9;

/** A form with 8 bits that loses 0.2 points and is twice as fast. */
const GOOD: PrecisionFacts = {
  versionId: 'v',
  state: 'READY',
  choice: 'AUTO',
  runtimeChoice: 'AUTO',
  otherForms: null,
  int8Accuracy: 0.898,
  fp32Milliseconds: 20,
  int8Milliseconds: 10,
  error: null,
};
const UNMEASURED = { int8Accuracy: null, fp32Milliseconds: null, int8Milliseconds: null } as const;

type Case = readonly [string, Partial<PrecisionFacts>, number, 'FP32' | 'INT8', RegExp];

describe('a version', () => {
  it.each<Case>([
    [
      'with 8 bits that cost little and are faster',
      {},
      0.3,
      'INT8',
      /loses 0\.20 points .* INT8 10\.0 ms, FP32 20\.0 ms\./,
    ],
    ['of which 8 bits lose exactly the margin', { int8Accuracy: 0.897 }, 0.3, 'INT8', /loses 0\.30 points/],
    [
      'of which 8 bits lose more',
      { int8Accuracy: 0.8969 },
      0.3,
      'FP32',
      /loses 0\.31 points .* margin is 0\.3\. .* FP32 20\.0 ms, INT8 10\.0 ms\./,
    ],
    ['that may lose nothing, and loses something', {}, 0, 'FP32', /margin is 0\./],
    ['that may lose nothing, and gains', { int8Accuracy: 0.91 }, 0, 'INT8', /loses nothing/],
    [
      'of which 8 bits are not faster here',
      { int8Milliseconds: 20 },
      0.3,
      'FP32',
      /^Times .* FP32 20\.0 ms, INT8 20\.0 ms\./,
    ],
    ['that is still being measured', { state: 'PENDING', ...UNMEASURED }, 0.3, 'FP32', /being made/],
    ['that is measured anew', { state: 'PENDING' }, 0.3, 'FP32', /being made/],
    ['without a form with 8 bits', { state: 'FAILED', ...UNMEASURED, error: 'No images.' }, 0.3, 'FP32', /No images/],
    ['pinned to floats', { choice: 'FP32' }, 0.3, 'FP32', /^FP32 was chosen\.$/],
    ['pinned to 8 bits that are slower', { choice: 'INT8', int8Milliseconds: 30 }, 0.3, 'INT8', /INT8 was chosen/],
    ['pinned to 8 bits that cost too much by now', { choice: 'INT8' }, 0.1, 'FP32', /margin is 0\.1\./],
    ['pinned to 8 bits before they are measured', { choice: 'INT8', state: 'PENDING' }, 0.3, 'FP32', /being made/],
  ])('%s', (_, facts, margin, precision, reason) => {
    const decision = decidePrecision({ ...GOOD, ...facts }, TEST_ACCURACY, margin);
    expect(decision).toEqual({ precision, runtime: 'ONNX_RUNTIME', reason: expect.stringMatching(reason) });
  });
});

/** Figures of OpenVINO on the same machine. */
const other = (precision: 'FP32' | 'BF16' | 'INT8', milliseconds: number, accuracy: number | null = null) => ({
  ...{ runtime: 'OPENVINO' as const, precision, milliseconds, accuracy },
});
const OTHERS = [other('FP32', 18), other('BF16', 12, 0.9), other('INT8', 8, 0.899)];

type Form = readonly ['ONNX_RUNTIME' | 'OPENVINO', 'FP32' | 'BF16' | 'INT8'];

describe('a version that is also measured with OpenVINO', () => {
  it.each<readonly [string, Partial<PrecisionFacts>, Form, RegExp]>([
    [
      'in its fastest form',
      {},
      ['OPENVINO', 'INT8'],
      /loses 0\.10 points .* INT8 with OpenVINO 8\.0 ms, INT8 10\.0 ms/,
    ],
    ['which is hardly faster', { otherForms: [other('INT8', 9.6, 0.9)] }, ['ONNX_RUNTIME', 'INT8'], /INT8 10\.0 ms/],
    [
      'which loses more there',
      { otherForms: [other('INT8', 5, 0.8)] },
      ['ONNX_RUNTIME', 'INT8'],
      /OpenVINO loses 10\.00/,
    ],
    [
      'with 16 bits where 8 lose too much',
      lossy(),
      ['OPENVINO', 'BF16'],
      /^INT8 loses 1\.00 .* BF16 with OpenVINO loses nothing/,
    ],
    ['pinned to floats', { choice: 'FP32' }, ['OPENVINO', 'FP32'], /^FP32 was chosen\. Times/],
    [
      'pinned to 16 bits',
      { choice: 'BF16' },
      ['OPENVINO', 'BF16'],
      /^BF16 was chosen\. BF16 with OpenVINO loses nothing/,
    ],
    ['pinned to ONNX Runtime', { runtimeChoice: 'ONNX_RUNTIME' }, ['ONNX_RUNTIME', 'INT8'], /^ONNX Runtime was chosen/],
    [
      'pinned to one form',
      { choice: 'FP32', runtimeChoice: 'OPENVINO' },
      ['OPENVINO', 'FP32'],
      /^FP32 with OpenVINO was/,
    ],
    [
      'pinned to what is not measured',
      unmeasured(),
      ['ONNX_RUNTIME', 'FP32'],
      /^It is not measured with OpenVINO here/,
    ],
  ])('serves %s', (_, facts, [runtime, precision], reason) => {
    const decision = decidePrecision({ ...GOOD, otherForms: OTHERS, ...facts }, TEST_ACCURACY, 0.3);
    expect(decision).toEqual({ runtime, precision, reason: expect.stringMatching(reason) });
  });

  function lossy(): Partial<PrecisionFacts> {
    return { int8Accuracy: 0.89, otherForms: [other('BF16', 12, 0.9), other('INT8', 8, 0.89)] };
  }

  function unmeasured(): Partial<PrecisionFacts> {
    return { runtimeChoice: 'OPENVINO', otherForms: null };
  }
});
