import type { GraphBuilder } from '../graph.js';
import type { Slot } from './pieces.js';

/** Kingma and Ba, "Adam" (2015), with Keras's defaults: Keras's epsilon is 1e-7, not the paper's 1e-8. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** What a weight's update goes by, besides its gradient. Values are scalars or one per column. */
export interface AdamFactors {
  /** Name of the step size: `adamStepSize`, times the factor that is folded into the column and the column's rate. */
  readonly stepSize: string;
  /** Keras's epsilon, divided by the factor that is folded into the column. */
  readonly epsilon: string;
  /** Name of the share that the step takes off the weight besides, if it does: decoupled weight decay, as in AdamW. */
  readonly decay?: string;
}

/**
 * Writes one Adam step for a piece of a weight.
 *
 * The moments are kept divided by 1 - beta, which saves two multiplications an element: with M = m / (1 - beta1) and
 * V = v / (1 - beta2), Keras's w -= alpha * m / (sqrt(v) + epsilon) becomes
 * w -= stepSize * M / (sqrt(V) + epsilon / sqrt(1 - beta2)).
 *
 * A weight with a factor s folded in, w' = s w, has the gradient g' = g / s. What Adam does to w is then, for w':
 * w' -= s * alpha * m' / (sqrt(v') + epsilon / s). So a step size and an epsilon per column follow the unfolded weight
 * exactly.
 * @returns the weight and its moments behind the step.
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

/** Keras's epsilon as `writeAdam` adds it. */
export const SCALED_EPSILON = ADAM.epsilon / Math.sqrt(1 - ADAM.beta2);

/** The step size of step `t` (from 1), bias corrections included: alpha_t * (1 - beta1) / sqrt(1 - beta2). */
export function adamStepSize(learningRate: number, t: number): number {
  const alpha = (learningRate * Math.sqrt(1 - ADAM.beta2 ** t)) / (1 - ADAM.beta1 ** t);
  return (alpha * (1 - ADAM.beta1)) / Math.sqrt(1 - ADAM.beta2);
}
