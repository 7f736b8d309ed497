import { z } from 'zod';
import { finiteOrNull } from '../../storage/parse-columns.js';

/** The alias that the gate guards. */
export const PRODUCTION = 'production';

/** A figure of a version; a lower loss is better. */
export const GateMetric = { TEST_ACCURACY: 'TEST_ACCURACY', TEST_LOSS: 'TEST_LOSS' } as const;
export type GateMetric = (typeof GateMetric)[keyof typeof GateMetric];

/** Kinds of rules; `EVALUATORS` says what each checks. */
export const GateRuleKind = {
  MEASURED: 'MEASURED',
  SAME_DATASET: 'SAME_DATASET',
  NOT_WORSE: 'NOT_WORSE',
  THRESHOLD: 'THRESHOLD',
  CLASS_NOT_WORSE: 'CLASS_NOT_WORSE',
  CLASS_THRESHOLD: 'CLASS_THRESHOLD',
  SLICE_NOT_WORSE: 'SLICE_NOT_WORSE',
  SLICE_THRESHOLD: 'SLICE_THRESHOLD',
  CALIBRATED: 'CALIBRATED',
  SELF_CHECKED: 'SELF_CHECKED',
} as const;
export type GateRuleKind = (typeof GateRuleKind)[keyof typeof GateRuleKind];

/** A rule as it is stored with a model. */
const ruleSchema = z.strictObject({
  kind: z.enum(GateRuleKind),
  metric: z.enum(GateMetric).default(GateMetric.TEST_ACCURACY),
  /** Margin or threshold, in the metric's unit: a share from 0 to 1, or nats. */
  limit: z.number().nonnegative().default(0),
  /** The saved slice of a rule on one, as `dataset/slice`; null for other rules. */
  slice: z.string().nullable().default(null),
});
export type GateRule = Readonly<z.output<typeof ruleSchema>>;
export const rulesSchema = z.array(ruleSchema).readonly();

/** Rules as they are stored: the release before refuses `slice`. */
export const storedRules = (rules: readonly GateRule[]) =>
  rules.map(({ slice, ...rule }) => (slice === null ? rule : { ...rule, slice }));

const SLICE_RULES: ReadonlySet<GateRuleKind> = new Set(['SLICE_NOT_WORSE', 'SLICE_THRESHOLD']);

/** Whether rules of a kind name a slice. */
export const needsSlice = (kind: GateRuleKind): boolean => SLICE_RULES.has(kind);

/** The slices that rules name, each once. */
export const slicesIn = (rules: readonly GateRule[]): string[] => [
  ...new Set(rules.flatMap(({ slice }) => slice ?? [])),
];

/** Test images of a slice below which its accuracy says nothing. */
const LEAST_SLICE_IMAGES = 10;

/** The test images of a slice, and how many of them are predicted right; or why that is not known. */
export type SliceFigure =
  | {
      readonly images: number;
      readonly correct: number;
      /** The dataset version whose data says which images are in the slice: `pets version 3`. */
      readonly decidedBy: string;
    }
  | { readonly fault: string };

/** The rules of a model that has none of its own. */
export const DEFAULT_RULES: readonly GateRule[] = rulesSchema.parse(
  [GateRuleKind.MEASURED, GateRuleKind.SAME_DATASET, GateRuleKind.NOT_WORSE].map((kind) => ({ kind })),
);

/** The facts about a version that rules check. */
export interface Candidate {
  readonly number: number;
  readonly testAccuracy: number;
  /** In nats. */
  readonly testLoss: number;
  /** Null when calibration was not done. */
  readonly calibrated: boolean | null;
  /** Null when the self-check was not done. */
  readonly selfChecked: boolean | null;
  /** Test accuracy by class; null where it is not known. Classes without test images are left out. */
  readonly classAccuracies: ReadonlyMap<string, number> | null;
  /** By the slices that the rules name, as `dataset/slice`. */
  readonly slices: ReadonlyMap<string, SliceFigure>;
}

const CLASS_RULES: ReadonlySet<GateRuleKind> = new Set(['CLASS_NOT_WORSE', 'CLASS_THRESHOLD']);

/** Whether rules need the accuracy by class. */
export const needClasses = (rules: readonly GateRule[]): boolean => rules.some(({ kind }) => CLASS_RULES.has(kind));

/** The version in production, to compare a candidate with. */
export interface Present extends Candidate {
  /** Whether both were measured on the same test images with the same labels; null when those cannot be read. */
  readonly sameTestImages: boolean | null;
}

/** The verdict of one rule for a version, as it is stored with a move of an alias and with a promotion request. */
const checkSchema = z
  .object({
    rule: z.string(),
    passed: z.boolean(),
    detail: z.string(),
    /** The required and the measured figure, where both are numbers. */
    limit: z.number().nullable().default(null),
    measured: z.number().nullable().default(null),
  })
  .readonly();
export type GateCheck = z.output<typeof checkSchema>;
export const checksSchema = z.array(checkSchema).readonly();

const METRICS: Readonly<
  Record<GateMetric, { of: (version: Candidate) => number; lowerIsBetter: boolean; text: (value: number) => string }>
> = {
  TEST_ACCURACY: { of: ({ testAccuracy }) => testAccuracy, lowerIsBetter: false, text: percent },
  TEST_LOSS: { of: ({ testLoss }) => testLoss, lowerIsBetter: true, text: (loss) => `a loss of ${loss.toFixed(4)}` },
};

type Evaluator = (candidate: Candidate, present: Present | null, rule: GateRule) => GateCheck | null;

/** Evaluates a rule of each kind; null where there is nothing to compare with. A new kind is an entry here. */
const EVALUATORS: Readonly<Record<GateRuleKind, Evaluator>> = {
  MEASURED: ({ number, testAccuracy }) => ({
    ...check('measured on a test split', Number.isFinite(testAccuracy)),
    detail: `Version ${number} has a test accuracy of ${percent(testAccuracy)}.`,
  }),

  SAME_DATASET: (candidate, present) => {
    if (!present) return null;
    const same = `Versions ${candidate.number} and ${present.number} were measured on the same test images.`;
    const fault = whyNotComparable(candidate, present);
    return { ...check('same test images as production', fault === null), detail: fault ?? same };
  },

  NOT_WORSE: (candidate, present, { metric, limit: margin }) => {
    if (!present) return null;
    const { of, lowerIsBetter, text } = METRICS[metric];
    const limit = of(present) + (lowerIsBetter ? margin : -margin);
    const allowed = margin > 0 ? `; a difference of ${margin} is allowed` : '';
    return {
      ...comparison('not worse than production', of(candidate), limit, lowerIsBetter),
      detail: `Version ${candidate.number} has ${text(of(candidate))}, production (version ${present.number}) has ${text(of(present))}${allowed}.`,
    };
  },

  THRESHOLD: (candidate, _present, { metric, limit }) => {
    const { of, lowerIsBetter, text } = METRICS[metric];
    return {
      ...comparison(lowerIsBetter ? 'low enough' : 'high enough', of(candidate), limit, lowerIsBetter),
      detail: `Version ${candidate.number} has ${text(of(candidate))}; the ${lowerIsBetter ? 'maximum' : 'minimum'} is ${text(limit)}.`,
    };
  },

  CLASS_NOT_WORSE: (candidate, present, { limit: margin }) => {
    if (!present) return null;
    const rule = 'no class worse than production';
    const [now, before] = [candidate.classAccuracies, present.classAccuracies];
    if (!now || !before) return unknownClasses(rule, now ? present : candidate);
    const losses = [...before].map(([label, accuracy]) => ({ label, before: accuracy, now: now.get(label) ?? 0 }));
    const [worst] = losses.toSorted((a, b) => b.before - b.now - (a.before - a.now));
    if (!worst) return unknownClasses(rule, present);
    const allowed = margin > 0 ? ` A difference of ${margin} is allowed.` : '';
    const most = worst.before > worst.now ? ', the largest loss of a class' : '; no class has lost';
    return {
      ...comparison(rule, worst.now, worst.before - margin, false),
      detail: `${worst.label}: version ${candidate.number} is right about ${percent(worst.now)}, production (version ${present.number}) about ${percent(worst.before)}${most}.${allowed}`,
    };
  },

  CLASS_THRESHOLD: (candidate, _present, { limit }) => {
    const rule = 'every class good enough';
    const [worst] = [...(candidate.classAccuracies ?? [])].toSorted(([, a], [, b]) => a - b);
    if (!worst) return unknownClasses(rule, candidate);
    const [label, accuracy] = worst;
    return {
      ...comparison(rule, accuracy, limit, false),
      detail: `${label}: version ${candidate.number} is right about ${percent(accuracy)}, the least of all classes; the minimum is ${percent(limit)}.`,
    };
  },

  SLICE_NOT_WORSE: (candidate, present, { slice, limit: margin }) => {
    if (!present) return null;
    const rule = `slice ${slice} not worse than production`;
    const different = whyNotComparable(candidate, present);
    if (different !== null) return { ...check(rule, false), detail: different };
    const [now, before] = [sliceOf(candidate, slice), sliceOf(present, slice)];
    if ('fault' in now) return { ...check(rule, false), detail: now.fault };
    if ('fault' in before) return { ...check(rule, false), detail: before.fault };
    const allowed = margin > 0 ? ` A difference of ${margin} is allowed.` : '';
    return {
      ...comparison(rule, now.accuracy, before.accuracy - margin, false),
      detail: `Version ${candidate.number} is right about ${now.text}, production (version ${present.number}) about ${before.text}.${allowed} ${now.decision}`,
    };
  },

  SLICE_THRESHOLD: (candidate, present, { slice, limit }) => {
    const rule = `slice ${slice} good enough`;
    if (present?.sameTestImages === null) {
      return { ...check(rule, false), detail: whyNotComparable(candidate, present) as string };
    }
    const figure = sliceOf(candidate, slice);
    if ('fault' in figure) return { ...check(rule, false), detail: figure.fault };
    return {
      ...comparison(rule, figure.accuracy, limit, false),
      detail: `Version ${candidate.number} is right about ${figure.text}; the minimum is ${percent(limit)}. ${figure.decision}`,
    };
  },

  CALIBRATED: ({ number, calibrated }) => outcome('calibrated', calibrated, `The calibration of version ${number}`),

  SELF_CHECKED: ({ number, selfChecked }) =>
    outcome('self-checked', selfChecked, `The self-check of version ${number}`),
};

/** Checks a version against each rule that applies. A version that holds the alias already is compared with nothing. */
export function evaluateGate(
  rules: readonly GateRule[],
  candidate: Candidate,
  holder: Present | null,
): readonly GateCheck[] {
  const present = holder?.number === candidate.number ? null : holder;
  return rules.flatMap((rule) => EVALUATORS[rule.kind](candidate, present, rule) ?? []);
}

/** Why figures of two versions cannot be compared, as a sentence; null if they can. */
function whyNotComparable({ number }: Candidate, present: Present): string | null {
  const both = `ersions ${number} and ${present.number}`;
  if (present.sameTestImages === null) {
    return `The test images of v${both} cannot be read, so their figures cannot be compared. Run "hub verify".`;
  }
  if (present.sameTestImages) return null;
  return `V${both} were measured on different test images, or on other labels: their figures cannot be compared.`;
}

/** The accuracy of a version on a slice, in words too; a sentence where it is not known or of too few images. */
function sliceOf(
  { number, slices }: Candidate,
  slice: string | null,
): { readonly accuracy: number; readonly text: string; readonly decision: string } | { readonly fault: string } {
  const figure = slices.get(slice ?? '') ?? { fault: 'It was not measured.' };
  const unknown = `The accuracy of version ${number} on the slice ${slice} is not known`;
  if ('fault' in figure) return { fault: `${unknown}. ${figure.fault}` };
  const { images, correct, decidedBy } = figure;
  const decision = `The data of ${decidedBy} says which images are in the slice.`;
  if (images === 0) return { fault: `${unknown}: none of its test images is in the slice. ${decision}` };
  if (images < LEAST_SLICE_IMAGES) {
    const has = images === 1 ? 'one of its test images is' : `${images} of its test images are`;
    return { fault: `${unknown}: ${has} in the slice; ${LEAST_SLICE_IMAGES} or more are needed. ${decision}` };
  }
  const accuracy = correct / images;
  return { accuracy, text: `${percent(accuracy)} of ${images} images`, decision };
}

function unknownClasses(rule: string, { number }: Candidate): GateCheck {
  const detail = `The accuracy of version ${number} by class is not known: only trained versions have it, not imported ones.`;
  return { ...check(rule, false), detail };
}

function check(rule: string, passed: boolean): Omit<GateCheck, 'detail'> {
  return { rule, passed, limit: null, measured: null };
}

function comparison(rule: string, measured: number, limit: number, lowerIsBetter: boolean): Omit<GateCheck, 'detail'> {
  const passed = lowerIsBetter ? measured <= limit : measured >= limit;
  return { rule, passed, limit: finiteOrNull(limit), measured: finiteOrNull(measured) };
}

function outcome(rule: string, passed: boolean | null, what: string): GateCheck {
  const how = passed === null ? 'was not done' : passed ? 'passed' : 'failed';
  return { ...check(rule, passed === true), detail: `${what} ${how}.` };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
