import { type ConvLayer, paddingOf, type Shape } from '../../../network/layers.js';
import { ANY } from '../graph.js';
import { keepsSize, tapsOf } from '../kernel-taps.js';
import { type Context, chain, type Recorded, simple } from './operator.js';
import { product } from './product.js';

/** Convolution without bias. One that sees a single place, or the whole map at once, is a matrix product. */
export function convolution(context: Context, layer: ConvLayer, x: string): Recorded {
  const { graph } = context;
  const input = context.shapeOf(layer.inputs[0]);
  const name = `${layer.name}/kernel`;
  const kernel = context.weight(name);
  const { shape } = tapsOf(layer, input);
  const [height, width, ins, outs] = shape;
  const isPointwise = height * width === 1 && layer.stride === 1;
  const seesAll = layer.padding === 'valid' && height === input.height && width === input.width;
  if (!layer.depthwise && (isPointwise || seesAll)) {
    const { height: rows, width: columns } = context.shapeOf(layer.name);
    const taps = height * width * ins;
    return chain(
      reshape(context, x, [ANY, taps], [ANY, input.height, input.width, ins]),
      (flat) => product(graph, [flat, graph.floats('Reshape', [kernel, graph.ints(taps, outs)])], name, shape),
      (y) => reshape(context, y, [ANY, rows, columns, outs], [ANY, outs]),
    );
  }
  const padded = pad(context, layer, input, x);
  const padding = keepsSize(layer) || layer.padding === 'same' ? 'SAME' : 'VALID';
  const attributes = { strides: [1, layer.stride, layer.stride, 1], padding };
  return chain(padded, (seen) => {
    if (layer.depthwise) return depthwise(context, layer, [seen, kernel], attributes);
    return {
      output: graph.floats('Conv2D', [seen, kernel], attributes),
      backward(dy, [needed]) {
        const dw = graph.floats('Conv2DBackpropFilter', [seen, graph.ints(...shape), dy], attributes);
        const dx = (): string => graph.floats('Conv2DBackpropInput', [sizesOf(context, seen), kernel, dy], attributes);
        return { dxs: [needed ? dx() : undefined], weights: new Map([[name, dw]]) };
      },
    };
  });
}

interface WindowAttributes {
  readonly strides: readonly number[];
  readonly padding: string;
}

/** Depthwise kernels are stored as [height, width, 1, channels]; TensorFlow has [height, width, channels, 1]. */
function depthwise(
  context: Context,
  { name, kernel: [h, w], filters }: ConvLayer,
  [x, stored]: readonly [string, string],
  attributes: WindowAttributes,
): Recorded {
  const { graph } = context;
  const kernel = graph.floats('Reshape', [stored, graph.ints(h, w, filters, 1)]);
  return {
    output: graph.floats('DepthwiseConv2dNative', [x, kernel], { ...attributes }),
    backward(dy, [needed]) {
      const sizes = graph.ints(h, w, filters, 1);
      const dw = graph.floats('DepthwiseConv2dNativeBackpropFilter', [x, sizes, dy], { ...attributes });
      const dx = (): string =>
        graph.floats('DepthwiseConv2dNativeBackpropInput', [sizesOf(context, x), kernel, dy], { ...attributes });
      const weights = new Map([[`${name}/kernel`, graph.floats('Reshape', [dw, graph.ints(h, w, 1, filters)])]]);
      return { dxs: [needed ? dx() : undefined], weights };
    },
  };
}

/** The input with the padding that TensorFlow's operators lack. */
function pad({ graph }: Context, layer: ConvLayer, { height, width }: Shape, x: string): Recorded {
  if (layer.padding !== 'evenSame' || keepsSize(layer)) return simple(x, (dy) => dy);
  const [rows, columns] = [height, width].map((size, axis) =>
    paddingOf(layer.padding, size, layer.kernel[axis as 0 | 1], layer.stride),
  ) as [readonly [number, number], readonly [number, number]];
  const paddings = graph.constant(Int32Array.of(0, 0, ...rows, ...columns, 0, 0), [4, 2]);
  return simple(graph.floats('Pad', [x, paddings]), (dy) => {
    const [begin, size] = [graph.ints(0, rows[0], columns[0], 0), graph.ints(ANY, height, width, ANY)];
    return graph.floats('Slice', [dy, begin, size], { Index: { type: 'int32' } });
  });
}

function reshape({ graph }: Context, x: string, to: readonly number[], back: readonly number[]): Recorded {
  return simple(graph.floats('Reshape', [x, graph.ints(...to)]), (dy) =>
    graph.floats('Reshape', [dy, graph.ints(...back)]),
  );
}

function sizesOf({ graph }: Context, x: string): string {
  return graph.floats('Shape', [x]);
}
