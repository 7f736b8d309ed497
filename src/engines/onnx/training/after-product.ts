import type { Operator, PlannedOperator } from './operator.js';

/** The operators between a product and the output of its layer. */
export interface After {
  /** Name of the product's value. */
  readonly value: string;
  readonly steps: readonly PlannedOperator[];
}

/** @param output name of the layer's value, the layer's own by default. */
export function afterProduct(layer: string, operators: readonly Operator[], output = layer): After {
  const nameAt = (i: number): string => (i === operators.length ? output : `${layer}:${i}`);
  const steps = operators.map((operator, i) => ({ operator, inputs: [nameAt(i)], outputs: [nameAt(i + 1)] }));
  return { value: nameAt(0), steps };
}
