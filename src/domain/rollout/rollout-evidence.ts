import type { Interval } from './e-process.js';

/** Whether the candidate is more accurate than the present version on the judged photos. */
export const RolloutVerdict = { BETTER: 'BETTER', WORSE: 'WORSE', UNDECIDED: 'UNDECIDED' } as const;
export type RolloutVerdict = (typeof RolloutVerdict)[keyof typeof RolloutVerdict];

/** Judged photos that both versions answered. */
export interface JudgedPairs {
  readonly judged: number;
  readonly bothRight: number;
  /** Only the candidate is right, or only the present version. */
  readonly candidateRight: number;
  readonly presentRight: number;
  readonly bothWrong: number;
}

/** Judged photos that one of the two versions answered. */
export interface JudgedSingles {
  readonly judged: number;
  readonly right: number;
}

/** Agreement of the two versions, judged or not. */
export interface Agreement extends Interval {
  readonly compared: number;
  readonly agreed: number;
  /** 0 to 1. */
  readonly share: number;
}

/** What judged photos say of the two versions of a rollout. It may be looked at at any time. */
export interface RolloutEvidence {
  readonly verdict: RolloutVerdict;
  readonly text: string;
  /** Against equal accuracies, at most Number.MAX_VALUE; the verdict falls at 1 / verdictErrorRate. */
  readonly eValue: number;
  /** Always valid. */
  readonly pValue: number;
  /** Accuracy of the candidate less that of the present version, -1 to 1; null without judged photos. */
  readonly difference: number | null;
  /** Of the difference; null without judged photos, and where the two kinds of photos contradict each other. */
  readonly low: number | null;
  readonly high: number | null;
  readonly both: JudgedPairs;
  readonly candidateOnly: JudgedSingles;
  readonly presentOnly: JudgedSingles;
  /** Photos that show none of the classes. */
  readonly showNone: number;
  /** Further judged photos until a verdict if the rates stay as they are: 0 after one, null where that cannot be told. */
  readonly needed: number | null;
  readonly agreement: Agreement | null;
}
