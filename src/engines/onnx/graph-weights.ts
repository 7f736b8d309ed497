import { inferShapes, kernelShape, type Layer, type Shape } from '../../network/layers.js';
import { NORM_VARIABLES } from '../../network/norm.js';
import { elements } from '../../network/tensor.js';
import { isProduct, padsOf, productShape } from './window-form.js';

/**
 * Number of weights that the ONNX file of layers holds. It is less than that of the layers where a kernel is larger than its
 * input: the taps that never fall on it are left out, a fifth of InceptionV3 at 75 px.
 * @param input shape of the first layers' input. @param inputName its name.
 */
export function graphWeights(layers: readonly Layer[], input: Shape, inputName: string): number {
  const shapes = inferShapes(layers, input, inputName);
  let weights = 0;
  for (const layer of layers) {
    if (layer.kind === 'conv') {
      const before = shapes.get(layer.inputs[0]) ?? input;
      const pads = padsOf(layer, before, layer.kernel);
      const shape = isProduct(layer, before, pads) ? productShape(layer, before) : kernelShape(layer);
      weights += elements(shape) + layer.filters;
    } else if (layer.kind === 'dense') {
      weights += (layer.inFeatures + 1) * layer.units;
    } else if (layer.kind === 'norm') {
      weights += NORM_VARIABLES.length * layer.channels;
    }
  }
  return weights;
}
