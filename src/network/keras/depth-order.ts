import type { KerasLayer } from './layers.js';

/**
 * Sorts layers in the order that Keras uses for functional models and for the weights in its files: by their distance from
 * the output along the longest path; at equal distance in the order in which a walk from the output meets them.
 *
 * Source: `keras.src.ops.function.map_graph` (Keras 3.15).
 */
export function depthOrder(layers: readonly KerasLayer[]): readonly KerasLayer[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const met = new Map<KerasLayer, number>();
  const inputsFirst: KerasLayer[] = [];
  const walk = (layer: KerasLayer): void => {
    if (met.has(layer)) return;
    met.set(layer, met.size);
    for (const name of layer.inputs) walk(byName.get(name) as KerasLayer);
    inputsFirst.push(layer);
  };
  walk(layers.at(-1) as KerasLayer);
  const depths = new Map<string, number>();
  for (const { name, inputs } of inputsFirst.toReversed()) {
    const below = (depths.get(name) ?? 0) + 1;
    for (const input of inputs) depths.set(input, Math.max(depths.get(input) ?? 0, below));
  }
  const depthOf = ({ name }: KerasLayer): number => depths.get(name) ?? 0;
  return inputsFirst.toSorted((a, b) => depthOf(b) - depthOf(a) || met.get(a)! - met.get(b)!);
}
