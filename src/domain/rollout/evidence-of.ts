import { type Interval, intervalOf, meanAgainst, type Observed, shareAgainst } from './e-process.js';
import { differencesOf, type JudgedCounts } from './judged-counts.js';
import type { Rollout } from './rollout.js';
import type { Agreement, JudgedPairs, JudgedSingles, RolloutEvidence, RolloutVerdict } from './rollout-evidence.js';
import { MOST_NEEDED, verdictText } from './verdict-text.js';

/** How many times the judged photos are looked ahead. */
const MOST_TIMES = 1000;
/** Photos on which one version is right, or photos of each version, below which nothing is foretold. */
const [FEW_DIFFERENT, FEW_OF_EACH] = [5, 20];

type Compared = Pick<Rollout, 'mode' | 'verdictErrorRate' | 'compared' | 'agreed'>;

/** One way to compare the versions. */
interface Comparison {
  readonly judged: number;
  /** Differences of answers, candidate less present version. */
  readonly observed: readonly Observed[];
  readonly difference: number;
  /** About the variance of the difference. */
  readonly variance: number;
}

/**
 * Compares two versions by judged photos. In a canary two comparisons share the error rate, by halves: one of photos that both
 * answered, one of photos that one of them answered. In a shadow the first is the only one.
 */
export function evidenceOf(rollout: Compared, counts: JudgedCounts): RolloutEvidence {
  const { mode, verdictErrorRate: errorRate } = rollout;
  const { bothRight, candidateRight, presentRight, bothWrong } = counts;
  const judged = bothRight + candidateRight + presentRight + bothWrong;
  const both = { judged, bothRight, candidateRight, presentRight, bothWrong };
  const candidateOnly = { judged: counts.candidateOnly, right: counts.candidateOnlyRight };
  const presentOnly = { judged: counts.presentOnly, right: counts.presentOnlyRight };
  const ways =
    mode === 'SHADOW' ? [byPairs(both)] : [byPairs(both), bySingles(candidateOnly, presentOnly, counts.blocks)];
  const range = rangeOf(ways, errorRate);
  const verdict = verdictOf(range);
  const eValue = Math.min(Math.exp(logEvidence(ways, 1)), Number.MAX_VALUE);
  const isThin =
    candidateRight + presentRight < FEW_DIFFERENT && Math.min(candidateOnly.judged, presentOnly.judged) < FEW_OF_EACH;
  const facts = {
    ...{ verdict, eValue, pValue: Math.min(1, 1 / eValue), difference: differenceOf(ways, range) },
    ...{ low: range?.low ?? null, high: range?.high ?? null },
    ...{ both, candidateOnly, presentOnly, showNone: counts.showNone },
    needed: verdict !== 'UNDECIDED' ? 0 : isThin || !range ? null : neededOf(ways, errorRate),
    agreement: agreementOf(rollout),
  } as const;
  return { ...facts, text: verdictText(facts, { mode, errorRate, isThin }) };
}

function byPairs({ judged, candidateRight, presentRight }: JudgedPairs): Comparison {
  const share = (count: number): number => (count + 0.5) / (judged + 1);
  const [up, down] = [share(candidateRight), share(presentRight)];
  return {
    judged,
    observed: [
      { value: 1, count: candidateRight },
      { value: -1, count: presentRight },
      { value: 0, count: judged - candidateRight - presentRight },
    ],
    difference: judged === 0 ? 0 : (candidateRight - presentRight) / judged,
    variance: (up + down - (up - down) ** 2) / (judged + 1),
  };
}

/** @param blocks numbers of answers of the candidate, each compared with several of the present version (`blocksOf`). */
function bySingles(candidate: JudgedSingles, present: JudgedSingles, blocks: readonly number[]): Comparison {
  const variance = ({ judged, right }: JudgedSingles): number =>
    ((right + 0.5) * (judged - right + 0.5)) / (judged + 1) ** 3;
  const isTelling = blocks.some((count) => count > 0);
  return {
    judged: isTelling ? candidate.judged + present.judged : 0,
    observed: differencesOf(blocks),
    difference: isTelling ? candidate.right / candidate.judged - present.right / present.judged : 0,
    variance: variance(candidate) + variance(present),
  };
}

function verdictOf(range: Interval | null): RolloutVerdict {
  if (range && range.low > 0) return 'BETTER';
  return range && range.high < 0 ? 'WORSE' : 'UNDECIDED';
}

/** The differences that no comparison has refuted; null without judged photos, and where comparisons contradict each other. */
function rangeOf(ways: readonly Comparison[], errorRate: number): Interval | null {
  const telling = ways.filter(({ judged }) => judged > 0);
  if (telling.length === 0) return null;
  const ranges = telling.map(({ observed }) => {
    const against = (value: number): number => meanAgainst(observed, value);
    return intervalOf(against, meanOf(observed), { low: -1, high: 1 }, errorRate / ways.length);
  });
  const [low, high] = [Math.max(...ranges.map((range) => range.low)), Math.min(...ranges.map((range) => range.high))];
  return low <= high ? { low, high } : null;
}

/** Logarithm of the e-value against equal accuracies, if every count were `times` as large. */
function logEvidence(ways: readonly Comparison[], times: number): number {
  const logs = ways.map(({ observed }) => {
    const more = observed.map(({ value, count }) => ({ value, count: count * times }));
    return meanAgainst(more, 0);
  });
  return Math.max(...logs) - Math.log(ways.length);
}

function meanOf(observed: readonly Observed[]): number {
  const all = observed.reduce((sum, { count }) => sum + count, 0);
  return observed.reduce((sum, { value, count }) => sum + value * count, 0) / all;
}

/** Weighs the differences of the comparisons by their precision. */
function differenceOf(ways: readonly Comparison[], range: Interval | null): number | null {
  const telling = ways.filter(({ judged }) => judged > 0);
  if (telling.length === 0) return null;
  const weights = telling.reduce((sum, { variance }) => sum + 1 / variance, 0);
  const mean = telling.reduce((sum, { variance, difference }) => sum + difference / variance, 0) / weights;
  return range ? Math.min(Math.max(mean, range.low), range.high) : mean;
}

/** Further photos until the evidence suffices if every count grows alike: rounded up to two digits. */
function neededOf(ways: readonly Comparison[], errorRate: number): number | null {
  const judged = ways.reduce((sum, way) => sum + way.judged, 0);
  const isEnough = (times: number): boolean => logEvidence(ways, times) >= Math.log(1 / errorRate);
  if (!isEnough(MOST_TIMES)) return null;
  let [few, enough] = [1, MOST_TIMES];
  while (enough - few > 0.001 * few) {
    const middle = Math.sqrt(few * enough);
    if (isEnough(middle)) enough = middle;
    else few = middle;
  }
  const further = (enough - 1) * judged;
  if (further > MOST_NEEDED) return null;
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(further)) - 1);
  return Math.max(1, Math.ceil(further / digit) * digit);
}

function agreementOf({ compared, agreed, verdictErrorRate }: Compared): Agreement | null {
  if (compared === 0) return null;
  const counts = { yes: agreed, all: compared };
  const share = agreed / compared;
  const range = intervalOf((value) => shareAgainst(counts, value), share, { low: 0, high: 1 }, verdictErrorRate);
  return { compared, agreed, share, ...range };
}
