import type { Enum } from '../../graphql';

/** A rule as the hub stores it. */
export interface GateRule {
  readonly kind: Enum<'GateRuleKind'>;
  readonly metric: Enum<'GateMetric'>;
  /** Margin or threshold: a share, or nats. */
  readonly limit: number;
}

/** A rule that a form offers. Those with a `unit` have a limit after `text`, which is `scale` times as large in the form. */
export interface OfferedRule extends Pick<GateRule, 'kind' | 'metric'> {
  readonly text: string;
  readonly unit?: string;
  /** Text after the limit. */
  readonly rest?: string;
  readonly scale?: number;
}

const ACCURACY = 'TEST_ACCURACY';
const LOSS = 'TEST_LOSS';

export const OFFERED: readonly OfferedRule[] = [
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

/** Rules without a limit are alike for both metrics. */
export const keyOf = ({ kind, metric }: Pick<GateRule, 'kind' | 'metric'>): string =>
  kind === 'NOT_WORSE' || kind === 'THRESHOLD' ? `${kind} ${metric}` : kind;

/** A limit as a form shows it, without the noise of binary fractions. */
export const shownLimit = (limit: number, { scale = 1 }: OfferedRule): number =>
  Number((limit * scale).toPrecision(12));

/** A rule in words. @param limit as text, unless it is the rule's own. */
export function ruleText(rule: GateRule, limit?: string): string {
  const offered = OFFERED.find((each) => keyOf(each) === keyOf(rule));
  if (!offered) return rule.kind;
  const { text, unit, rest } = offered;
  if (!unit) return text;
  const shown = limit ?? `${shownLimit(rule.limit, offered)}${withUnit(unit)}`;
  return [text, shown, ...(rest ? [rest] : [])].join(' ');
}

/** A unit as it follows a number. */
export const withUnit = (unit: string): string => (unit === '%' ? unit : ` ${unit}`);
