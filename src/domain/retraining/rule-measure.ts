import type { PrismaClient } from '../../storage/database.js';
import type { PredictionService } from '../prediction/prediction-service.js';
import type { InProduction } from './production.js';
import type { RuleTrigger } from './rule.js';
import type { RuleRow } from './rule-row.js';

export const DAY_MS = 24 * 3_600_000;
/** Judged answers below which the accuracy on them says too little. */
const ENOUGH_JUDGED = 30;

/** What a trigger measures now. */
export interface Measure {
  /** In the unit of the threshold; null where it cannot be measured. */
  readonly measured: number | null;
  readonly isReached: boolean;
  readonly text: string;
}

/** What measures read. */
export interface Measured {
  readonly prisma: PrismaClient;
  readonly predictions: Pick<PredictionService, 'traffic'>;
  readonly rule: RuleRow;
  readonly inProduction: InProduction;
  /** When the rule last started a round; null if it never did. */
  readonly lastStart: Date | null;
}

/** What each trigger measures. A new trigger is an entry here. */
const MEASURES: Readonly<Record<RuleTrigger, (of: Measured) => Promise<Measure>>> = {
  SCHEDULE: async ({ rule: { threshold, createdAt }, lastStart }) => {
    const measured = (Date.now() - (lastStart ?? createdAt).getTime()) / DAY_MS;
    const since = lastStart ? 'its last round' : 'the rule was made';
    const text = `Time since ${since}: ${days(measured)}; a round starts after ${days(threshold)}.`;
    return { measured, isReached: measured >= threshold, text };
  },

  JUDGED_PHOTOS: async ({ prisma, rule: { modelId, threshold }, lastStart }) => {
    const [{ count: measured } = { count: 0 }] = await prisma.$queryRaw<{ count: number }[]>`
      SELECT count(DISTINCT input_hash)::int AS count FROM predictions
      WHERE model_id = ${modelId} AND right_at > ${lastStart ?? new Date(0)} AND NOT shows_none AND photo_blob IS NOT NULL`;
    const since = lastStart ? ' since its last round' : '';
    const photos = measured === 1 ? '1 kept photo was' : `${measured} kept photos were`;
    const text = `${photos} judged${since}; a round starts at ${threshold}.`;
    return { measured, isReached: measured >= threshold, text };
  },

  DRIFT: async (of) => {
    const { threshold } = of.rule;
    const traffic = await trafficOf(of);
    if (!traffic) return { measured: null, isReached: false, text: noAnswers(of) };
    const { text: verdict, classes, confidence } = traffic.drift;
    if (!classes || !confidence) return { measured: null, isReached: false, text: verdict };
    const measured = Math.max(classes.index, confidence.index);
    const text = `The answers of version ${of.inProduction.number} differ from those to its test images by ${measured.toFixed(3)} (population stability index); a round starts above ${threshold}.`;
    return { measured, isReached: measured > threshold, text };
  },

  ACCURACY: async (of) => {
    const { threshold } = of.rule;
    const traffic = await trafficOf(of);
    if (!traffic) return { measured: null, isReached: false, text: noAnswers(of) };
    const { judged, accuracy } = traffic.feedback;
    if (accuracy === null || judged < ENOUGH_JUDGED) {
      const text = `Judged answers of version ${of.inProduction.number}: ${judged}; ${ENOUGH_JUDGED} are needed.`;
      return { measured: null, isReached: false, text };
    }
    const text = `Version ${of.inProduction.number} was right about ${percent(accuracy)} of ${judged} judged photos; a round starts below ${percent(threshold)}.`;
    return { measured: accuracy, isReached: accuracy < threshold, text };
  },
};

/** Measures what a rule waits for. */
export function measure(of: Measured): Promise<Measure> {
  return MEASURES[of.rule.trigger](of);
}

/** The answers of the version in production, over the days of the rule; undefined where none was kept. */
async function trafficOf({ predictions, rule, inProduction }: Measured) {
  const since = new Date(Date.now() - rule.days * DAY_MS);
  const all = await predictions.traffic(rule.model.name, since);
  return all.find(({ version }) => version === inProduction.number);
}

function noAnswers({ rule, inProduction }: Measured): string {
  return `No answer of version ${inProduction.number} was kept in the last ${days(rule.days)}.`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

function days(count: number): string {
  const [amount, unit] = count < 1 ? [count * 24, 'hour'] : [count, 'day'];
  const shown = Number(amount.toFixed(1));
  return shown === 1 ? `1 ${unit}` : `${shown} ${unit}s`;
}
