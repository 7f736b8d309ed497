import type { Prisma } from '../../storage/database.js';

/** What is known of the forms of a model version, as its row says it. */
export type ServingFacts = Pick<
  Prisma.VersionServingGetPayload<object>,
  'state' | 'choice' | 'int8Accuracy' | 'fp32Milliseconds' | 'int8Milliseconds' | 'error'
>;

/** The form that serves, and why. */
export interface Decision {
  readonly precision: 'FP32' | 'INT8';
  readonly reason: string;
}

const BEING_MEASURED = 'The form with 8 bits is being made and measured.';

/** What is kept of a version whose form with 8 bits is to be made. */
export const TO_BE_MADE = { state: 'PENDING', precision: 'FP32', reason: BEING_MEASURED } as const;

/** Less than one of so many test images as nobody has. */
const ROUNDING = 1e-9;

/**
 * Which form of a version serves. 8 bits do where they cost no more than the margin and are faster on this machine. A person
 * may decide against either, but not against the margin.
 * @param testAccuracy of the floats. @param margin points of test accuracy.
 */
export function decidePrecision(facts: ServingFacts, testAccuracy: number, margin: number): Decision {
  const { state, choice, int8Accuracy, fp32Milliseconds, int8Milliseconds, error } = facts;
  const floats = (reason: string): Decision => ({ precision: 'FP32', reason });
  if (choice === 'FP32') return floats('FP32 was chosen.');
  if (state === 'PENDING') return floats(BEING_MEASURED);
  if (int8Accuracy === null || fp32Milliseconds === null || int8Milliseconds === null) {
    return floats(error ?? 'There is no form with 8 bits.');
  }
  const lost = (testAccuracy - int8Accuracy) * 100;
  const cost = `INT8 loses ${lost > 0 ? `${lost.toFixed(2)} points` : 'nothing'} of test accuracy`;
  if (lost > margin + ROUNDING) return floats(`${cost}; the margin is ${margin}.`);
  if (choice === 'INT8') return { precision: 'INT8', reason: `INT8 was chosen. ${cost}.` };
  const times = `${int8Milliseconds.toFixed(1)} ms a picture against ${fp32Milliseconds.toFixed(1)}`;
  if (int8Milliseconds >= fp32Milliseconds) return floats(`INT8 is not faster on this machine: ${times}.`);
  return { precision: 'INT8', reason: `${cost}; the margin is ${margin}. It is faster on this machine: ${times}.` };
}
