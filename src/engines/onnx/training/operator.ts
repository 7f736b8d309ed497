import type { Shape } from '../../../network/layers.js';
import type { ElementType, GraphBuilder } from '../graph.js';
import { pieceRows } from './pieces.js';
import type { StoredWeight } from './stored-weight.js';

/**
 * An operator of the training graph: its forward pass and its vector-Jacobian product. Activations are rows:
 * [batch * height * width, channels], with the places of an image consecutive. A new operator is one file.
 */
export interface Operator {
  /** Shapes of the outputs, without the batch. */
  readonly outputs: readonly Shape[];
  /** Its trainable weights. */
  readonly weights: readonly StoredWeight[];
  /** Moving averages that a pass updates. */
  readonly statistics?: readonly StoredWeight[];
  forward(context: Context, inputs: readonly string[]): Recorded;
}

/** An operator with the names of its inputs and outputs. */
export interface PlannedOperator {
  readonly operator: Operator;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** An operator's outputs in the graph, and its backward pass. */
export interface Recorded {
  readonly outputs: readonly string[];
  /** Its statistics after the pass, by name. */
  readonly statistics?: ReadonlyMap<string, string>;
  /**
   * Writes the backward pass.
   * @param dys gradients of the loss with respect to the outputs.
   * @param needed by input: whether its gradient is needed; the others may be left out.
   */
  backward(dys: readonly string[], needed: readonly boolean[]): Gradients;
}

interface Gradients {
  /** Gradients by input. */
  readonly dxs: readonly (string | undefined)[];
  /** Gradients by stored weight, in pieces. */
  readonly weights: ReadonlyMap<string, readonly string[]>;
}

export interface Context {
  readonly graph: GraphBuilder;
  /** Examples per activation. */
  readonly batch: number;
  /** Whether dropout is active. */
  readonly training: boolean;
  /** Name of the value of a stored weight or a statistic. */
  weight(name: string): string;
  /** Declares an input that comes with the batch. */
  given(name: string, type: ElementType, shape: readonly number[]): string;
}

export const NO_WEIGHTS: ReadonlyMap<string, readonly string[]> = new Map();

/** Height times width. */
export const places = ({ height, width }: Shape): number => height * width;

/** Values per example. */
export const valuesOf = (shape: Shape): number => places(shape) * shape.channels;

/** Rows of an activation. */
export const rowsOf = ({ batch }: Context, shape: Shape): number => batch * places(shape);

export function reshape({ graph }: Context, value: string, shape: readonly number[]): string {
  return graph.node('Reshape', [value, graph.ints(shape)]);
}

/** Cuts the gradient of a weight into its pieces. */
export function inPieces({ graph }: Context, gradient: string, shape: readonly number[]): readonly string[] {
  const rows = pieceRows(shape);
  return rows.length === 1 ? [gradient] : graph.nodes('Split', [gradient, graph.ints(rows)], rows.length, { axis: 0 });
}

/** The gradient of a bias: a sum over rows, as a product with ones, several times faster than ReduceSum on a CPU. */
export function biasGradient(context: Context, dy: string, rows: number, columns: number): readonly string[] {
  const { graph } = context;
  const ones = graph.constant(new Float32Array(rows).fill(1), [1, rows]);
  return [reshape(context, graph.node('MatMul', [ones, dy]), [columns])];
}
