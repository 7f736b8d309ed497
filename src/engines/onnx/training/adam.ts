import { ADAM } from '../../adam.js';
import type { GraphBuilder } from '../graph.js';
import type { Slot } from './pieces.js';

/** Names of the values in an update of a weight, apart from its gradient. They are scalars or one value per column. */
export interface AdamFactors {
  /** Step size: `adamStepSize`, times the factor folded into the column and the column's rate. */
  readonly stepSize: string;
  /** Keras's epsilon, divided by the factor folded into the column. */
  readonly epsilon: string;
  /** Decoupled weight decay of the step (AdamW), if the weight decays. */
  readonly decay?: string;
}

/**
 * Writes one Adam step for a piece of a weight, in the form of `../../adam.ts`.
 * @returns the weight and its moments after the step.
 */
export function writeAdam(
  graph: GraphBuilder,
  { weight, first, second }: Readonly<Record<Slot, string>>,
  gradient: string,
  factors: AdamFactors,
): Readonly<Record<Slot, string>> {
  const squared = graph.node('Mul', [gradient, gradient]);
  const m = graph.node('Add', [graph.node('Mul', [first, graph.scalar(ADAM.beta1)]), gradient]);
  const v = graph.node('Add', [graph.node('Mul', [second, graph.scalar(ADAM.beta2)]), squared]);
  const direction = graph.node('Div', [m, graph.node('Add', [graph.node('Sqrt', [v]), factors.epsilon])]);
  const step = graph.node('Mul', [direction, factors.stepSize]);
  const update = factors.decay ? graph.node('Add', [step, graph.node('Mul', [weight, factors.decay])]) : step;
  return { weight: graph.node('Sub', [weight, update]), first: m, second: v };
}
