import type { Normalization } from '../../../network/folded-weights.js';
import {
  type Activation,
  type ConvLayer,
  inferShapes,
  type Layer,
  type Shape,
  withoutSoftmax,
} from '../../../network/layers.js';
import { foldNorm } from '../../../network/norm.js';
import type { Weights } from '../../../network/tensor.js';
import { poolsToSwap } from '../../pools-to-swap.js';
import { activate } from './activation.js';
import { type After, afterProduct } from './after-product.js';
import { batchNorm, withoutBias } from './batch-norm.js';
import { concat } from './concat.js';
import { convolution } from './convolution.js';
import { dropout } from './dropout.js';
import { flatten } from './flatten.js';
import { globalAveragePool } from './global-average-pool.js';
import { globalMaxPool } from './global-max-pool.js';
import { convProduct, denseProduct, type LinearLayer, linear } from './linear.js';
import { norm } from './norm.js';
import type { Operator, PlannedOperator } from './operator.js';
import { needsColumns, planColumns } from './plan-columns.js';
import { averagePool, maxPool } from './pool.js';
import type { StoredWeight } from './stored-weight.js';
import { slideWindow, type Windows } from './windows.js';

type AddOperator = (operator: Operator, inputs: readonly string[], outputs: readonly string[]) => void;

/** A product, and the operators after it. */
interface Reader {
  readonly layer: LinearLayer;
  readonly pooled: boolean;
  /** The convolution, if it normalizes by the statistics of the batch. */
  readonly normed: ConvLayer | undefined;
  readonly activation: Activation;
}

/** Values that the layers alone do not tell. */
export interface PlanOptions {
  /** Values of normalizations that do not train. */
  readonly fixed?: Weights;
  /** By convolution: epsilon and gain, if it normalizes by the statistics of the batch. */
  readonly norms?: ReadonlyMap<string, Normalization> | undefined;
}

/**
 * Turns layers into operators.
 *
 * - Products with the same input become one: every inception block starts with three or four 1x1 convolutions.
 * - A 1x1 convolution after an average pooling moves before it. The two commute, since the mean leaves padding out; the
 *   pooling then has fewer channels, and the convolution the same input as the others of its block.
 *
 * The final softmax is left out: together with the cross-entropy it has a simpler gradient.
 */
export function plan(
  all: readonly Layer[],
  input: string,
  inputShape: Shape,
  options: PlanOptions = {},
): readonly PlannedOperator[] {
  const layers = withoutSoftmax(all);
  if (!needsColumns(layers)) return planRows(layers, input, inputShape, options);
  const { steps, rest } = planColumns(layers, input, inputShape, options.norms);
  const last = steps.at(-1) as PlannedOperator;
  return [...steps, ...planRows(rest, last.outputs[0] as string, last.operator.outputs[0] as Shape, options)];
}

function planRows(
  layers: readonly Layer[],
  input: string,
  inputShape: Shape,
  { fixed = new Map(), norms = new Map() }: PlanOptions,
): readonly PlannedOperator[] {
  const shapes = inferShapes(layers, inputShape, input);
  const shapeOf = (name: string): Shape => shapes.get(name) as Shape;
  const swapped = poolsToSwap(layers);
  const sources = layers.map((layer) => swapped.get(layer.inputs[0] as string) ?? (layer.inputs[0] as string));
  const products = layers.map((layer, i) => productOf(layer, shapeOf(sources[i] as string)));
  const steps: PlannedOperator[] = [];
  const done = new Set<string>();
  const add: AddOperator = (operator, inputs, outputs) => {
    steps.push({ operator, inputs, outputs });
  };
  for (const [i, layer] of layers.entries()) {
    if (done.has(layer.name) || swapped.has(layer.name)) continue;
    const source = sources[i] as string;
    const first = products[i];
    if (first) {
      const readers = layers.flatMap((other, j): Reader[] => {
        const product = products[j];
        if (product?.seen !== first.seen || sources[j] !== source) return [];
        done.add(other.name);
        const activation = other.kind === 'dense' || other.kind === 'conv' ? other.activation : 'linear';
        const normed = other.kind === 'conv' && norms.has(other.name) ? other : undefined;
        return [{ layer: product, pooled: swapped.has(other.inputs[0] as string), normed, activation }];
      });
      addProducts(readers, source, shapeOf(source), { norms, add });
      continue;
    }
    const shape = shapeOf(source);
    switch (layer.kind) {
      case 'conv': {
        const convolved = convolution(layer, windowsOf(layer, shape));
        const output = shapeOf(layer.name);
        const normalization = norms.get(layer.name);
        const norm = normalization ? [batchNorm(layer, output, normalization)] : [];
        const { value, steps: after } = afterProduct(layer.name, [...norm, activate(layer, output)]);
        add(normalization ? withoutBias(convolved) : convolved, [source], [value]);
        steps.push(...after);
        break;
      }
      case 'maxPool':
        if (layer.stride !== 2 || layer.padding !== 'valid') throw cannotBeTrained(layer);
        add(maxPool(shape), [source], [layer.name]);
        break;
      case 'averagePool':
        if (layer.stride !== 1 || layer.padding !== 'same') throw cannotBeTrained(layer);
        add(averagePool(shape), [source], [layer.name]);
        break;
      case 'add':
        throw cannotBeTrained(layer); // of depthwise convolutions, which have columns
      case 'concat':
        add(concat(layer.inputs.map(shapeOf)), layer.inputs, [layer.name]);
        break;
      case 'globalAveragePool':
        add(globalAveragePool(shape), [source], [layer.name]);
        break;
      case 'globalMaxPool':
        add(globalMaxPool(shape), [source], [layer.name]);
        break;
      case 'flatten':
        add(flatten(shape), [source], [layer.name]);
        break;
      case 'norm':
        add(norm(foldNorm(layer, fixed), shape), [source], [layer.name]);
        break;
      case 'activation':
        add(activate(layer, shape), [source], [layer.name]);
        break;
      case 'dropout':
        add(dropout(layer.name, shape), [source], [layer.name]);
        break;
      case 'dense':
        throw cannotBeTrained(layer); // a product, always
    }
  }
  return steps;
}

/** All trainable weights, in the order of the operators. */
export function weightsOf(steps: readonly PlannedOperator[]): readonly StoredWeight[] {
  return steps.flatMap(({ operator }) => operator.weights);
}

/** All statistics, in the order of the operators. */
export function statisticsOf(steps: readonly PlannedOperator[]): readonly StoredWeight[] {
  return steps.flatMap(({ operator }) => operator.statistics ?? []);
}

function addProducts(
  readers: readonly Reader[],
  source: string,
  shape: Shape,
  { norms, add }: { readonly norms: ReadonlyMap<string, Normalization>; readonly add: AddOperator },
): void {
  const product = linear(
    readers.map(({ layer }) => layer),
    shape,
  );
  const after = readers.map(({ layer, pooled, normed, activation }, i): After => {
    const output = product.outputs[i] as Shape;
    return afterProduct(layer.name, [
      ...(pooled ? [averagePool(output)] : []),
      ...(normed ? [batchNorm(normed, output, norms.get(normed.name) as Normalization)] : []),
      ...(activation === 'linear' ? [] : [activate({ activation }, output)]),
    ]);
  });
  const isNormed = readers.some(({ normed }) => normed);
  add(
    isNormed ? withoutBias(product) : product,
    [source],
    after.map(({ value }) => value),
  );
  for (const { operator, inputs, outputs } of after.flatMap(({ steps }) => steps)) add(operator, inputs, outputs);
}

function productOf(layer: Layer, input: Shape): LinearLayer | undefined {
  if (layer.kind === 'dense') return denseProduct(layer);
  return layer.kind === 'conv' ? convProduct(layer, windowsOf(layer, input)) : undefined;
}

function windowsOf(layer: ConvLayer, input: Shape): Windows {
  return slideWindow(input, layer.kernel, layer.stride, layer.padding);
}

function cannotBeTrained({ name, kind }: Layer): Error {
  return new Error(`${name}: a layer of kind ${kind} with these settings cannot be trained`);
}
