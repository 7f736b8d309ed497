import type { Layer } from '../network/layers.js';

/**
 * Average poolings that only 1x1 convolutions read, with their inputs. A convolution commutes with the pooling before it, since the
 * mean leaves padding out; pooled after it, there are fewer channels.
 */
export function poolsToSwap(layers: readonly Layer[]): ReadonlyMap<string, string> {
  const swapped = new Map<string, string>();
  for (const layer of layers) {
    if (layer.kind !== 'averagePool' || layer.stride !== 1) continue;
    const readers = layers.filter(({ inputs }) => (inputs as readonly string[]).includes(layer.name));
    const pointwise = readers.every((reader) => reader.kind === 'conv' && reader.kernel.join() === '1,1');
    if (pointwise) swapped.set(layer.name, layer.inputs[0]);
  }
  return swapped;
}
