import type { ConvLayer, DenseLayer, Shape } from '../../../network/layers.js';
import { elements } from '../../../network/tensor.js';
import { biasGradient, type Operator, places, reshape, rowsOf } from './operator.js';
import { pieceRows } from './pieces.js';
import type { Part, StoredWeight } from './stored-weight.js';
import type { Windows } from './windows.js';

/**
 * Matrix product with bias: y = x·W + b. For dense layers, 1x1 convolutions, and convolutions whose single window covers
 * the input. Layers with the same input become one product, with their kernels side by side.
 *
 * dW = xᵀ·dy, db = the sum of dy over rows, dx = dy·Wᵀ.
 */
export function linear(layers: readonly LinearLayer[], input: Shape): Operator {
  const seen = layers[0]?.seen ?? 1;
  const output = seen === 1 ? input : { height: 1, width: 1, channels: 0 };
  const outs = layers.map((layer) => layer.shape.at(-1) as number);
  const columns = outs.reduce((a, b) => a + b, 0);
  const inputs = seen * input.channels;
  const [kernel, bias] = sideBySide(layers, inputs, columns);
  return {
    outputs: outs.map((channels) => ({ ...output, channels })),
    weights: [kernel, bias],
    forward(context, [x]) {
      const { graph, batch } = context;
      const rows = rowsOf(context, output);
      const joined = seen === 1 ? (x as string) : reshape(context, x as string, [rows, inputs]);
      const w = context.weight(kernel.name);
      const y = graph.node('Gemm', [joined, w, context.weight(bias.name)]);
      return {
        outputs: outs.length === 1 ? [y] : graph.nodes('Split', [y, graph.ints(outs)], outs.length, { axis: 1 }),
        backward(dys, [needed]) {
          const dy = dys.length === 1 ? (dys[0] as string) : graph.node('Concat', dys, { axis: 1 });
          // Cuts x, which is small, instead of the gradient, which is large.
          const cuts = pieceRows(kernel.shape);
          const xs =
            cuts.length === 1 ? [joined] : graph.nodes('Split', [joined, graph.ints(cuts)], cuts.length, { axis: 1 });
          const weights = new Map([
            [kernel.name, xs.map((part) => graph.node('Gemm', [part, dy], { transA: 1 }))],
            [bias.name, biasGradient(context, dy, rows, columns)],
          ]);
          if (!needed) return { dxs: [undefined], weights };
          const dx = graph.node('Gemm', [dy, w], { transB: 1 });
          return { dxs: [seen === 1 ? dx : reshape(context, dx, [batch * places(input), input.channels])], weights };
        },
      };
    },
  };
}

/** A layer as a matrix product. */
export interface LinearLayer {
  readonly name: string;
  /** Shape of its kernel in the network. */
  readonly shape: readonly number[];
  /** Places per window. */
  readonly seen: number;
  /** Taps of the kernel that touch the input, in the order of the product's rows. */
  readonly taps: readonly number[];
}

export function denseProduct({ name, inFeatures, units }: DenseLayer): LinearLayer {
  return { name, shape: [inFeatures, units], seen: 1, taps: [0] };
}

/** A convolution as a product; undefined if it is none. */
export function convProduct(layer: ConvLayer, windows: Windows): LinearLayer | undefined {
  const { name, kernel, inChannels, filters } = layer;
  const { input, taps, sees } = windows;
  const all = places(input);
  const pointwise = taps.length === 1 && layer.stride === 1;
  const covering = sees.length === 1 && taps.length === all && sees[0]?.every((place, tap) => place === tap);
  if (!pointwise && !covering) return undefined;
  return { name, shape: [...kernel, inChannels, filters], seen: covering ? all : 1, taps };
}

function sideBySide(
  layers: readonly LinearLayer[],
  inputs: number,
  columns: number,
): readonly [StoredWeight, StoredWeight] {
  const names = layers.map(({ name }) => name).join('+');
  const kernels: Part[] = [];
  const biases: Part[] = [];
  let column = 0;
  for (const { name, shape, taps } of layers) {
    const out = shape.at(-1) as number;
    const channels = inputs / taps.length;
    const offsets = new Int32Array(elements(shape) / out).fill(-1);
    for (const [row, tap] of taps.entries()) {
      for (let c = 0; c < channels; c++) offsets[tap * channels + c] = (row * channels + c) * columns + column;
    }
    kernels.push({ name: `${name}/kernel`, shape, offsets });
    biases.push({ name: `${name}/bias`, shape: [out], offsets: Int32Array.of(column) });
    column += out;
  }
  return [
    { name: `${names}/kernel`, shape: [inputs, columns], parts: kernels },
    { name: `${names}/bias`, shape: [columns], parts: biases },
  ];
}
