import type { Enum } from '../../graphql';

/** A rule as the hub stores it. */
export interface GateRule {
  readonly kind: Enum<'GateRuleKind'>;
  readonly metric: Enum<'GateMetric'>;
  /** Margin or threshold: a share, or nats. */
  readonly limit: number;
  /** The saved slice of a rule on one, as dataset/slice. */
  readonly slice: string | null;
}

/** A rule that a form offers. Those with a `unit` have a limit after `text`, which is `scale` times as large in the form. */
export interface OfferedRule extends Pick<GateRule, 'kind' | 'metric'>, Partial<Pick<GateRule, 'slice'>> {
  readonly text: string;
  readonly unit?: string;
  /** Text after the limit. */
  readonly rest?: string;
  readonly scale?: number;
}

const ACCURACY = 'TEST_ACCURACY';
const LOSS = 'TEST_LOSS';

const OFFERED: readonly OfferedRule[] = [
  { kind: 'MEASURED', metric: ACCURACY, text: 'It was measured on a test split' },
  { kind: 'SAME_DATASET', metric: ACCURACY, text: 'It was measured on the same test images as production' },
  {
    kind: 'NOT_WORSE',
    metric: ACCURACY,
    text: 'Its test accuracy is at most',
    unit: 'points',
    rest: 'below production',
    scale: 100,
  },
  { kind: 'NOT_WORSE', metric: LOSS, text: 'Its test loss is at most', unit: 'nats', rest: 'above production' },
  { kind: 'THRESHOLD', metric: ACCURACY, text: 'Its test accuracy is at least', unit: '%', scale: 100 },
  { kind: 'THRESHOLD', metric: LOSS, text: 'Its test loss is at most', unit: 'nats' },
  {
    kind: 'CLASS_NOT_WORSE',
    metric: ACCURACY,
    text: 'Its test accuracy of no class is more than',
    unit: 'points',
    rest: 'below production',
    scale: 100,
  },
  {
    kind: 'CLASS_THRESHOLD',
    metric: ACCURACY,
    text: 'Its test accuracy of every class is at least',
    unit: '%',
    scale: 100,
  },
  { kind: 'CALIBRATED', metric: ACCURACY, text: 'Its probabilities are calibrated' },
  { kind: 'SELF_CHECKED', metric: ACCURACY, text: 'It gave its reference answers when it was loaded' },
];

/** The rules that a form offers for a model. @param slices saved slices, as dataset/slice. */
export const offeredRules = (slices: readonly string[]): readonly OfferedRule[] => [
  ...OFFERED,
  ...slices.flatMap((slice): readonly OfferedRule[] => [
    {
      ...{ kind: 'SLICE_NOT_WORSE', metric: ACCURACY, slice, text: `Its test accuracy on ${slice} is at most` },
      ...{ unit: 'points', rest: 'below production', scale: 100 },
    },
    {
      ...{ kind: 'SLICE_THRESHOLD', metric: ACCURACY, slice, text: `Its test accuracy on ${slice} is at least` },
      ...{ unit: '%', scale: 100 },
    },
  ]),
];

/** Rules without a limit are alike for both metrics. A key is also the path of a field: it has no dots. */
export const keyOf = ({ kind, metric, slice }: Pick<OfferedRule, 'kind' | 'metric' | 'slice'>): string =>
  slice
    ? `${kind} ${slice.replaceAll('.', ' ')}`
    : kind === 'NOT_WORSE' || kind === 'THRESHOLD'
      ? `${kind} ${metric}`
      : kind;

/** A limit as a form shows it, without the noise of binary fractions. */
export const shownLimit = (limit: number, { scale = 1 }: OfferedRule): number =>
  Number((limit * scale).toPrecision(12));

/** A rule in words. @param limit as text, unless it is the rule's own. */
export function ruleText(rule: GateRule, limit?: string): string {
  const offered = offeredRules(rule.slice === null ? [] : [rule.slice]).find((each) => keyOf(each) === keyOf(rule));
  if (!offered) return rule.kind;
  const { text, unit, rest } = offered;
  if (!unit) return text;
  const shown = limit ?? `${shownLimit(rule.limit, offered)}${withUnit(unit)}`;
  return [text, shown, ...(rest ? [rest] : [])].join(' ');
}

/** A unit as it follows a number. */
export const withUnit = (unit: string): string => (unit === '%' ? unit : ` ${unit}`);
