import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/engines/onnx/graph.js';
import { createSession } from '../../src/engines/onnx/session.js';
import { add } from '../../src/engines/onnx/training/add.js';
import { batchNorm, withoutBias } from '../../src/engines/onnx/training/batch-norm.js';
import { columnsAveragePool, turn } from '../../src/engines/onnx/training/columns.js';
import { concat } from '../../src/engines/onnx/training/concat.js';
import { convolution } from '../../src/engines/onnx/training/convolution.js';
import { depthwise } from '../../src/engines/onnx/training/depthwise.js';
import { globalAveragePool } from '../../src/engines/onnx/training/global-average-pool.js';
import { convProduct, denseProduct, linear } from '../../src/engines/onnx/training/linear.js';
import type { Operator } from '../../src/engines/onnx/training/operator.js';
import { piecesOf } from '../../src/engines/onnx/training/pieces.js';
import { pointwise } from '../../src/engines/onnx/training/pointwise.js';
import { averagePool, maxPool } from '../../src/engines/onnx/training/pool.js';
import { relu, relu6 } from '../../src/engines/onnx/training/relu.js';
import { fromStored, toStored } from '../../src/engines/onnx/training/stored-weight.js';
import { slideWindow } from '../../src/engines/onnx/training/windows.js';
import type { Normalization } from '../../src/network/folded-weights.js';
import { type ConvLayer, type Padding, paddingOf, placesAlong, type Shape } from '../../src/network/layers.js';
import { elements, f32, type Tensor } from '../../src/network/tensor.js';
import { randomStream, uniform } from '../../src/random.js';

const BATCH = 2;
/** Of central differences in float64. */
const STEP = 1e-5;

type Values = Readonly<Record<string, Float64Array>>;

/** The same computation as an operator's, in float64 and by the plainest loops. */
type Reference = (inputs: readonly Float64Array[], weights: Values) => readonly Float64Array[];

interface Case {
  readonly operator: Operator;
  readonly inputs: readonly Shape[];
  readonly reference: Reference;
  /** Whether its activations are [channels, rows] instead of [rows, channels]. */
  readonly columns?: boolean;
  /** The same of its outputs, where they differ. */
  readonly columnsOut?: boolean;
  /** Largest absolute input; 1 by default. */
  readonly largest?: number;
}

const shape = (height: number, width: number, channels: number): Shape => ({ height, width, channels });
const size = ({ height, width, channels }: Shape): number => BATCH * height * width * channels;

function conv(
  kernel: readonly [number, number],
  stride: 1 | 2,
  padding: Padding,
  inChannels: number,
  filters: number,
  name = 'conv',
): ConvLayer {
  const shared = { kind: 'conv', norm: 'norm', inputs: ['x'], depthwise: false, activation: 'relu' } as const;
  return { ...shared, name, inChannels, filters, kernel, stride, padding };
}

/** Calls back for every place of the output and every tap of its window that sees the input. */
function slide(
  input: Shape,
  { kernel: [kh, kw], stride, padding }: Pick<ConvLayer, 'kernel' | 'stride' | 'padding'>,
  visit: (image: number, output: number, place: number, tap: number) => void,
): Shape {
  const height = placesAlong(padding, input.height, kh, stride);
  const width = placesAlong(padding, input.width, kw, stride);
  const [top] = paddingOf(padding, input.height, kh, stride);
  const [left] = paddingOf(padding, input.width, kw, stride);
  for (let n = 0; n < BATCH; n++) {
    for (let oy = 0; oy < height; oy++) {
      for (let ox = 0; ox < width; ox++) {
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++) {
            const [y, x] = [oy * stride + ky - top, ox * stride + kx - left];
            if (y < 0 || x < 0 || y >= input.height || x >= input.width) continue;
            visit(n, (n * height + oy) * width + ox, (n * input.height + y) * input.width + x, ky * kw + kx);
          }
        }
      }
    }
  }
  return shape(height, width, 0);
}

const convReference =
  (layers: readonly ConvLayer[], input: Shape): Reference =>
  ([x], weights) =>
    layers.map((layer) => {
      const { name, inChannels: ins, filters: outs } = layer;
      const places = slide(input, layer, () => undefined);
      const y = new Float64Array(size({ ...places, channels: outs })).map(
        (_, i) => weights[`${name}/bias`]![i % outs]!,
      );
      slide(input, layer, (_, output, place, tap) => {
        if (layer.depthwise) {
          for (let c = 0; c < outs; c++) {
            y[output * outs + c]! += x![place * outs + c]! * weights[`${name}/kernel`]![tap * outs + c]!;
          }
          return;
        }
        for (let i = 0; i < ins; i++) {
          for (let o = 0; o < outs; o++) {
            y[output * outs + o]! += x![place * ins + i]! * weights[`${name}/kernel`]![(tap * ins + i) * outs + o]!;
          }
        }
      });
      return y;
    });

function convCase(input: Shape, ...given: [readonly [number, number], 1 | 2, 'same' | 'valid', number]): Case {
  const [kernel, stride, padding, filters] = given;
  const layer = conv(kernel, stride, padding, input.channels, filters);
  const windows = slideWindow(input, kernel, stride, padding);
  const product = convProduct(layer, windows);
  return {
    operator: product ? linear([product], input) : convolution(layer, windows),
    inputs: [input],
    reference: convReference([layer], input),
  };
}

/** An operator whose activations are columns, with a reference for rows. */
function columnsCase(operator: Operator, inputs: readonly Shape[], reference: Reference): Case {
  return {
    operator,
    inputs,
    columns: true,
    reference: (xs, weights) =>
      reference(
        xs.map((x, i) => transposed(x, inputs[i]!.channels)),
        weights,
      ).map((y, i) => transposed(y, y.length / operator.outputs[i]!.channels)),
  };
}

/** @param rows of the given matrix. */
function transposed(values: Float64Array, rows: number): Float64Array {
  const columns = values.length / rows;
  return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}

function depthwiseCase(input: Shape, size: 3 | 5, stride: 1 | 2): Case {
  const { channels } = input;
  const layer = { ...conv([size, size], stride, 'evenSame', channels, channels), depthwise: true };
  return columnsCase(depthwise(layer, input), [input], convReference([layer], input));
}

const pooling = { kernel: [3, 3], stride: 1, padding: 'same' } as const;

function averageCase(input: Shape): Case {
  const { channels } = input;
  return {
    operator: averagePool(input),
    inputs: [input],
    reference: ([x]) => {
      const counts = new Map<number, number>();
      slide(input, pooling, (_, output) => counts.set(output, (counts.get(output) ?? 0) + 1));
      const y = new Float64Array(size(input));
      slide(input, pooling, (_, output, place) => {
        for (let c = 0; c < channels; c++) y[output * channels + c]! += x![place * channels + c]! / counts.get(output)!;
      });
      return [y];
    },
  };
}

function maxCase(input: Shape): Case {
  const { channels } = input;
  const window = { kernel: [3, 3], stride: 2, padding: 'valid' } as const;
  return {
    operator: maxPool(input),
    inputs: [input],
    reference: ([x]) => {
      const places = slide(input, window, () => undefined);
      const y = new Float64Array(size({ ...places, channels })).fill(Number.NEGATIVE_INFINITY);
      slide(input, window, (_, output, place) => {
        for (let c = 0; c < channels; c++) {
          y[output * channels + c] = Math.max(y[output * channels + c]!, x![place * channels + c]!);
        }
      });
      return [y];
    },
  };
}

/** Batch normalization with the statistics of the batch. */
const normReference =
  ({ name, filters }: ConvLayer, { epsilon, gain }: Normalization): Reference =>
  ([x], weights) => {
    const y = Float64Array.from(x!);
    for (let c = 0; c < filters; c++) {
      const channel = x!.filter((_, i) => i % filters === c);
      const mean = channel.reduce((sum, value) => sum + value, 0) / channel.length;
      const variance = channel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / channel.length;
      for (let i = c; i < y.length; i += filters) {
        y[i] = (gain[c]! * (x![i]! - mean)) / Math.sqrt(variance + epsilon[c]!) + weights[`${name}/bias`]![c]!;
      }
    }
    return [y];
  };

const three = shape(3, 3, 5);
const normed = conv([1, 1], 1, 'same', 5, 5);
const normalization = {
  epsilon: Float32Array.of(0.001, 0.5, 0.01, 1, 0.1),
  gain: Float32Array.of(1, 0.3, 4, 0, 1.5),
};
const dense = { kind: 'dense', name: 'dense', inputs: ['x'], inFeatures: 6, units: 4, activation: 'softmax' } as const;
const pair = [conv([1, 1], 1, 'same', 5, 3, 'a'), conv([1, 1], 1, 'same', 5, 4, 'b')];

const cases: Readonly<Record<string, Case>> = {
  ReLU: {
    operator: relu(three),
    inputs: [three],
    reference: ([x]) => [x!.map((value) => Math.max(value, 0))],
  },
  dense: {
    operator: linear([denseProduct(dense)], shape(1, 1, 6)),
    inputs: [shape(1, 1, 6)],
    reference: convReference([conv([1, 1], 1, 'same', 6, 4, 'dense')], shape(1, 1, 6)),
  },
  'a 1x1 convolution': convCase(three, [1, 1], 1, 'same', 4),
  'two 1x1 convolutions side by side': {
    operator: linear(
      pair.map((layer) => convProduct(layer, slideWindow(three, [1, 1], 1, 'same'))!),
      three,
    ),
    inputs: [three],
    reference: convReference(pair, three),
  },
  'a 3x3 convolution that sees one place': convCase(shape(1, 1, 5), [3, 3], 1, 'same', 4),
  'a 3x3 convolution that covers the map': convCase(three, [3, 3], 2, 'valid', 4),
  'a 1x7 convolution on a small map': convCase(three, [1, 7], 1, 'same', 4),
  'a 7x1 convolution on a small map': convCase(shape(4, 4, 3), [7, 1], 1, 'same', 2),
  'a 1x3 convolution on two places': convCase(shape(2, 2, 3), [1, 3], 1, 'same', 2),
  'a 1x3 convolution on a map that is no band': convCase(shape(4, 4, 3), [1, 3], 1, 'same', 2),
  'a 1x7 convolution on a large map': convCase(shape(6, 9, 3), [1, 7], 1, 'same', 2),
  'a 5x5 convolution': convCase(shape(5, 6, 2), [5, 5], 1, 'same', 3),
  'a 3x3 convolution without padding': convCase(shape(5, 5, 2), [3, 3], 1, 'valid', 3),
  'a 3x3 convolution with stride': convCase(shape(4, 4, 3), [3, 3], 2, 'valid', 2),
  'a 3x3 convolution with stride on a large map': convCase(shape(17, 17, 2), [3, 3], 2, 'valid', 3),
  'average pooling of one place': averageCase(shape(1, 1, 3)),
  'average pooling of a small map': averageCase(shape(3, 4, 3)),
  'average pooling of a large map': averageCase(shape(5, 7, 3)),
  'a depthwise 3x3 convolution': depthwiseCase(shape(4, 4, 3), 3, 1),
  'a depthwise 5x5 convolution that sees more than the map': depthwiseCase(shape(2, 2, 3), 5, 1),
  'a depthwise 3x3 convolution with stride on an odd map': depthwiseCase(shape(9, 9, 2), 3, 2),
  'a depthwise 5x5 convolution with stride': depthwiseCase(shape(4, 4, 3), 5, 2),
  'a depthwise 5x5 convolution on a large map': depthwiseCase(shape(11, 12, 2), 5, 1),
  'a depthwise 3x3 convolution with stride on a large map': depthwiseCase(shape(13, 11, 2), 3, 2),
  'a 1x1 convolution of columns': columnsCase(
    pointwise(conv([1, 1], 1, 'evenSame', 5, 4), three),
    [three],
    convReference([conv([1, 1], 1, 'evenSame', 5, 4)], three),
  ),
  'batch normalization': {
    operator: batchNorm(normed, three, normalization),
    inputs: [three],
    reference: normReference(normed, normalization),
  },
  'batch normalization of columns': columnsCase(
    batchNorm(normed, three, normalization, 'columns'),
    [three],
    normReference(normed, normalization),
  ),
  'a convolution without bias': {
    operator: withoutBias(convolution(conv([3, 3], 1, 'same', 5, 2), slideWindow(three, [3, 3], 1, 'same'))),
    inputs: [three],
    reference: (xs, weights) =>
      convReference([conv([3, 3], 1, 'same', 5, 2)], three)(xs, { ...weights, 'conv/bias': new Float64Array(2) }),
  },
  'global average pooling of columns': {
    operator: columnsAveragePool(three),
    inputs: [three],
    columns: true,
    columnsOut: false,
    reference: ([x]) => [
      Float64Array.from({ length: BATCH * 5 }, (_, i) => {
        const [image, channel] = [Math.floor(i / 5), i % 5];
        const from = (channel * BATCH + image) * 9;
        return x!.subarray(from, from + 9).reduce((sum, value) => sum + value, 0) / 9;
      }),
    ],
  },
  'rows as columns': {
    operator: turn(three),
    inputs: [three],
    columnsOut: true,
    reference: ([x]) => [transposed(x!, x!.length / 5)],
  },
  ReLU6: {
    operator: relu6(three),
    inputs: [three],
    largest: 12,
    reference: ([x]) => [x!.map((value) => Math.min(Math.max(value, 0), 6))],
  },
  sum: {
    operator: add(three),
    inputs: [three, three],
    reference: ([a, b]) => [a!.map((value, i) => value + b![i]!)],
  },
  'maximum pooling': maxCase(shape(7, 7, 3)),
  'maximum pooling of a large map': maxCase(shape(17, 17, 2)),
  'global average pooling': {
    operator: globalAveragePool(three),
    inputs: [three],
    reference: ([x]) => [
      Float64Array.from({ length: BATCH * 5 }, (_, i) => {
        const [image, channel] = [Math.floor(i / 5), i % 5];
        let sum = 0;
        for (let place = 0; place < 9; place++) sum += x![(image * 9 + place) * 5 + channel]!;
        return sum / 9;
      }),
    ],
  },
  concatenation: {
    operator: concat([three, shape(3, 3, 2)]),
    inputs: [three, shape(3, 3, 2)],
    reference: ([a, b]) => [
      Float64Array.from({ length: BATCH * 9 * 7 }, (_, i) => {
        const [row, channel] = [Math.floor(i / 7), i % 7];
        return channel < 5 ? a![row * 5 + channel]! : b![row * 2 + channel - 5]!;
      }),
    ],
  },
};

/** Numbers between -1 and 1, exact in float32. */
function draw(name: string, length: number): Float64Array {
  const random = randomStream(1, name);
  return Float64Array.from({ length }, () => Math.fround(2 * uniform(random) - 1));
}

interface Computed {
  readonly outputs: readonly Float64Array[];
  readonly dxs: readonly Float64Array[];
  readonly gradients: ReadonlyMap<string, Float64Array>;
}

/** Runs an operator forward and backward in ONNX Runtime. */
async function compute(
  { operator, inputs, columns = false, columnsOut = columns }: Case,
  xs: readonly Float64Array[],
  dys: readonly Float64Array[],
  weights: ReadonlyMap<string, Tensor>,
): Promise<Computed> {
  const graph = new GraphBuilder();
  const feeds: Record<string, ort.Tensor> = {};
  const feed = (name: string, values: ArrayLike<number>, dims: readonly number[]): string => {
    feeds[name] = new ort.Tensor('float32', Float32Array.from(values), dims);
    return graph.input(name, 'float32', dims);
  };
  const dims = (values: Float64Array, { channels }: Shape, turned: boolean): number[] => {
    const rows = [values.length / channels, channels];
    return turned ? rows.toReversed() : rows;
  };
  const context = {
    graph,
    batch: BATCH,
    training: true,
    weight: (name: string): string => {
      const all = [...operator.weights, ...(operator.statistics ?? [])];
      const stored = all.find((weight) => weight.name === name)!;
      const values = new Float32Array(elements(stored.shape));
      toStored(stored, weights, values);
      return feed(name, values, stored.shape);
    },
    given: () => {
      throw new Error('no operator here reads what comes with the batch');
    },
  };
  const recorded = operator.forward(
    context,
    xs.map((x, i) => feed(`x${i}`, x, dims(x, inputs[i]!, columns))),
  );
  const { dxs, weights: gradients } = recorded.backward(
    dys.map((dy, i) => feed(`dy${i}`, dy, dims(dy, operator.outputs[i]!, columnsOut))),
    xs.map(() => true),
  );
  const show = (value: string, name: string): void =>
    graph.output(graph.node('Identity', [value]), name, 'float32', ['rows']);
  for (const [i, y] of recorded.outputs.entries()) show(y, `y${i}`);
  for (const [i, dx] of dxs.entries()) show(dx!, `dx${i}`);
  for (const [name, pieces] of gradients) for (const [i, piece] of pieces.entries()) show(piece, `d:${name}#${i}`);
  const session = await createSession(graph.encode(), { threads: 1 });
  const results = await session.run(feeds);
  await session.release();
  const numbers = (name: string): Float64Array => Float64Array.from(results[name]!.data as Float32Array);
  const found = operator.weights.flatMap((stored) => {
    const values = new Float32Array(elements(stored.shape));
    for (const [i, { offset }] of piecesOf(stored.name, stored.shape).entries()) {
      values.set(results[`d:${stored.name}#${i}`]!.data as Float32Array, offset);
    }
    return fromStored(stored, values).map(([name, { data }]) => [name, Float64Array.from(data)] as const);
  });
  return {
    outputs: operator.outputs.map((_, i) => numbers(`y${i}`)),
    dxs: xs.map((_, i) => numbers(`dx${i}`)),
    gradients: new Map(found),
  };
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** The derivative of sum(dy * y) by each value of `of`, by central differences of the reference. */
function differences(of: Float64Array, loss: () => number): Float64Array {
  return of.map((value, i) => {
    of[i] = value + STEP;
    const above = loss();
    of[i] = value - STEP;
    const below = loss();
    of[i] = value;
    return (above - below) / (2 * STEP);
  });
}

function expectClose(what: string, actual: Float64Array, expected: Float64Array): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs), 1e-3);
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)));
  expect(worst / scale, what).toBeLessThan(1e-5);
}

describe('an operator has the gradients that finite differences in float64 give', () => {
  it.each(Object.entries(cases))('%s', async (_, given) => {
    const { operator, inputs, reference } = given;
    const { largest = 1 } = given;
    const xs = inputs.map((input, i) => draw(`x${i}`, size(input)).map((value) => value * largest));
    const dys = operator.outputs.map((output, i) => draw(`dy${i}`, size(output)));
    const parts = operator.weights.flatMap((stored) => stored.parts);
    const weights = Object.fromEntries(parts.map((part) => [part.name, draw(part.name, elements(part.shape))]));
    const tensors = new Map(parts.map((part) => [part.name, f32(part.shape, Float32Array.from(weights[part.name]!))]));
    const { outputs, dxs, gradients } = await compute(given, xs, dys, tensors);

    for (const [i, y] of reference(xs, weights).entries()) expectClose(`y${i}`, outputs[i]!, y);
    const loss = (): number => reference(xs, weights).reduce((sum, y, i) => sum + dot(y, dys[i]!), 0);
    for (const [i, x] of xs.entries()) expectClose(`dx${i}`, dxs[i]!, differences(x, loss));
    for (const [name, weight] of Object.entries(weights)) {
      expectClose(name, gradients.get(name)!, differences(weight, loss));
    }
  });
});
