import type { GlobalPoolLayer, PoolLayer } from '../../../network/layers.js';
import { ANY } from '../graph.js';
import { type Context, type Recorded, simple } from './operator.js';

/** 3x3 pooling. Averages leave padding out of the count. */
export function pool(
  { graph }: Context,
  { kind, stride, padding }: Pick<PoolLayer, 'kind' | 'stride' | 'padding'>,
  x: string,
): Recorded {
  const attributes = { ksize: [1, 3, 3, 1], strides: [1, stride, stride, 1], padding: padding.toUpperCase() };
  if (kind === 'averagePool') {
    return simple(graph.floats('AvgPool', [x], attributes), (dy) =>
      graph.floats('AvgPoolGrad', [graph.floats('Shape', [x]), dy], attributes),
    );
  }
  const y = graph.floats('MaxPool', [x], attributes);
  return simple(y, (dy) => graph.floats('MaxPoolGrad', [x, y, dy], attributes));
}

/** Mean or maximum over height and width. */
export function globalPool(context: Context, { name, kind, inputs: [input] }: GlobalPoolLayer, x: string): Recorded {
  const { graph } = context;
  const { height, width, channels } = context.shapeOf(input);
  const axes = graph.ints(1, 2);
  if (kind === 'globalMaxPool') {
    return simple(graph.floats('Max', [x, axes]), () => {
      throw new Error(`${name}: a maximum over places cannot be trained`);
    });
  }
  return simple(graph.floats('Mean', [x, axes]), (dy) => {
    const share = graph.floats('Mul', [dy, graph.scalar(1 / (height * width))]);
    const place = graph.floats('Reshape', [share, graph.ints(ANY, 1, 1, channels)]);
    return graph.floats('Tile', [place, graph.ints(1, height, width, 1)]);
  });
}
