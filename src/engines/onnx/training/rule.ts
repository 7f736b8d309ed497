import type { Layer } from '../../../network/layers.js';
import type { GraphBuilder } from '../graph.js';

/**
 * A layer type as the training graph needs it: what it computes and, beside that, the vector-Jacobian product of it.
 * Activations are rows: one example a row, features along it. Adding a layer type is one file with one rule.
 */
export interface Rule<L extends Layer> {
  forward(context: RuleContext, layer: L, x: string): Recorded;
}

/** A layer's output in the graph, and the way back through it. */
export interface Recorded {
  readonly y: string;
  /**
   * Writes the backward pass.
   * @param dy gradient of the loss by `y`.
   * @param needsInput whether anything in front of this layer learns; without it `dx` is not written.
   */
  backward(dy: string, needsInput: boolean): { readonly dx?: string; readonly gradients: ReadonlyMap<string, string> };
}

export interface RuleContext {
  readonly graph: GraphBuilder;
  /** Rows of every activation. */
  readonly batchSize: number;
  /** Declares a weight as an input of the graph; the optimizer turns it into an output too. */
  weight(name: string, shape: readonly number[]): string;
}
