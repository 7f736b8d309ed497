import type { Prisma } from '../../storage/database.js';
import { Precision, PrecisionChoice, QuantizationState } from '../../storage/enums.js';

export { Precision, PrecisionChoice, QuantizationState };

/** The form in which a model version serves, and the figures of both forms. */
export interface VersionServing {
  /** State of the 8-bit form: PENDING until it has been made and measured; FAILED when it could not be made. */
  readonly state: QuantizationState;
  /** The form that serves. */
  readonly precision: Precision;
  /** Why that form serves. */
  readonly reason: string;
  /** SHA-256 of the blob with the 8-bit form. */
  readonly quantizedBlob: string | null;
  /** On the test split. */
  readonly fp32Accuracy: number;
  readonly int8Accuracy: number | null;
  /** Median time of one image, without decoding. */
  readonly fp32Milliseconds: number | null;
  readonly int8Milliseconds: number | null;
  /** The processor on which the times were measured. */
  readonly measuredOn: string | null;
  readonly measuredAt: Date | null;
  readonly choice: PrecisionChoice;
  /** Name of the token that chose last. */
  readonly chosenBy: string | null;
  readonly chosenAt: Date | null;
  /** Whether its calibration is applied to its answers. */
  readonly calibrated: boolean;
  /** When its form was first decided; null while the version is not ready. */
  readonly readyAt: Date | null;
}

/** The columns that decide which form serves. */
export type PrecisionFacts = Pick<
  Prisma.VersionServingGetPayload<object>,
  'state' | 'choice' | 'int8Accuracy' | 'fp32Milliseconds' | 'int8Milliseconds' | 'error'
>;

/** The form that serves, and why. */
export interface PrecisionDecision {
  readonly precision: Precision;
  readonly reason: string;
}

const BEING_MEASURED = 'The 8-bit form is being made and measured.';

/** The columns of a version whose 8-bit form is to be made. */
export const UNQUANTIZED = { state: 'PENDING', precision: 'FP32', reason: BEING_MEASURED } as const;

/** Less than one test image of any test split. */
const ROUNDING = 1e-9;

/**
 * Decides which form of a version serves. INT8 serves where it loses no more than the margin and is faster on this machine.
 * A person may choose either form, but INT8 only within the margin.
 * @param testAccuracy of the FP32 form. @param margin points of test accuracy.
 */
export function decidePrecision(facts: PrecisionFacts, testAccuracy: number, margin: number): PrecisionDecision {
  const { state, choice, int8Accuracy, fp32Milliseconds, int8Milliseconds, error } = facts;
  const fp32 = (reason: string): PrecisionDecision => ({ precision: 'FP32', reason });
  if (choice === 'FP32') return fp32('FP32 was chosen.');
  if (state === 'PENDING') return fp32(BEING_MEASURED);
  if (int8Accuracy === null || fp32Milliseconds === null || int8Milliseconds === null) {
    return fp32(error ?? 'There is no 8-bit form.');
  }
  const lost = (testAccuracy - int8Accuracy) * 100;
  const cost = `INT8 loses ${lost > 0 ? `${lost.toFixed(2)} points` : 'nothing'} of test accuracy`;
  if (lost > margin + ROUNDING) return fp32(`${cost}; the margin is ${margin}.`);
  if (choice === 'INT8') return { precision: 'INT8', reason: `INT8 was chosen. ${cost}.` };
  const times = `${int8Milliseconds.toFixed(1)} ms per image instead of ${fp32Milliseconds.toFixed(1)} ms`;
  if (int8Milliseconds >= fp32Milliseconds) return fp32(`INT8 is not faster on this machine: ${times}.`);
  return { precision: 'INT8', reason: `${cost}; the margin is ${margin}. It is faster on this machine: ${times}.` };
}
