import { SCALED_EPSILON } from '../../adam.js';
import type { GraphBuilder } from '../graph.js';
import { type AdamFactors, writeAdam } from './adam.js';
import type { GraphSpec } from './graph-spec.js';
import type { Context } from './operator.js';
import { piecesOf, SLOTS } from './pieces.js';
import { weightsOf } from './plan.js';

/** Writes Adam's step for every piece. @param before state by name. @returns the state after the step. */
export function writeUpdates(
  graph: GraphBuilder,
  spec: GraphSpec,
  gradients: ReadonlyMap<string, readonly string[]>,
  given: Context['given'],
  before: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const updated = new Map<string, string>();
  const stepSize = given('step_size', 'float32', []);
  const decay = spec.decays ? given('decay', 'float32', []) : undefined;
  for (const { name, shape } of weightsOf(spec.steps)) {
    const [folded, rates] = [spec.folded, spec.rates].map((of) => of.get(name)) as [Float32Array, Float32Array];
    const factors = factorsOf(graph, { folded, rates }, { stepSize, decay: shape.length > 1 ? decay : undefined });
    for (const [i, piece] of piecesOf(name, shape).entries()) {
      const gradient = gradients.get(name)?.[i] as string;
      const [weight, first, second] = SLOTS.map((slot) => before.get(piece[slot])) as [string, string, string];
      const values = writeAdam(graph, { weight, first, second }, gradient, factors);
      for (const slot of SLOTS) updated.set(piece[slot], values[slot]);
    }
  }
  return updated;
}

/** Factors of a weight's update: those of the step, times the factor folded into each column and the column's rate. */
function factorsOf(
  graph: GraphBuilder,
  { folded, rates }: Readonly<Record<'folded' | 'rates', Float32Array>>,
  { stepSize, decay }: { readonly stepSize: string; readonly decay: string | undefined },
): AdamFactors {
  const perColumn = (values: Float32Array): string => graph.constant(values, [values.length]);
  const scaled = (value: string, factors: Float32Array): string =>
    areOnes(factors) ? value : graph.node('Mul', [value, perColumn(factors)]);
  const epsilon = folded.map((factor) => SCALED_EPSILON / factor);
  return {
    stepSize: scaled(
      stepSize,
      folded.map((factor, column) => factor * rates[column]!),
    ),
    epsilon: areOnes(folded) ? graph.scalar(SCALED_EPSILON) : perColumn(epsilon),
    ...(decay ? { decay: scaled(decay, rates) } : {}),
  };
}

const areOnes = (factors: Float32Array): boolean => factors.every((factor) => factor === 1);
