import { type Layer, POOLED } from './layers.js';

/** Divides layers into those up to and including a layer, and the rest. @throws Error when no layer has the name. */
export function divideAt(layers: readonly Layer[], name: string): { frozen: readonly Layer[]; rest: readonly Layer[] } {
  const index = layers.findIndex((layer) => layer.name === name);
  if (index < 0) throw new Error(`no layer is named ${name}`);
  return { frozen: layers.slice(0, index + 1), rest: layers.slice(index + 1) };
}

/** Layers with global average pooling of the last one, which is the input of a head. */
export function withPooling(layers: readonly Layer[]): readonly Layer[] {
  return [...layers, { kind: 'globalAveragePool', name: POOLED, inputs: [(layers.at(-1) as Layer).name] }];
}
