/**
 * Adam (Kingma and Ba, 2015) with Keras's defaults: epsilon is 1e-7, not the paper's 1e-8.
 *
 * Engines store the moments divided by 1 - beta, which saves two multiplications per element: with M = m / (1 - beta1) and
 * V = v / (1 - beta2), Keras's w -= alpha * m / (sqrt(v) + epsilon) becomes
 * w -= stepSize * M / (sqrt(V) + epsilon / sqrt(1 - beta2)).
 *
 * A weight with a factor s folded in, w' = s w, has the gradient g' = g / s. Adam's update of w then becomes
 * w' -= s * alpha * m' / (sqrt(v') + epsilon / s), so a step size and an epsilon per output channel follow the unfolded
 * weight exactly.
 */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** Keras's epsilon, scaled to be added to the root of V. */
export const SCALED_EPSILON = ADAM.epsilon / Math.sqrt(1 - ADAM.beta2);

/** The step size of step `t` (from 1), bias corrections included: alpha_t * (1 - beta1) / sqrt(1 - beta2). */
export function adamStepSize(learningRate: number, t: number): number {
  const alpha = (learningRate * Math.sqrt(1 - ADAM.beta2 ** t)) / (1 - ADAM.beta1 ** t);
  return (alpha * (1 - ADAM.beta1)) / Math.sqrt(1 - ADAM.beta2);
}
