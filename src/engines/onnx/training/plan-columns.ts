import type { Normalization } from '../../../network/folded-weights.js';
import { type ConvLayer, inferShapes, type Layer, type Shape } from '../../../network/layers.js';
import { activate } from './activation.js';
import { add } from './add.js';
import { afterProduct } from './after-product.js';
import { batchNorm, withoutBias } from './batch-norm.js';
import { columnsAveragePool, turn } from './columns.js';
import { depthwise } from './depthwise.js';
import type { Operator, PlannedOperator } from './operator.js';
import { pointwise } from './pointwise.js';

/** Operators of the first layers, and the layers that are left, which have rows. */
export interface PlannedColumns {
  readonly steps: readonly PlannedOperator[];
  readonly rest: readonly Layer[];
}

/** Whether layers contain depthwise convolutions, which compute on columns. */
export function needsColumns(layers: readonly Layer[]): boolean {
  return layers.some((layer) => layer.kind === 'conv' && layer.depthwise);
}

/**
 * Turns the layers of inverted residuals, up to the first of another kind, into operators on columns. They end in the pooled
 * features or, where a head reads the map, in the map as rows.
 * @param norms as of `PlanOptions`.
 */
export function planColumns(
  layers: readonly Layer[],
  input: string,
  inputShape: Shape,
  norms: ReadonlyMap<string, Normalization> = new Map(),
): PlannedColumns {
  const end = layers.findIndex(({ kind }) => kind !== 'conv' && kind !== 'add');
  const [blocks, after] = [layers.slice(0, end), layers.slice(end)];
  const shapes = inferShapes(blocks, inputShape, input);
  const shapeOf = (name: string): Shape => shapes.get(name) as Shape;
  const columns = (name: string): string => `${name}:columns`;
  const steps: PlannedOperator[] = [];
  const plan = (operator: Operator, inputs: readonly string[], output: string): void => {
    steps.push({ operator, inputs, outputs: [output] });
  };
  plan(turn(inputShape), [input], columns(input));
  for (const layer of blocks) {
    if (layer.kind === 'add') plan(add(shapeOf(layer.name)), layer.inputs.map(columns), columns(layer.name));
    if (layer.kind !== 'conv') continue;
    const convolved = convolutionOf(layer, shapeOf(layer.inputs[0]));
    const output = shapeOf(layer.name);
    const normalization = norms.get(layer.name);
    const operators = [
      ...(normalization ? [batchNorm(layer, output, normalization, 'columns')] : []),
      ...(layer.activation === 'linear' ? [] : [activate(layer, output)]),
    ];
    const { value, steps: following } = afterProduct(layer.name, operators, columns(layer.name));
    plan(normalization ? withoutBias(convolved) : convolved, [columns(layer.inputs[0])], value);
    steps.push(...following);
  }
  const last = blocks.at(-1)?.name ?? input;
  const [pooling] = after;
  if (pooling?.kind === 'globalAveragePool') {
    plan(columnsAveragePool(shapeOf(last)), [columns(last)], pooling.name);
    return { steps, rest: after.slice(1) };
  }
  plan(turn(shapeOf(last)), [columns(last)], last);
  return { steps, rest: after };
}

function convolutionOf(layer: ConvLayer, input: Shape): Operator {
  if (layer.depthwise) return depthwise(layer, input);
  if (layer.kernel.join() === '1,1' && layer.stride === 1) return pointwise(layer, input);
  throw new Error(`${layer.name}: a convolution like this cannot be trained beside depthwise ones`);
}
