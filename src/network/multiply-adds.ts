import { inferShapes, kernelShape, type Layer, type Shape } from './layers.js';
import { NORM_VARIABLES } from './norm.js';
import { elements } from './tensor.js';

/** Cost of layers: multiply-adds and weights. */
export interface Cost {
  /** Per example, forward only. */
  readonly multiplyAdds: number;
  readonly weights: number;
}

/** Counts the cost of layers. @param input shape of the first layers' input. @param inputName its name. */
export function costOf(layers: readonly Layer[], input: Shape, inputName: string): Cost {
  const shapes = inferShapes(layers, input, inputName);
  let multiplyAdds = 0;
  let weights = 0;
  for (const layer of layers) {
    const { height, width } = shapes.get(layer.name) as Shape;
    if (layer.kind === 'conv') {
      const kernel = elements(kernelShape(layer));
      multiplyAdds += kernel * height * width;
      weights += kernel + layer.filters;
    } else if (layer.kind === 'dense') {
      multiplyAdds += layer.inFeatures * layer.units;
      weights += (layer.inFeatures + 1) * layer.units;
    } else if (layer.kind === 'norm') {
      weights += NORM_VARIABLES.length * layer.channels;
    }
  }
  return { multiplyAdds, weights };
}
