import * as ort from 'onnxruntime-node';
import { HubError } from '../../../errors.js';
import type { Layer } from '../../../network/layers.js';
import type { InputSize, PixelBatch } from '../../engine.js';
import type { GraphBuilder } from '../graph.js';
import { createSession } from '../session.js';

/** Bytes as values: value = (byte - zero) * step. */
export interface ByteScale {
  readonly step: number;
  /** The byte that is 0: the smallest where no value is negative, as after a ReLU. */
  readonly zero: number;
}

/** The scales of activations, by layer. */
export type Scales = ReadonlyMap<string, ByteScale>;

/** Steps between the smallest and the largest byte. */
const STEPS = 255;

/**
 * Measures the scales of activations: the smallest and the largest value that each layer gives for some images, and 0.
 * Concatenation, maximum pooling and sums of one value pass bytes through, so they share a scale with their inputs.
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
  const measured = layers.filter(({ kind }) => kind === 'conv' || kind === 'averagePool' || kind === 'add');
  for (const { name } of measured) {
    for (const end of ['ReduceMin', 'ReduceMax']) {
      graph.output(graph.node(end, [values.get(name) as string], { keepdims: 0 }), `${end}:${name}`, 'float32', []);
    }
  }
  const groupOf = groupsOf(layers);
  const ranges = new Map<string, readonly [number, number]>();
  const session = await createSession(graph.encode(), { threads });
  try {
    for await (const { pixels, n } of batches) {
      const shape = [n, size.input, size.input, 3];
      const outputs = await session.run({ pixels: new ort.Tensor('uint8', pixels, shape) });
      for (const { name } of measured) {
        const [smallest] = outputs[`ReduceMin:${name}`]!.data as Float32Array;
        const [largest] = outputs[`ReduceMax:${name}`]!.data as Float32Array;
        const group = groupOf(name);
        const [low, high] = ranges.get(group) ?? [0, 0];
        ranges.set(group, [Math.min(low, smallest!), Math.max(high, largest!)]);
      }
    }
  } finally {
    await session.release();
  }
  if (ranges.size === 0) {
    throw new HubError('DATASET_REFUSED', 'There are no images to calibrate on: 8-bit activations need some.');
  }
  return new Map(layers.map(({ name }) => [name, scaleOf(ranges.get(groupOf(name)) ?? [0, 0])]));
}

function scaleOf([low, high]: readonly [number, number]): ByteScale {
  const step = (high - low || STEPS) / STEPS; // an activation that is always 0 stays 0 with any scale
  return { step, zero: Math.round(-low / step) };
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
    const passes = kind === 'concat' || kind === 'maxPool' || (kind === 'add' && inputs.length === 1);
    if (passes) for (const input of inputs) join(input, name);
  }
  return groupOf;
}
