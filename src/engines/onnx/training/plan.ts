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
import { activate } from './activation.js';
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

/** A product, and the operators after it. */
interface Reader {
  readonly layer: LinearLayer;
  readonly pooled: boolean;
  readonly activation: Activation;
}

/**
 * Turns layers into operators.
 *
 * - Products with the same input become one: every inception block starts with three or four 1x1 convolutions.
 * - A 1x1 convolution after an average pooling moves before it. The two commute, since the mean leaves padding out; the
 *   pooling then has fewer channels, and the convolution the same input as the others of its block.
 *
 * The final softmax is left out: together with the cross-entropy it has a simpler gradient.
 * @param fixed values of normalizations that do not train.
 */
export function plan(
  all: readonly Layer[],
  input: string,
  inputShape: Shape,
  fixed: Weights = new Map(),
): readonly PlannedOperator[] {
  const layers = withoutSoftmax(all);
  if (!needsColumns(layers)) return planRows(layers, input, inputShape, fixed);
  const { steps, rest } = planColumns(layers, input, inputShape);
  const last = steps.at(-1) as PlannedOperator;
  return [...steps, ...planRows(rest, last.outputs[0] as string, last.operator.outputs[0] as Shape, fixed)];
}

function planRows(
  layers: readonly Layer[],
  input: string,
  inputShape: Shape,
  fixed: Weights,
): readonly PlannedOperator[] {
  const shapes = inferShapes(layers, inputShape, input);
  const shapeOf = (name: string): Shape => shapes.get(name) as Shape;
  const swapped = poolsToSwap(layers);
  const sources = layers.map((layer) => swapped.get(layer.inputs[0] as string) ?? (layer.inputs[0] as string));
  const products = layers.map((layer, i) => productOf(layer, shapeOf(sources[i] as string)));
  const steps: PlannedOperator[] = [];
  const done = new Set<string>();
  const add = (operator: Operator, inputs: readonly string[], outputs: readonly string[]): void => {
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
        return [{ layer: product, pooled: swapped.has(other.inputs[0] as string), activation }];
      });
      addProducts(readers, source, shapeOf(source), add);
      continue;
    }
    const shape = shapeOf(source);
    switch (layer.kind) {
      case 'conv':
        add(convolution(layer, windowsOf(layer, shape)), [source], [linearName(layer.name)]);
        add(activate(layer, shapeOf(layer.name)), [linearName(layer.name)], [layer.name]);
        break;
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

function addProducts(
  readers: readonly Reader[],
  source: string,
  shape: Shape,
  add: (operator: Operator, inputs: readonly string[], outputs: readonly string[]) => void,
): void {
  const operator = linear(
    readers.map(({ layer }) => layer),
    shape,
  );
  const nameOf = ({ layer, activation }: Reader): string =>
    activation === 'linear' ? layer.name : linearName(layer.name);
  add(operator, [source], readers.map(nameOf));
  for (const [i, reader] of readers.entries()) {
    const { name } = reader.layer;
    const output = operator.outputs[i] as Shape;
    if (reader.activation === 'linear') continue;
    if (reader.pooled) add(averagePool(output), [linearName(name)], [`${name}:pooled`]);
    add(activate(reader, output), [reader.pooled ? `${name}:pooled` : linearName(name)], [name]);
  }
}

/** Average poolings that only 1x1 convolutions read, with their inputs. */
function poolsToSwap(layers: readonly Layer[]): ReadonlyMap<string, string> {
  const swapped = new Map<string, string>();
  for (const layer of layers) {
    if (layer.kind !== 'averagePool' || layer.stride !== 1) continue;
    const readers = layers.filter(({ inputs }) => (inputs as readonly string[]).includes(layer.name));
    const pointwise = readers.every((reader) => reader.kind === 'conv' && reader.kernel.join() === '1,1');
    if (pointwise) swapped.set(layer.name, layer.inputs[0]);
  }
  return swapped;
}

function productOf(layer: Layer, input: Shape): LinearLayer | undefined {
  if (layer.kind === 'dense') return denseProduct(layer);
  return layer.kind === 'conv' ? convProduct(layer, windowsOf(layer, input)) : undefined;
}

function windowsOf(layer: ConvLayer, input: Shape): Windows {
  return slideWindow(input, layer.kernel, layer.stride, layer.padding);
}

/** Name of a layer's value before its ReLU. */
const linearName = (layer: string): string => `${layer}:linear`;

function cannotBeTrained({ name, kind }: Layer): Error {
  return new Error(`${name}: a layer of kind ${kind} with these settings cannot be trained`);
}
