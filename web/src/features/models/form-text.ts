import { graphql, type ResultOf } from '../../graphql';

export const SERVED_FORM = graphql(`
  fragment ServedForm on VersionServing @_unmask { readyAt precision runtime calibrated reason }
`);

const PRECISIONS = { FP32: '32-bit floats', BF16: '16-bit floats', INT8: '8 bits' } as const;

/** The form in which a version serves. */
export function formText({ readyAt, calibrated, ...form }: Omit<ResultOf<typeof SERVED_FORM>, 'reason'>): string {
  if (readyAt === null) return 'Being measured…';
  return `${precisionText(form)}${calibrated ? '' : ', not calibrated'}`;
}

interface Form {
  readonly precision: keyof typeof PRECISIONS;
  /** Null in answers and moves of hubs that had one runtime. */
  readonly runtime: 'ONNX_RUNTIME' | 'OPENVINO' | null;
}

/** Precision and, unless it is the usual one, runtime: "8 bits, OpenVINO". */
export function precisionText({ precision, runtime }: Form): string {
  return runtime === 'OPENVINO' ? `${PRECISIONS[precision]}, OpenVINO` : PRECISIONS[precision];
}
