import { RolloutMode, RolloutState } from '../../storage/enums.js';
import type { JudgedCounts } from './judged-counts.js';

export { RolloutMode, RolloutState };

/** How a rollout is ended by a person. */
export const RolloutOutcome = { PROMOTE: 'PROMOTE', ABORT: 'ABORT' } as const;
export type RolloutOutcome = (typeof RolloutOutcome)[keyof typeof RolloutOutcome];

/** The counted traffic of one of the two versions of a rollout. */
export interface RolloutArm {
  /** Number of the version. */
  readonly version: number;
  readonly answers: number;
  readonly errors: number;
  /** 0 to 1; null before the first request. */
  readonly errorRate: number | null;
  /** Time to predict, without waiting. */
  readonly p50Milliseconds: number | null;
  readonly p99Milliseconds: number | null;
}

/** A version tried on the traffic of an alias before it may take the alias. */
export interface Rollout {
  readonly id: string;
  readonly model: string;
  readonly alias: string;
  readonly mode: RolloutMode;
  /** Share of the photos that take part, 0 to 1. */
  readonly share: number;
  readonly maxErrorRate: number;
  readonly maxSlowdown: number;
  /** Probability that the verdict on the accuracy is wrong, 0 to 1. */
  readonly verdictErrorRate: number;
  readonly state: RolloutState;
  readonly candidate: RolloutArm;
  /** The version that the alias points to. */
  readonly present: RolloutArm;
  /** Photos that both versions answered. */
  readonly compared: number;
  /** Compared photos with the same label. */
  readonly agreed: number;
  /** Share of compared photos with the same label; null before the first. */
  readonly agreement: number | null;
  /** Photos that were not compared because the hub was busy. */
  readonly dropped: number;
  /** Judged photos whose kept answers were deleted since. */
  readonly judgedBefore: JudgedCounts;
  readonly reason: string;
  /** Name of the token. */
  readonly startedBy: string;
  readonly startedAt: Date;
  /** Name of the token; "hub" when it ended by itself. */
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
  /** Why it ended. */
  readonly outcome: string | null;
}

/** A rollout to start. */
export interface RolloutStart {
  readonly model: string;
  readonly alias: string;
  readonly version: number;
  readonly mode: RolloutMode;
  /** 0 to 1; at most 0.5 in a canary. */
  readonly share: number;
  /** The rollout ends when the candidate's error rate exceeds that of the present version by more, 0 to 1. */
  readonly maxErrorRate: number;
  /** The rollout ends when the candidate takes more times as long to predict (medians). */
  readonly maxSlowdown: number;
  /** Probability that the verdict on the accuracy is wrong, 0 to 1. */
  readonly verdictErrorRate: number;
  readonly overrideGate: boolean;
  readonly reason: string;
}

/** A rollout to end. */
export interface RolloutEnd {
  readonly model: string;
  readonly alias: string;
  readonly outcome: RolloutOutcome;
  readonly overrideGate: boolean;
  readonly reason: string;
}
