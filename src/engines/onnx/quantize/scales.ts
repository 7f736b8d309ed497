import * as ort from 'onnxruntime-node';
import { HubError } from '../../../errors.js';
import type { Layer } from '../../../network/layers.js';
import type { InputSize, PixelBatch } from '../../engine.js';
import type { GraphBuilder } from '../graph.js';
import { createSession } from '../session.js';

/** By layer: the value of one of the 255 steps of its activations. Activations start at 0, so their zero point is 0. */
export type Scales = ReadonlyMap<string, number>;

/** Steps between 0 and the largest value of a byte. */
const STEPS = 255;

/**
 * Measures the scales of activations: the largest value that each layer gives for some images. Concatenation and maximum
 * pooling pass bytes through, so they share a scale with their inputs.
 * @param graph computes the layers in floats; outputs are added to it. @param values names of the layers' values in it.
 * @throws DATASET_REFUSED when there are no batches.
 */
export async function measureScales(
  graph: GraphBuilder,
  layers: readonly Layer[],
  values: ReadonlyMap<string, string>,
  batches: AsyncIterable<PixelBatch>,
  { size, threads }: { readonly size: InputSize; readonly threads: number },
): Promise<Scales> {
  const measured = layers.filter(({ kind }) => kind === 'conv' || kind === 'averagePool');
  for (const { name } of measured) {
    graph.output(graph.node('ReduceMax', [values.get(name) as string], { keepdims: 0 }), name, 'float32', []);
  }
  const groupOf = groupsOf(layers);
  const largest = new Map<string, number>();
  const session = await createSession(graph.encode(), { threads });
  try {
    for await (const { pixels, n } of batches) {
      const shape = [n, size.input, size.input, 3];
      const outputs = await session.run({ pixels: new ort.Tensor('uint8', pixels, shape) });
      for (const { name } of measured) {
        const [value] = outputs[name]!.data as Float32Array;
        const group = groupOf(name);
        largest.set(group, Math.max(largest.get(group) ?? 0, value!));
      }
    }
  } finally {
    await session.release();
  }
  if (largest.size === 0) {
    throw new HubError('DATASET_REFUSED', 'There are no images to calibrate on: 8-bit activations need some.');
  }
  // An activation that is always 0 stays 0 with any scale.
  return new Map(layers.map(({ name }) => [name, (largest.get(groupOf(name)) || STEPS) / STEPS]));
}

/** By layer: the representative of the layers that share its scale. */
function groupsOf(layers: readonly Layer[]): (name: string) => string {
  const parents = new Map<string, string>();
  const groupOf = (name: string): string => {
    const parent = parents.get(name);
    return parent === undefined ? name : groupOf(parent);
  };
  const join = (a: string, b: string): void => {
    if (groupOf(a) !== groupOf(b)) parents.set(groupOf(a), groupOf(b));
  };
  for (const { kind, name, inputs } of layers) {
    if (kind === 'concat' || kind === 'maxPool') for (const input of inputs) join(input, name);
  }
  return groupOf;
}
