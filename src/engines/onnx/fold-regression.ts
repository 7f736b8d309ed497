import * as ort from 'onnxruntime-node';
import { GraphBuilder } from './graph.js';
import { createSession } from './session.js';

/** Steps of Nesterov's method; the problem is convex, and further steps change probabilities in the third digit. */
const STEPS = 100;
/** Steps of the power method that finds how long a step may be. */
const POWER_STEPS = 12;
/** A step is this much shorter than the estimate allows, which is a lower bound of the curvature. */
const CAUTION = 1.2;
/** Most probabilities in memory at once; with more classes and images, folds follow each other. */
const MOST_VALUES = 64 * 1024 ** 2;

export interface FoldRegression {
  /** Rows x width, centered and scaled. */
  readonly values: Float32Array;
  readonly width: number;
  /** Class of each row. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  /** Fold of each row. */
  readonly foldOf: Uint8Array;
  readonly folds: number;
  /** Weight of the squared norm of the coefficients in the loss. */
  readonly penalty: number;
  readonly threads: number;
  /** Called after each step with the share of the work that is done. */
  readonly onStep: (share: number) => void;
}

/**
 * Probabilities of all classes for each row, by a multinomial logistic regression on the rows of the other folds: none has
 * seen the label of the row. The regressions of several folds are computed by the same matrix products.
 * @returns rows x classes.
 */
export async function foldProbabilities(options: FoldRegression): Promise<Float32Array> {
  const { values, width, classes, foldOf, folds, threads, onStep } = options;
  const n = foldOf.length;
  const session = await createSession(graphOf(width, classes), { threads });
  const rows = new ort.Tensor('float32', values, [n, width]);
  const result = new Float32Array(n * classes);
  const atOnce = Math.max(1, Math.min(folds, Math.floor(MOST_VALUES / (n * classes))));
  try {
    const rate = 1 / (CAUTION * (await curvature(session, rows, width, classes)) + options.penalty);
    for (let first = 0; first < folds; first += atOnce) {
      const group = Array.from({ length: Math.min(atOnce, folds - first) }, (_, i) => first + i);
      const begun = first / folds;
      const report = (share: number): void => onStep(begun + (share * group.length) / folds);
      const probabilities = await regress(session, rows, group, rate, { ...options, onStep: report });
      for (let row = 0; row < n; row++) {
        const place = group.indexOf(foldOf[row]!);
        if (place < 0) continue;
        const from = (row * group.length + place) * classes;
        result.set(probabilities.subarray(from, from + classes), row * classes);
      }
    }
    return result;
  } finally {
    await session.release();
  }
}

/**
 * Probabilities of the regressions of some folds, and the gradients of their losses. Rows that a regression may not see have
 * the weight 0 in it.
 */
function graphOf(width: number, classes: number): Uint8Array {
  const graph = new GraphBuilder();
  const rows = graph.input('rows', 'float32', ['n', width]);
  const kernel = graph.input('kernel', 'float32', [width, 'c']);
  const bias = graph.input('bias', 'float32', ['c']);
  const targets = graph.input('targets', 'float32', ['n', 1, classes]);
  const weights = graph.input('weights', 'float32', ['n', 'f', 1]);
  const scores = graph.node('Add', [graph.node('MatMul', [rows, kernel]), bias]);
  const byFold = graph.node('Reshape', [scores, graph.ints([0, -1, classes])]);
  const probabilities = graph.node('Softmax', [byFold], { axis: -1 });
  const difference = graph.node('Mul', [graph.node('Sub', [probabilities, targets]), weights]);
  const flat = graph.node('Reshape', [difference, graph.node('Shape', [scores])]);
  graph.output(probabilities, 'probabilities', 'float32', ['n', 'f', classes]);
  graph.output(graph.node('Gemm', [rows, flat], { transA: 1 }), 'kernelGradient', 'float32', [width, 'c']);
  graph.output(graph.node('ReduceSum', [flat, graph.ints([0])], { keepdims: 0 }), 'biasGradient', 'float32', ['c']);
  const direction = graph.input('direction', 'float32', [width, 1]);
  const product = graph.node('MatMul', [rows, direction]);
  graph.output(graph.node('Gemm', [rows, product], { transA: 1 }), 'curved', 'float32', [width, 1]);
  return graph.encode();
}

/** Feeds for the outputs that do not depend on them: the runtime wants all inputs. */
function unused(n: number, width: number, classes: number): Record<string, ort.Tensor> {
  const tensor = (dims: number[]): ort.Tensor =>
    new ort.Tensor('float32', new Float32Array(dims.reduce((product, size) => product * size, 1)), dims);
  return {
    kernel: tensor([width, classes]),
    bias: tensor([classes]),
    targets: tensor([n, 1, classes]),
    weights: tensor([n, 1, 1]),
    direction: tensor([width, 1]),
  };
}

/** The largest curvature of the mean loss of softmax regressions: half the largest eigenvalue of the mean of row times row. */
async function curvature(
  session: ort.InferenceSession,
  rows: ort.Tensor,
  width: number,
  classes: number,
): Promise<number> {
  const n = rows.dims[0] as number;
  const feeds = unused(n, width, classes);
  let direction = new Float32Array(width).map((_, i) => 1 + (i % 7)); // orthogonal to no pattern of features but by chance
  let eigenvalue = 0;
  for (let step = 0; step < POWER_STEPS; step++) {
    const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0)) || 1;
    direction = direction.map((value) => value / length);
    const fed = { ...feeds, rows, direction: new ort.Tensor('float32', direction, [width, 1]) };
    const { curved } = await session.run(fed, ['curved']);
    direction = Float32Array.from(curved!.data as Float32Array);
    eigenvalue = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0)) / n;
  }
  return Math.max(eigenvalue, 1e-6) / 2;
}

async function regress(
  session: ort.InferenceSession,
  rows: ort.Tensor,
  group: readonly number[],
  rate: number,
  { width, labels, classes, foldOf, penalty, onStep }: FoldRegression,
): Promise<Float32Array> {
  const n = foldOf.length;
  const columns = group.length * classes;
  const targets = new Float32Array(n * classes);
  for (let row = 0; row < n; row++) targets[row * classes + labels[row]!] = 1;
  const weights = new Float32Array(n * group.length);
  for (const [place, fold] of group.entries()) {
    const seen = foldOf.reduce((sum, of) => sum + (of === fold ? 0 : 1), 0);
    for (let row = 0; row < n; row++) if (foldOf[row] !== fold) weights[row * group.length + place] = 1 / seen;
  }
  const fixed = {
    rows,
    targets: new ort.Tensor('float32', targets, [n, 1, classes]),
    weights: new ort.Tensor('float32', weights, [n, group.length, 1]),
    direction: new ort.Tensor('float32', new Float32Array(width), [width, 1]),
  };
  const kernel = new Nesterov(width * columns, rate, penalty);
  const bias = new Nesterov(columns, rate, 0);
  const feeds = () => ({
    ...fixed,
    kernel: new ort.Tensor('float32', kernel.ahead, [width, columns]),
    bias: new ort.Tensor('float32', bias.ahead, [columns]),
  });
  for (let step = 0; step < STEPS; step++) {
    const { kernelGradient, biasGradient } = await session.run(feeds(), ['kernelGradient', 'biasGradient']);
    kernel.step(kernelGradient!.data as Float32Array, step);
    bias.step(biasGradient!.data as Float32Array, step);
    onStep((step + 1) / (STEPS + 1));
  }
  const { probabilities } = await session.run(feeds(), ['probabilities']);
  onStep(1);
  return probabilities!.data as Float32Array;
}

/** Values that follow a gradient by Nesterov's method for convex functions (1983), from 0. */
class Nesterov {
  /** Where the next gradient is taken. */
  readonly ahead: Float32Array;
  readonly #last: Float32Array;

  constructor(
    size: number,
    private readonly rate: number,
    private readonly penalty: number,
  ) {
    this.ahead = new Float32Array(size);
    this.#last = new Float32Array(size);
  }

  step(gradient: Float32Array, step: number): void {
    const momentum = (step + 1) / (step + 4);
    const { ahead, rate, penalty } = this;
    for (let i = 0; i < ahead.length; i++) {
      const next = ahead[i]! - rate * (gradient[i]! + penalty * ahead[i]!);
      ahead[i] = next + momentum * (next - this.#last[i]!);
      this.#last[i] = next;
    }
  }
}
