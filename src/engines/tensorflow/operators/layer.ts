import type { ConvLayer, DenseLayer, Layer } from '../../../network/layers.js';
import { ANY } from '../graph.js';
import { activate } from './activation.js';
import { batchNorm } from './batch-norm.js';
import { convolution } from './convolution.js';
import { add, concat } from './join.js';
import { addBias, type Context, chain, type Recorded, simple } from './operator.js';
import { globalPool, pool } from './pool.js';
import { product } from './product.js';

/** Writes a layer: its forward pass and, when it is asked for, its backward pass. */
export function writeLayer(context: Context, layer: Layer, inputs: readonly string[]): Recorded {
  const { graph } = context;
  const [x] = inputs as [string];
  switch (layer.kind) {
    case 'conv':
      return convolved(context, layer, x);
    case 'maxPool':
    case 'averagePool':
      return context.swappedPools.has(layer.name) ? simple(x, (dy) => dy) : pool(context, layer, x);
    case 'concat':
      return concat(context, layer, inputs);
    case 'add':
      return add(context, inputs);
    case 'globalAveragePool':
    case 'globalMaxPool':
      return globalPool(context, layer, x);
    case 'flatten': {
      const { height, width, channels } = context.shapeOf(layer.inputs[0]);
      return simple(graph.floats('Reshape', [x, graph.ints(ANY, height * width * channels)]), (dy) =>
        graph.floats('Reshape', [dy, graph.ints(ANY, height, width, channels)]),
      );
    }
    case 'dense':
      return dense(context, layer, x);
    case 'norm': {
      const scale = context.weight(`${layer.name}/scale`);
      const scaled = graph.floats('Mul', [x, scale]);
      return simple(graph.floats('AddV2', [scaled, context.weight(`${layer.name}/offset`)]), (dy) =>
        graph.floats('Mul', [dy, scale]),
      );
    }
    case 'activation':
      return activate(graph, layer.activation, x, layer.alpha);
    case 'dropout': {
      if (!context.training) return simple(x, (dy) => dy);
      const mask = context.training.mask(layer.name);
      return simple(graph.floats('Mul', [x, mask]), (dy) => graph.floats('Mul', [dy, mask]));
    }
  }
}

/** The pooling that changes places with a convolution. */
const AVERAGE = { kind: 'averagePool', stride: 1, padding: 'same' } as const;

function convolved(context: Context, layer: ConvLayer, x: string): Recorded {
  const normalization = context.norms?.get(layer.name);
  return chain(
    convolution(context, layer, x),
    ...(context.swappedPools.has(layer.inputs[0]) ? [(y: string) => pool(context, AVERAGE, y)] : []),
    ...(normalization ? [(y: string) => batchNorm(context, layer, normalization, y)] : []),
    (y) => addBias(context, `${layer.name}/bias`, y),
    (y) => activate(context.graph, layer.activation, y),
  );
}

function dense(context: Context, { name, activation }: DenseLayer, x: string): Recorded {
  const kernel = `${name}/kernel`;
  return chain(
    product(context.graph, [x, context.weight(kernel)], kernel),
    (y) => addBias(context, `${name}/bias`, y),
    (y) => activate(context.graph, activation, y),
  );
}
