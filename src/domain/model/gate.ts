import { registerEnumType } from 'type-graphql';
import { z } from 'zod';

/** The alias that the gate guards. */
export const PRODUCTION = 'production';

export enum GateMetric {
  TEST_ACCURACY = 'TEST_ACCURACY',
  TEST_LOSS = 'TEST_LOSS',
}
registerEnumType(GateMetric, { name: 'GateMetric', description: 'A figure of a version. Of a loss, less is better.' });

export enum GateRuleKind {
  MEASURED = 'MEASURED',
  SAME_DATASET = 'SAME_DATASET',
  NOT_WORSE = 'NOT_WORSE',
  THRESHOLD = 'THRESHOLD',
  CALIBRATED = 'CALIBRATED',
  SELF_CHECKED = 'SELF_CHECKED',
}
registerEnumType(GateRuleKind, {
  name: 'GateRuleKind',
  valuesConfig: {
    MEASURED: { description: 'It was measured on a test split.' },
    SAME_DATASET: { description: 'On the same dataset version as what is in production.' },
    NOT_WORSE: { description: 'Its metric is worse than that of what is in production by `limit` at most.' },
    THRESHOLD: { description: 'Its metric is at least `limit`; of a loss, at most.' },
    CALIBRATED: { description: 'Its probabilities were calibrated.' },
    SELF_CHECKED: { description: 'It gave the answers that were expected of it.' },
  },
});

/** A rule as a model keeps it. */
const ruleSchema = z.strictObject({
  kind: z.enum(GateRuleKind),
  metric: z.enum(GateMetric).default(GateMetric.TEST_ACCURACY),
  /** Margin or threshold, in the metric's unit: a share from 0 to 1, or nats. */
  limit: z.number().nonnegative().default(0),
});
export type GateRule = z.output<typeof ruleSchema>;
export const rulesSchema = z.array(ruleSchema);

/** What a model without rules of its own asks for. */
export const USUAL_RULES: readonly GateRule[] = rulesSchema.parse(
  [GateRuleKind.MEASURED, GateRuleKind.SAME_DATASET, GateRuleKind.NOT_WORSE].map((kind) => ({ kind })),
);

/** What the gate looks at. */
export interface Candidate {
  readonly number: number;
  readonly datasetVersionId: string;
  readonly testAccuracy: number;
  /** In nats. */
  readonly testLoss: number;
  /** Null when it was not done. */
  readonly calibrated: boolean | null;
  /** Null when it was not done. */
  readonly selfChecked: boolean | null;
}

/** One rule and how a version stood to it. */
export interface GateVerdict {
  readonly rule: string;
  readonly passed: boolean;
  readonly detail: string;
  /** What was asked for and what there is, where both are numbers. */
  readonly limit: number | null;
  readonly measured: number | null;
}

const METRICS: Readonly<
  Record<GateMetric, { of: (version: Candidate) => number; lessIsBetter: boolean; text: (value: number) => string }>
> = {
  TEST_ACCURACY: { of: ({ testAccuracy }) => testAccuracy, lessIsBetter: false, text: percent },
  TEST_LOSS: { of: ({ testLoss }) => testLoss, lessIsBetter: true, text: (loss) => `a loss of ${loss.toFixed(4)}` },
};

type Judge = (candidate: Candidate, present: Candidate | null, rule: GateRule) => GateVerdict | null;

/** How each kind of rule is judged; null where there is nothing to compare with. A new kind is an entry here. */
const JUDGES: Readonly<Record<GateRuleKind, Judge>> = {
  MEASURED: ({ number, testAccuracy }) => ({
    ...verdict('measured on a test split', Number.isFinite(testAccuracy)),
    detail: `Version ${number} has a test accuracy of ${percent(testAccuracy)}.`,
  }),

  SAME_DATASET: (candidate, present) => {
    if (!present) return null;
    const same = candidate.datasetVersionId === present.datasetVersionId;
    const measured = `Versions ${candidate.number} and ${present.number} were measured on`;
    return {
      ...verdict('same dataset version as production', same),
      detail: same
        ? `${measured} the same test images.`
        : `${measured} different test images: their figures cannot be compared.`,
    };
  },

  NOT_WORSE: (candidate, present, { metric, limit: margin }) => {
    if (!present) return null;
    const { of, lessIsBetter, text } = METRICS[metric];
    const limit = of(present) + (lessIsBetter ? margin : -margin);
    const allowed = margin > 0 ? `; a difference of ${margin} is allowed` : '';
    return {
      ...atLeast('not worse than production', of(candidate), limit, lessIsBetter),
      detail: `Version ${candidate.number} has ${text(of(candidate))}, production (version ${present.number}) has ${text(of(present))}${allowed}.`,
    };
  },

  THRESHOLD: (candidate, _present, { metric, limit }) => {
    const { of, lessIsBetter, text } = METRICS[metric];
    return {
      ...atLeast(lessIsBetter ? 'low enough' : 'high enough', of(candidate), limit, lessIsBetter),
      detail: `Version ${candidate.number} has ${text(of(candidate))}; ${text(limit)} is the ${lessIsBetter ? 'most' : 'least'}.`,
    };
  },

  CALIBRATED: ({ number, calibrated }) => done('calibrated', calibrated, `The calibration of version ${number}`),

  SELF_CHECKED: ({ number, selfChecked }) => done('self-checked', selfChecked, `The self-check of version ${number}`),
};

/** How a version stands to each rule that applies. One that is in production already is compared with nothing. */
export function judge(
  rules: readonly GateRule[],
  candidate: Candidate,
  holder: Candidate | null,
): readonly GateVerdict[] {
  const present = holder?.number === candidate.number ? null : holder;
  return rules.flatMap((rule) => JUDGES[rule.kind](candidate, present, rule) ?? []);
}

function verdict(rule: string, passed: boolean): Omit<GateVerdict, 'detail'> {
  return { rule, passed, limit: null, measured: null };
}

function atLeast(rule: string, measured: number, limit: number, lessIsBetter: boolean): Omit<GateVerdict, 'detail'> {
  return { rule, passed: lessIsBetter ? measured <= limit : measured >= limit, limit, measured };
}

function done(rule: string, outcome: boolean | null, what: string): GateVerdict {
  const how = outcome === null ? 'was not done' : outcome ? 'passed' : 'failed';
  return { ...verdict(rule, outcome === true), detail: `${what} ${how}.` };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
