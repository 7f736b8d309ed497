import { z } from 'zod';
import { isPlain, type NetworkForm } from '../../engines/network-form.js';
import { Prisma } from '../../storage/database.js';
import { Precision, PrecisionChoice, QuantizationState, Runtime, RuntimeChoice } from '../../storage/enums.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { otherFormSchema } from '../../training/job.js';

export { Precision, PrecisionChoice, QuantizationState, Runtime, RuntimeChoice };

/** Columns of a version that has no 8-bit form. */
export const NO_FORM = {
  ...{ quantizedBlob: null, int8Accuracy: null, fp32Milliseconds: null, int8Milliseconds: null },
  otherForms: Prisma.DbNull,
};

/** A form of a version, with its figures. */
export interface FormFigures {
  readonly runtime: Runtime;
  readonly precision: Precision;
  /** On the test split. */
  readonly accuracy: number;
  /** Median time of one image, without decoding; null where it is not measured. */
  readonly milliseconds: number | null;
}

/** The form in which a model version serves, and the figures of its forms. */
export interface VersionServing {
  /** State of the 8-bit form: PENDING until it has been made and measured; FAILED when it could not be made. */
  readonly state: QuantizationState;
  /** The form that serves. */
  readonly precision: Precision;
  readonly runtime: Runtime;
  /** Why that form serves. */
  readonly reason: string;
  /** SHA-256 of the blob with the 8-bit form. */
  readonly quantizedBlob: string | null;
  /** On the test split. */
  readonly fp32Accuracy: number;
  readonly int8Accuracy: number | null;
  /** Median time of one image with ONNX Runtime, without decoding. */
  readonly fp32Milliseconds: number | null;
  readonly int8Milliseconds: number | null;
  /** All forms that it can serve in. */
  readonly forms: readonly FormFigures[];
  /** The processor on which the times were measured. */
  readonly measuredOn: string | null;
  readonly measuredAt: Date | null;
  readonly choice: PrecisionChoice;
  readonly runtimeChoice: RuntimeChoice;
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
  | 'versionId'
  | 'state'
  | 'choice'
  | 'runtimeChoice'
  | 'int8Accuracy'
  | 'fp32Milliseconds'
  | 'int8Milliseconds'
  | 'otherForms'
  | 'error'
>;

/** The form that serves, and why. */
export interface PrecisionDecision extends NetworkForm {
  readonly reason: string;
}

const BEING_MEASURED = 'The 8-bit form is being made and measured.';

/** The columns of a version whose 8-bit form is to be made. */
export const UNQUANTIZED = { state: 'PENDING', precision: 'FP32', reason: BEING_MEASURED } as const;

/** Less than one test image of any test split. */
const ROUNDING = 1e-9;

/** Share of ONNX Runtime's time at which OpenVINO is chosen: it takes more memory, and measured times vary. */
const WORTH_ANOTHER_RUNTIME = 0.95;

const othersColumn = z.object({ otherForms: z.array(otherFormSchema).nullable() });

/** The forms that a version can serve in, and their figures. @param testAccuracy of 32-bit floats, whichever runtime computes them. */
export function formsOf(facts: PrecisionFacts, testAccuracy: number): FormFigures[] {
  const { int8Accuracy, fp32Milliseconds, int8Milliseconds } = facts;
  const { otherForms } = parseColumns(othersColumn, facts, `form of version ${facts.versionId}`);
  const plain = { runtime: 'ONNX_RUNTIME', precision: 'FP32', accuracy: testAccuracy } as const;
  const quantized = { runtime: 'ONNX_RUNTIME', precision: 'INT8' } as const;
  return [
    { ...plain, milliseconds: fp32Milliseconds },
    ...(int8Accuracy === null ? [] : [{ ...quantized, accuracy: int8Accuracy, milliseconds: int8Milliseconds }]),
    ...(otherForms ?? []).map((form) => ({ ...form, accuracy: form.accuracy ?? testAccuracy })),
  ];
}

/**
 * Decides which form of a version serves: the fastest on this machine that loses no more than the margin. A person may choose
 * precision and runtime, but only within the margin.
 * @param testAccuracy of the FP32 form. @param margin points of test accuracy.
 */
export function decidePrecision(facts: PrecisionFacts, testAccuracy: number, margin: number): PrecisionDecision {
  const { state, choice, runtimeChoice, error } = facts;
  const floats = (reason: string): PrecisionDecision => ({ runtime: 'ONNX_RUNTIME', precision: 'FP32', reason });
  const chosen = [choice, runtimeChoice].flatMap((one) => (one === 'AUTO' ? [] : [NAMES[one]])).join(' with ');
  const why = chosen ? `${chosen} was chosen.` : '';
  if (choice === 'FP32' && runtimeChoice !== 'OPENVINO' && state !== 'READY') return floats(why);
  if (state === 'PENDING') return floats(BEING_MEASURED);
  const timed = formsOf(facts, testAccuracy).filter(isTimed);
  if (timed.length === 0) return floats(error ?? 'There is no 8-bit form.');
  const wanted = timed.filter((form) => isOneOf(form, facts));
  if (wanted.length === 0)
    return floats(`It is not measured with ${chosen} here: that needs OpenVINO (docs/engines.md).`);
  const lost = ({ accuracy }: FormFigures): number => (testAccuracy - accuracy) * 100;
  const cost = (form: FormFigures): string => {
    const points = lost(form) > 0 ? `${lost(form).toFixed(2)} points` : 'nothing';
    return `${nameOf(form)} loses ${points} of test accuracy; the margin is ${margin}.`;
  };
  const fit = wanted.filter((form) => lost(form) <= margin + ROUNDING);
  const unfit = wanted.filter((form) => !fit.includes(form));
  if (fit.length === 0) return floats(unfit.map(cost).join(' '));
  if (fit.length === 1 && isPlain(fit[0] as Timed) && unfit.length === 0) return floats(why);
  const [best, ...slower] = fit.sort((a, b) => timeOf(a) - timeOf(b)) as [Timed, ...Timed[]];
  const refused = unfit.filter((form) => form.milliseconds < best.milliseconds).map(cost);
  const price = best.precision === 'FP32' ? [] : [cost(best)];
  const times = [best, ...slower, ...timed.filter((form) => !fit.includes(form))].map(
    (form) => `${nameOf(form)} ${form.milliseconds.toFixed(1)} ms`,
  );
  const compared = `Times per image on this machine: ${times.join(', ')}.`;
  const { runtime, precision } = best;
  return { runtime, precision, reason: [why, ...refused, ...price, compared].filter(Boolean).join(' ') };
}

/** Whether a form is one that a person's choice allows. */
export function isOneOf(
  { precision, runtime }: NetworkForm,
  choice: Pick<PrecisionFacts, 'choice' | 'runtimeChoice'>,
): boolean {
  return (
    (choice.choice === 'AUTO' || choice.choice === precision) &&
    (choice.runtimeChoice === 'AUTO' || choice.runtimeChoice === runtime)
  );
}

interface Timed extends FormFigures {
  readonly milliseconds: number;
}

const isTimed = (form: FormFigures): form is Timed => form.milliseconds !== null;

const timeOf = ({ runtime, milliseconds }: Timed): number =>
  runtime === 'ONNX_RUNTIME' ? milliseconds : milliseconds / WORTH_ANOTHER_RUNTIME;

/** Names in sentences. */
const NAMES = { FP32: 'FP32', BF16: 'BF16', INT8: 'INT8', ONNX_RUNTIME: 'ONNX Runtime', OPENVINO: 'OpenVINO' } as const;

const nameOf = ({ precision, runtime }: NetworkForm): string =>
  runtime === 'ONNX_RUNTIME' ? precision : `${precision} with ${NAMES[runtime]}`;
