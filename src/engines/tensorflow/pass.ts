import { type Layer, withoutSoftmax } from '../../network/layers.js';
import { poolsToSwap } from '../pools-to-swap.js';
import { writeLayer } from './operators/layer.js';
import type { Context, Recorded } from './operators/operator.js';

/** What layers read besides their inputs; which poolings change places, the list of layers says. */
export type ForwardContext = Omit<Context, 'swappedPools'>;

/** A layer in the graph. */
interface Written {
  readonly layer: Layer;
  readonly recorded: Recorded;
}

/** Layers in the graph: their values by name, and how to go back. A softmax at the end is left out: the last value is logits. */
export interface Forward {
  readonly values: ReadonlyMap<string, string>;
  readonly written: readonly Written[];
}

/** Writes layers in order. @param inputs of the first layers, by name. */
export function writeForward(
  given: ForwardContext,
  layers: readonly Layer[],
  inputs: ReadonlyMap<string, string>,
): Forward {
  const context: Context = { ...given, swappedPools: poolsToSwap(layers) };
  const values = new Map(inputs);
  const written = withoutSoftmax(layers).map((layer) => {
    const recorded = writeLayer(
      context,
      layer,
      layer.inputs.map((name) => values.get(name) as string),
    );
    values.set(layer.name, recorded.output);
    return { layer, recorded };
  });
  return { values, written };
}

/** Writes the backward pass. @param dy gradient with respect to the last layer. @returns gradients by weight. */
export function writeBackward(
  { graph }: Pick<Context, 'graph'>,
  { written }: Forward,
  dy: string,
): ReadonlyMap<string, string> {
  const learns = new Set<string>();
  for (const { layer } of written) {
    const { name, kind, inputs } = layer;
    if (kind === 'conv' || kind === 'dense' || inputs.some((input) => learns.has(input))) learns.add(name);
  }
  const reaching = new Map<string, string[]>([[(written.at(-1) as Written).layer.name, [dy]]]);
  const total = (name: string): string => {
    const terms = reaching.get(name) as string[];
    return terms.length === 1 ? (terms[0] as string) : graph.floats('AddN', terms, { N: terms.length });
  };
  const gradients = new Map<string, string>();
  for (const { layer, recorded } of written.toReversed()) {
    if (!learns.has(layer.name)) continue;
    const needed = layer.inputs.map((name) => learns.has(name));
    const { dxs, weights } = recorded.backward(total(layer.name), needed);
    for (const [name, gradient] of weights) gradients.set(name, gradient);
    for (const [i, name] of layer.inputs.entries()) {
      const dx = dxs[i];
      if (needed[i] && dx !== undefined) reaching.set(name, [...(reaching.get(name) ?? []), dx]);
    }
  }
  return gradients;
}
