import type { Enum } from '../../graphql';

type Trigger = Enum<'RuleTrigger'>;

interface TriggerText {
  readonly name: string;
  /** Label of the threshold. */
  readonly threshold: string;
  readonly unit: string;
  /** Threshold of a new rule, as it is shown. */
  readonly usual: number;
  /** Shown thresholds are this many times the stored ones. */
  readonly scale: number;
  readonly text: (shown: number) => string;
}

/** Triggers as people read them. */
export const TRIGGERS: Readonly<Record<Trigger, TriggerText>> = {
  JUDGED_PHOTOS: {
    ...{ name: 'Judged photos', threshold: 'Photos judged since the last round', unit: '', usual: 200, scale: 1 },
    text: (photos) => (photos === 1 ? '1 judged photo' : `${photos} judged photos`),
  },
  SCHEDULE: {
    ...{ name: 'Schedule', threshold: 'Time since the last round', unit: ' days', usual: 7, scale: 1 },
    text: everyText,
  },
  DRIFT: {
    ...{ name: 'Drift', threshold: 'Population stability index above', unit: '', usual: 0.25, scale: 1 },
    text: (index) => `Drift above ${index}`,
  },
  ACCURACY: {
    ...{ name: 'Accuracy on judged photos', threshold: 'Accuracy below', unit: '%', usual: 80, scale: 100 },
    text: (percent) => `Accuracy below ${percent}%`,
  },
};

/** An interval of days; below a day in hours. */
function everyText(days: number): string {
  const [amount, unit] = days < 1 ? [days * 24, 'hour'] : [days, 'day'];
  const shown = Number(amount.toFixed(1));
  return shown === 1 ? `Every ${unit}` : `Every ${shown} ${unit}s`;
}

/** A stored threshold as people read it. */
export function shownThreshold(trigger: Trigger, threshold: number): number {
  return Number((threshold * TRIGGERS[trigger].scale).toFixed(4));
}

/** What a rule waits for, in words. */
export function waitsFor({ trigger, threshold }: { readonly trigger: Trigger; readonly threshold: number }): string {
  return TRIGGERS[trigger].text(shownThreshold(trigger, threshold));
}

/** Modes as people read them. */
export const MODES: Readonly<Record<Enum<'RuleMode'>, string>> = { OFF: 'Off', DRY_RUN: 'Dry run', ON: 'On' };

/** What a rule does with what it trained. */
export const ACTIONS: Readonly<Record<Enum<'RuleAction'>, string>> = {
  TRAIN: 'Nothing more',
  REGISTER: 'Register it if the gate passes',
  PROMOTE: 'Register and promote it if the gate passes',
};
