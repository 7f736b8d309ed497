import { ADAM, SCALED_EPSILON } from '../adam.js';
import type { GraphBuilder } from './graph.js';
import type { LearnedWeight } from './learned-weights.js';

/** Names of the variables of a weight's moments, and of the sum of its gradients over passes. */
export const firstOf = (name: string): string => `${name}:first`;
export const secondOf = (name: string): string => `${name}:second`;
export const sumOf = (name: string): string => `${name}:sum`;

/** Inputs of a step's updates. */
export interface StepFactors {
  /** [] */
  readonly stepSize: string;
  /** [] */
  readonly learningRate: string;
}

/**
 * Writes Adam's step of a weight in the form of `../adam.ts`. TensorFlow's own operator has one epsilon and one rate per weight;
 * a folded kernel needs one per channel.
 * @param weight the value before the step. @param after what reads the weight before.
 * @returns the nodes of the updates.
 */
export function writeAdam(
  graph: GraphBuilder,
  { name, shape, folded, rate, decay }: LearnedWeight,
  [weight, gradient]: readonly [string, string],
  { stepSize, learningRate }: StepFactors,
): readonly string[] {
  const multiply = (a: string, b: string): string => graph.floats('Mul', [a, b]);
  const [first, second] = [graph.variable(firstOf(name), shape), graph.variable(secondOf(name), shape)];
  const firstMoment = graph.floats('AddV2', [multiply(graph.read(first), graph.scalar(ADAM.beta1)), gradient]);
  const squares = graph.floats('Square', [gradient]);
  const secondMoment = graph.floats('AddV2', [multiply(graph.read(second), graph.scalar(ADAM.beta2)), squares]);
  const perChannel = (values: Float32Array): string => graph.constant(values, [values.length]);
  const root = graph.floats('Sqrt', [secondMoment]);
  const divisor = folded
    ? graph.floats('BiasAdd', [root, perChannel(folded.map((factor) => SCALED_EPSILON / factor))])
    : graph.floats('AddV2', [root, graph.scalar(SCALED_EPSILON)]);
  const direction = graph.floats('RealDiv', [firstMoment, divisor]);
  const scale = folded
    ? multiply(stepSize, perChannel(folded.map((factor) => factor * rate)))
    : multiply(stepSize, graph.scalar(rate));
  const step = multiply(direction, scale);
  const share = (): string => multiply(weight, multiply(learningRate, graph.scalar(decay)));
  const change = decay > 0 ? graph.floats('AddV2', [step, share()]) : step;
  return [
    graph.assign('AssignVariableOp', [first, firstMoment]),
    graph.assign('AssignVariableOp', [second, secondMoment]),
    graph.assign('AssignSubVariableOp', [graph.variable(name, shape), change]),
  ];
}
