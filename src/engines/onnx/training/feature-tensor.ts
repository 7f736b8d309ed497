import * as ort from 'onnxruntime-node';
import type { Features, FeatureType } from '../../engine.js';

/**
 * A tensor of features. Where JavaScript has Float16Array, from Node 24, ONNX Runtime makes one of the bits of 16-bit floats, in
 * which its native part finds no bytes: the tensor gets its bits back.
 */
export function featureTensor(type: FeatureType, values: Features, dims: readonly number[]): ort.Tensor {
  const tensor = new ort.Tensor(type, values, dims);
  return type === 'float16' ? Object.defineProperty(tensor, 'data', { value: values }) : tensor;
}
