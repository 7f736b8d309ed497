import { findOpenVino } from './openvino/find-openvino.js';
import { hasBfloat16 } from './processor-kind.js';

/** Libraries that compute whole networks, and the numbers they compute with. */
export const RUNTIMES = ['ONNX_RUNTIME', 'OPENVINO'] as const;
export const PRECISIONS = ['FP32', 'BF16', 'INT8'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];
export type PrecisionName = (typeof PRECISIONS)[number];

/** The form in which a network is computed. ONNX Runtime knows no BF16. */
export interface NetworkForm {
  readonly runtime: RuntimeName;
  readonly precision: PrecisionName;
}

/** The form in which a network was trained; every machine computes it. */
export const PLAIN_FORM: NetworkForm = { runtime: 'ONNX_RUNTIME', precision: 'FP32' };

/** Whether every machine can compute a form, with nothing but the weights. */
export const isPlain = ({ runtime, precision }: NetworkForm): boolean =>
  runtime === PLAIN_FORM.runtime && precision === PLAIN_FORM.precision;

/**
 * The form that this machine computes in place of another: where OpenVINO is not installed, that of ONNX Runtime; where the
 * processor is slow with bfloat16, 32-bit floats.
 */
export function formHere({ runtime, precision }: NetworkForm): NetworkForm {
  const here = runtime === 'OPENVINO' && findOpenVino() === undefined ? 'ONNX_RUNTIME' : runtime;
  const isPossible = precision !== 'BF16' || (here === 'OPENVINO' && hasBfloat16());
  return { runtime: here, precision: isPossible ? precision : 'FP32' };
}
