import { graphql, type ResultOf } from '../../graphql';

export const SERVED_FORM = graphql(`
  fragment ServedForm on VersionServing @_unmask { readyAt precision calibrated reason }
`);

const PRECISIONS = { FP32: '32-bit floats', INT8: '8 bits' } as const;

/** The form in which a version serves. */
export function formText({ readyAt, precision, calibrated }: Omit<ResultOf<typeof SERVED_FORM>, 'reason'>): string {
  if (readyAt === null) return 'Being measured…';
  return `${PRECISIONS[precision]}${calibrated ? '' : ', not calibrated'}`;
}

export const precisionText = (precision: keyof typeof PRECISIONS): string => PRECISIONS[precision];
