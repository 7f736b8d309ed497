import type { TrainerSpec } from '../../engine.js';
import { evenPasses, PASS_BYTES } from '../../pass-size.js';
import { type PlannedOperator, valuesOf } from './operator.js';
import { plan } from './plan.js';

/** Most steps per call. */
const MOST_STEPS = 16;
/** Copies of an activation in memory at once: itself, its gradient, and its gathered windows. */
const COPIES = 3;

export interface PassSize {
  /** Examples per pass. */
  readonly passSize: number;
  readonly stepsPerCall: number;
}

/** @param passBytes most bytes of activations per pass. */
export function passSizeOf(
  steps: readonly PlannedOperator[],
  batchSize: number,
  passBytes: number = PASS_BYTES,
): PassSize {
  const fitting = Math.max(1, Math.floor(passBytes / bytesPerExample(steps)));
  return {
    passSize: evenPasses(batchSize, fitting),
    stepsPerCall: Math.max(1, Math.min(MOST_STEPS, Math.floor(fitting / batchSize))),
  };
}

/** Bytes of activations per call, as a trainer plans it. */
export function bytesPerCall({
  layers,
  input,
  batchSize,
  norms,
}: Pick<TrainerSpec, 'layers' | 'input' | 'batchSize' | 'norms'>): number {
  const steps = plan(layers, input.name, input.shape, { norms });
  const { passSize } = passSizeOf(steps, batchSize);
  return passSize * bytesPerExample(steps);
}

function bytesPerExample(steps: readonly PlannedOperator[]): number {
  const values = steps.flatMap(({ operator }) => operator.outputs.map(valuesOf));
  return COPIES * Float32Array.BYTES_PER_ELEMENT * values.reduce((a, b) => a + b, 0);
}
