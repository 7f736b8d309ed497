import type { ModelVersion } from '../../domain/model/model.js';
import { INPUT } from './request.js';

/** Metadata of a model: names, types and shapes of its tensors. */
export function describeModel({ model, labels, inputSize }: ModelVersion, versions: readonly number[]) {
  return {
    name: model,
    versions: versions.map(String),
    platform: 'onnxruntime_onnx',
    inputs: [
      {
        name: INPUT,
        datatype: 'UINT8',
        shape: [-1, inputSize, inputSize, 3],
        // FP32 in the same range is also accepted and rounded to bytes.
        parameters: { layout: 'NHWC', colours: 'RGB', minimum: 0, maximum: 255, datatypes: 'UINT8, FP32' },
      },
    ],
    outputs: [
      {
        name: 'probabilities',
        datatype: 'FP32',
        shape: [-1, labels.length],
        parameters: { labels: labels.join('\n') },
      },
      { name: 'label', datatype: 'BYTES', shape: [-1] },
    ],
  };
}
