import { HubError } from '../../errors.js';
import type { Owner } from '../owner.js';

/** Whether a rule acts. */
export const RuleMode = { OFF: 'OFF', DRY_RUN: 'DRY_RUN', ON: 'ON' } as const;
export type RuleMode = (typeof RuleMode)[keyof typeof RuleMode];

/** What a rule waits for. */
export const RuleTrigger = {
  SCHEDULE: 'SCHEDULE',
  JUDGED_PHOTOS: 'JUDGED_PHOTOS',
  DRIFT: 'DRIFT',
  ACCURACY: 'ACCURACY',
} as const;
export type RuleTrigger = (typeof RuleTrigger)[keyof typeof RuleTrigger];

/** What a rule does with what it trained; each includes those before it. */
export const RuleAction = { TRAIN: 'TRAIN', REGISTER: 'REGISTER', PROMOTE: 'PROMOTE' } as const;
export type RuleAction = (typeof RuleAction)[keyof typeof RuleAction];

/** State of a round. The first three are under way; all others are final. */
export const RoundState = {
  STARTING: 'STARTING',
  TRAINING: 'TRAINING',
  PROMOTING: 'PROMOTING',
  DRY_RUN: 'DRY_RUN',
  TRAINED: 'TRAINED',
  REGISTERED: 'REGISTERED',
  REQUESTED: 'REQUESTED',
  PROMOTED: 'PROMOTED',
  REFUSED: 'REFUSED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
} as const;
export type RoundState = (typeof RoundState)[keyof typeof RoundState];

export const UNDER_WAY = ['STARTING', 'TRAINING', 'PROMOTING'] as const satisfies readonly RoundState[];

/** What a person sets of a rule. */
export interface RuleSettings {
  readonly mode: RuleMode;
  readonly trigger: RuleTrigger;
  /** Days, photos, population stability index or share of right answers, by trigger. */
  readonly threshold: number;
  /** DRIFT and ACCURACY look at the answers of so many days. */
  readonly days: number;
  /** Whether judged photos are added to the data first. */
  readonly addJudged: boolean;
  /** Name of the pipeline that a round trains. */
  readonly pipeline: string;
  /** Name of the backbone; null for that of the version in production. */
  readonly backbone: string | null;
  /** Side in pixels; null for that of the version in production. */
  readonly imageSize: number | null;
  readonly startsPerWeek: number;
  /** No round starts once the runs of the last 7 days took so many hours; null for no such bound. */
  readonly hoursPerWeek: number | null;
  readonly action: RuleAction;
}

/** A rule of a model that starts training by itself. */
export interface RetrainingRule extends RuleSettings {
  readonly id: string;
  readonly model: string;
  /** Unique in the model. */
  readonly name: string;
  readonly owner: Owner | null;
  readonly createdAt: Date;
}

/** One start of a rule and what came of it. */
export interface RetrainingRound {
  /** Also the id of its pipeline. */
  readonly id: string;
  readonly state: RoundState;
  /** What was measured when it started, in the unit of the threshold. */
  readonly measured: number;
  /** Why it started. */
  readonly reason: string;
  readonly datasetVersionId: string | null;
  /** Number of judged photos that were added. */
  readonly judgedPhotos: number;
  /** Number of the version that it registered. */
  readonly version: number | null;
  /** How it ended; null while it is under way. */
  readonly outcome: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** What a rule measures now, and what it would do. */
export interface RuleOutlook {
  /** In the unit of the threshold; null where it cannot be measured. */
  readonly measured: number | null;
  /** Whether the threshold is reached. */
  readonly isReached: boolean;
  /** Whether nothing keeps the rule from starting a round. */
  readonly starts: boolean;
  readonly text: string;
}

/** Bounds of the threshold by trigger, and its unit. */
const THRESHOLDS: Readonly<Record<RuleTrigger, { readonly min: number; readonly max: number; unit: string }>> = {
  SCHEDULE: { min: 1 / 24, max: 365, unit: ' days' },
  JUDGED_PHOTOS: { min: 1, max: 1_000_000, unit: ' photos' },
  DRIFT: { min: 0.01, max: 10, unit: '' },
  ACCURACY: { min: 0.01, max: 1, unit: '' },
};

/** @throws BAD_INPUT for a threshold that its trigger cannot have. */
export function checkThreshold({ trigger, threshold }: Pick<RuleSettings, 'trigger' | 'threshold'>): void {
  const { min, max, unit } = THRESHOLDS[trigger];
  const isWhole = trigger !== 'JUDGED_PHOTOS' || Number.isInteger(threshold);
  if (threshold >= min && threshold <= max && isWhole) return;
  const bounds =
    trigger === 'SCHEDULE' ? '0.042 (an hour) to 365' : `${isWhole ? '' : 'a whole number, '}${min} to ${max}`;
  const message = `The threshold of ${trigger} must be ${bounds}${unit}; ${threshold} was received.`;
  throw new HubError('BAD_INPUT', message, { received: threshold, trigger });
}
