import { randomStream, shuffle, uniform } from '../random.js';

/** Trees of the forest. */
const TREES = 64;
/** Trials of a node from which on it is divided. */
const SMALLEST_NODE = 4;
const DEEPEST = 12;

/** A trial: a value for each hyperparameter, and how good it was, where more is better. */
export interface Observation {
  readonly values: readonly unknown[];
  readonly score: number;
}

/** How much one hyperparameter decides. */
export interface ParameterImportance {
  /** Share of the error that shuffling the values of all hyperparameters, one after the other, adds; 0 to 1. */
  readonly importance: number;
  /** Spearman's rank correlation with the score, -1 to 1; null for values that are not numbers or do not vary. */
  readonly correlation: number | null;
}

export interface Importance {
  /** Share of the variance of ranks that the forest predicts for trials which a tree has not seen; below 0: none. */
  readonly explained: number;
  /** In the order of the values. */
  readonly parameters: readonly ParameterImportance[];
}

/** A number for each trial. A hyperparameter whose values are not numbers has a column for each of its values. */
interface Column {
  readonly parameter: number;
  readonly values: Float64Array;
}

type Node =
  | { readonly mean: number }
  | { readonly column: number; readonly at: number; readonly low: Node; readonly high: Node };

/**
 * Importance of hyperparameters: a random forest of 64 regression trees predicts the rank of a trial's score from its values.
 * For every tree, the values of one hyperparameter are shuffled among the trials that the tree has not seen; what that adds to
 * the squared error, averaged over trees, is the importance, which is then divided by the sum over hyperparameters. Ranks
 * instead of scores let a trial that diverged weigh no more than another. Source: Breiman, "Random Forests" (2001),
 * sections 3.1 and 10. Deterministic for a seed.
 */
export function* importanceOf(trials: readonly Observation[], seed: number): Generator<undefined, Importance> {
  const scores = ranksOf(trials.map(({ score }) => score));
  const parameters = trials[0]?.values.length ?? 0;
  const columns = columnsOf(trials, parameters);
  const random = randomStream(seed, 'importance');
  const n = trials.length;
  const added = new Float64Array(parameters);
  const sums = new Float64Array(n);
  const times = new Float64Array(n);
  for (let tree = 0; tree < TREES; tree++) {
    const drawn = Int32Array.from({ length: n }, () => Math.floor(uniform(random) * n));
    const root = grow(drawn, columns, scores, 0);
    const seen = new Set(drawn);
    const others = Array.from({ length: n }, (_, i) => i).filter((i) => !seen.has(i));
    if (others.length === 0) continue;
    for (const i of others) {
      sums[i]! += predict(root, columns, i, i, -1);
      times[i]! += 1;
    }
    const plain = errorOf(root, columns, scores, others, others, -1);
    for (let parameter = 0; parameter < parameters; parameter++) {
      const shuffled = shuffle([...others], random);
      added[parameter]! += (errorOf(root, columns, scores, others, shuffled, parameter) - plain) / TREES;
    }
    yield;
  }
  const positive = added.map((value) => Math.max(0, value));
  const total = positive.reduce((sum, value) => sum + value, 0);
  return {
    explained: explainedBy(sums, times, scores),
    parameters: Array.from(positive, (value, parameter) => ({
      importance: total > 0 ? value / total : 0,
      correlation: correlationOf(
        trials.map(({ values }) => values[parameter]),
        scores,
      ),
    })),
  };
}

/** Ranks from 1, the lowest first; equal values have the mean of their ranks. */
function ranksOf(values: readonly number[]): Float64Array {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1;
    for (const i of order.slice(start, end)) ranks[i] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Pearson's correlation of ranks. Source: Spearman, "The proof and measurement of association between two things" (1904). */
function correlationOf(values: readonly unknown[], scores: Float64Array): number | null {
  if (!values.every((value) => typeof value === 'number')) return null;
  const ranks = ranksOf(values);
  const mean = (values.length + 1) / 2;
  let [both, one, other] = [0, 0, 0];
  for (const [i, rank] of ranks.entries()) {
    both += (rank - mean) * (scores[i]! - mean);
    one += (rank - mean) ** 2;
    other += (scores[i]! - mean) ** 2;
  }
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : null;
}

function columnsOf(trials: readonly Observation[], parameters: number): Column[] {
  return Array.from({ length: parameters }, (_, parameter) => {
    const values = trials.map((trial) => trial.values[parameter]);
    if (values.every((value) => typeof value === 'number')) return [{ parameter, values: Float64Array.from(values) }];
    const texts = values.map((value) => JSON.stringify(value));
    return [...new Set(texts)].map((text) => ({
      parameter,
      values: Float64Array.from(texts, (other) => (other === text ? 1 : 0)),
    }));
  }).flat();
}

/** A tree for these trials, some of which may be drawn several times. */
function grow(rows: Int32Array, columns: readonly Column[], scores: Float64Array, depth: number): Node {
  const sum = rows.reduce((total, i) => total + scores[i]!, 0);
  const mean = sum / rows.length;
  if (rows.length < SMALLEST_NODE || depth === DEEPEST) return { mean };
  let best = { gain: 1e-9, column: -1, at: 0 };
  for (const [column, { values }] of columns.entries()) {
    const sorted = rows.toSorted((a, b) => values[a]! - values[b]!);
    let below = 0;
    for (let count = 1; count < sorted.length; count++) {
      const [last, next] = [sorted[count - 1]!, sorted[count]!];
      below += scores[last]!;
      if (values[last] === values[next]) continue;
      // The decrease of the squared error, up to a constant.
      const gain = below ** 2 / count + (sum - below) ** 2 / (sorted.length - count) - sum ** 2 / sorted.length;
      if (gain > best.gain) best = { gain, column, at: (values[last]! + values[next]!) / 2 };
    }
  }
  if (best.column < 0) return { mean };
  const { values } = columns[best.column]!;
  const side = (isLow: boolean): Node =>
    grow(
      rows.filter((i) => values[i]! <= best.at === isLow),
      columns,
      scores,
      depth + 1,
    );
  return { column: best.column, at: best.at, low: side(true), high: side(false) };
}

/** The prediction for trial `own`, with the value of one parameter taken from trial `other`. */
function predict(node: Node, columns: readonly Column[], own: number, other: number, parameter: number): number {
  let at = node;
  while ('column' in at) {
    const column = columns[at.column]!;
    at = column.values[column.parameter === parameter ? other : own]! <= at.at ? at.low : at.high;
  }
  return at.mean;
}

/** Mean squared error for trials `rows`, with the values of one parameter taken from `others` in turn. */
function errorOf(
  root: Node,
  columns: readonly Column[],
  scores: Float64Array,
  rows: readonly number[],
  others: readonly number[],
  parameter: number,
): number {
  const squares = rows.map((row, i) => (predict(root, columns, row, others[i]!, parameter) - scores[row]!) ** 2);
  return squares.reduce((sum, square) => sum + square, 0) / rows.length;
}

/** 1 less the squared error of the mean prediction, in variances; each trial is predicted by the trees without it. */
function explainedBy(sums: Float64Array, times: Float64Array, scores: Float64Array): number {
  const rows = [...scores.keys()].filter((i) => times[i]! > 0);
  const mean = rows.reduce((sum, i) => sum + scores[i]!, 0) / rows.length;
  let [error, variance] = [0, 0];
  for (const i of rows) {
    error += (sums[i]! / times[i]! - scores[i]!) ** 2;
    variance += (scores[i]! - mean) ** 2;
  }
  return variance > 0 ? 1 - error / variance : 0;
}
