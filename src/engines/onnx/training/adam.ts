import type { GraphBuilder } from '../graph.js';

/** Kingma and Ba, "Adam" (2015), with Keras's defaults: Keras's epsilon is 1e-7, not the paper's 1e-8. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/**
 * Writes one Adam step for one weight.
 *
 * The moments are kept divided by 1 - beta, which saves two multiplications an element: with M = m / (1 - beta1) and
 * V = v / (1 - beta2), Keras's w -= alpha * m / (sqrt(v) + epsilon) becomes
 * w -= stepSize * M / (sqrt(V) + epsilon / sqrt(1 - beta2)).
 */
export function writeAdam(
  graph: GraphBuilder,
  weight: string,
  gradient: string,
  moments: { readonly first: string; readonly second: string },
  stepSize: string,
): { weight: string; first: string; second: string } {
  const squared = graph.node('Mul', [gradient, gradient]);
  const first = graph.node('Add', [graph.node('Mul', [moments.first, graph.scalar(ADAM.beta1)]), gradient]);
  const second = graph.node('Add', [graph.node('Mul', [moments.second, graph.scalar(ADAM.beta2)]), squared]);
  const epsilon = graph.scalar(ADAM.epsilon / Math.sqrt(1 - ADAM.beta2));
  const direction = graph.node('Div', [first, graph.node('Add', [graph.node('Sqrt', [second]), epsilon])]);
  return { weight: graph.node('Sub', [weight, graph.node('Mul', [direction, stepSize])]), first, second };
}

/** The factor of step `t` (from 1), bias corrections included: alpha_t * (1 - beta1) / sqrt(1 - beta2). */
export function adamStepSize(learningRate: number, t: number): number {
  const alpha = (learningRate * Math.sqrt(1 - ADAM.beta2 ** t)) / (1 - ADAM.beta1 ** t);
  return (alpha * (1 - ADAM.beta1)) / Math.sqrt(1 - ADAM.beta2);
}
