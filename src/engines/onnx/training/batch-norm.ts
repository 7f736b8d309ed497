import type { Normalization } from '../../../network/folded-weights.js';
import type { ConvLayer, Shape } from '../../../network/layers.js';
import { STATISTICS_MOMENTUM } from '../../batch-norm.js';
import type { GraphBuilder } from '../graph.js';
import { biasGradient, type Context, type Operator, rowsOf } from './operator.js';
import { columnSums } from './pointwise.js';
import { type StoredWeight, storedBias } from './stored-weight.js';

/** Whether activations are [rows, channels], or columns: [channels, rows]. */
type Side = 'rows' | 'columns';

/**
 * Batch normalization of a convolution with the statistics of the batch: y = gain * (x - mean) / sqrt(variance + epsilon) + bias,
 * by channel (Ioffe and Szegedy, 2015; the gain does not train). Moving averages of the statistics are kept for predictions.
 *
 * With f = gain / sqrt(variance + epsilon) and h = f * (x - mean): dx = f * (dy - mean(dy) - h * mean(dy * h) / gain²), and the
 * bias's gradient is the sum of dy.
 */
export function batchNorm(
  layer: ConvLayer,
  shape: Shape,
  { epsilon, gain }: Normalization,
  side: Side = 'rows',
): Operator {
  const perSquare = gain.map((value) => 1 / (value ** 2 || 1)); // a gain of 0 leaves nothing to share
  const bias = storedBias(layer);
  const [mean, variance] = ['mean', 'variance'].map((name) => storedStatistic(layer, name)) as [
    StoredWeight,
    StoredWeight,
  ];
  const perChannel = side === 'rows' ? [1, shape.channels] : [shape.channels, 1];
  return {
    outputs: [shape],
    weights: [bias],
    statistics: [mean, variance],
    forward(context, [given]) {
      const { graph } = context;
      const x = given as string;
      const rows = rowsOf(context, shape);
      const stored = ({ name }: StoredWeight): string =>
        graph.node('Reshape', [context.weight(name), graph.ints(perChannel)]);
      const meanOf = (value: string): string => writeMean(graph, value, rows, side);
      const factorOf = (spread: string): string => {
        const sum = graph.node('Add', [spread, graph.constant(epsilon, perChannel)]);
        return graph.node('Div', [graph.constant(gain, perChannel), graph.node('Sqrt', [sum])]);
      };
      if (!context.training) {
        const scaled = graph.node('Mul', [graph.node('Sub', [x, stored(mean)]), factorOf(stored(variance))]);
        return { outputs: [graph.node('Add', [scaled, stored(bias)])], backward: cannotLearn };
      }
      const center = meanOf(x);
      const centered = graph.node('Sub', [x, center]);
      const spread = meanOf(graph.node('Mul', [centered, centered]));
      const factor = factorOf(spread);
      const normed = graph.node('Mul', [centered, factor]);
      return {
        outputs: [graph.node('Add', [normed, stored(bias)])],
        statistics: new Map([
          [mean.name, moved(context, mean, center)],
          [variance.name, moved(context, variance, spread)],
        ]),
        backward([given]) {
          const dy = given as string;
          const product = meanOf(graph.node('Mul', [dy, normed]));
          const share = graph.node('Mul', [product, graph.constant(perSquare, perChannel)]);
          const rest = graph.node('Sub', [graph.node('Sub', [dy, meanOf(dy)]), graph.node('Mul', [normed, share])]);
          const sums = side === 'rows' ? biasGradient : columnSums;
          return {
            dxs: [graph.node('Mul', [rest, factor])],
            weights: new Map([[bias.name, sums(context, dy, rows, shape.channels)]]),
          };
        },
      };
    },
  };
}

/** An operator whose bias is zero and does not train: the mean that is subtracted after it would take it away. */
export function withoutBias(operator: Operator): Operator {
  const biases = new Map(operator.weights.filter(isBias).map((weight) => [weight.name, weight]));
  return {
    ...operator,
    weights: operator.weights.filter((weight) => !isBias(weight)),
    forward(context, inputs) {
      const weight = (name: string): string => {
        const bias = biases.get(name);
        if (!bias) return context.weight(name);
        return context.graph.constant(new Float32Array(bias.shape[0] as number), bias.shape);
      };
      const recorded = operator.forward({ ...context, weight }, inputs);
      return {
        ...recorded,
        backward(dys, needed) {
          const { dxs, weights } = recorded.backward(dys, needed);
          return { dxs, weights: new Map([...weights].filter(([name]) => !biases.has(name))) };
        },
      };
    },
  };
}

const isBias = ({ shape }: StoredWeight): boolean => shape.length === 1;

function storedStatistic({ name, filters }: ConvLayer, statistic: string): StoredWeight {
  const part = { name: `${name}/${statistic}`, shape: [filters], offsets: Int32Array.of(0) };
  return { name: part.name, shape: part.shape, parts: [part] };
}

/** The mean over rows, as a product, several times faster than ReduceMean on a CPU. */
function writeMean(graph: GraphBuilder, value: string, rows: number, side: Side): string {
  const shares = new Float32Array(rows).fill(1 / rows);
  if (side === 'columns') return graph.node('MatMul', [value, graph.constant(shares, [rows, 1])]);
  return graph.node('MatMul', [graph.constant(shares, [1, rows]), value]);
}

/** The moving average after a batch. */
function moved(context: Context, { name, shape }: StoredWeight, batch: string): string {
  const { graph } = context;
  const before = context.weight(name);
  const change = graph.node('Sub', [graph.node('Reshape', [batch, graph.ints(shape)]), before]);
  return graph.node('Add', [before, graph.node('Mul', [change, graph.scalar(1 - STATISTICS_MOMENTUM)])]);
}

function cannotLearn(): never {
  throw new Error('a network learns only with the statistics of a batch');
}
