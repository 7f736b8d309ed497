import { refuseHead } from './head.js';
import { imageShapes, inferShapes, isSoftmax, type Layer, POOLED, type Shape } from './layers.js';

/**
 * Checks that the layers of a head follow a network and each other, and end in probabilities.
 * @param network ends with `avg_pool`. @param side of its images, in pixels.
 * @throws WEIGHTS_REFUSED with the layer that does not fit.
 */
export function checkHead(network: readonly Layer[], layers: readonly Layer[], side: number): void {
  const shapes = imageShapes(network, side);
  const [map] = (network.at(-1) as Layer).inputs;
  let [from, isMap] = [layers[0]?.inputs[0] as string, layers[0]?.inputs[0] !== POOLED];
  if (isMap && from !== map) throw refuseHead(`it reads ${from}, not ${POOLED} or ${map}`);
  for (const layer of layers) {
    const input = shapes.get(from) as Shape;
    const isNew = !shapes.has(layer.name);
    if (!isNew || layer.inputs[0] !== from || !reads(layer, input, isMap)) {
      throw refuseHead(`${layer.name} does not fit the layer before it`);
    }
    shapes.set(layer.name, inferShapes([layer], input, from).get(layer.name) as Shape);
    from = layer.name;
    isMap &&= keepsShape(layer);
  }
  if (!isSoftmax(layers.at(-1)) || isMap || (shapes.get(from) as Shape).channels < 2) {
    throw refuseHead('it does not end in a softmax over two classes or more');
  }
}

/** Whether a layer can read an input. */
function reads(layer: Layer, { channels }: Shape, isMap: boolean): boolean {
  switch (layer.kind) {
    case 'dense':
      return !isMap && layer.inFeatures === channels;
    case 'norm':
      return layer.channels === channels;
    case 'activation':
      return layer.activation !== 'leakyRelu' || layer.alpha !== undefined;
    case 'dropout':
      return true;
    default:
      return isMap; // pooling and flattening
  }
}

/** Whether a layer of a head gives what has the shape of its input. */
export function keepsShape({ kind }: Pick<Layer, 'kind'>): boolean {
  return kind === 'norm' || kind === 'activation' || kind === 'dropout';
}
