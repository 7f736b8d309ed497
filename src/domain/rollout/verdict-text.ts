import type { RolloutMode } from './rollout.js';
import type { RolloutEvidence } from './rollout-evidence.js';

/** Most further photos that are foretold. */
export const MOST_NEEDED = 100_000;

const LEADS = {
  BETTER: 'The candidate is better',
  WORSE: 'The candidate is worse',
  UNDECIDED: 'Undecided whether the candidate is better',
} as const;

interface Setting {
  readonly mode: RolloutMode;
  readonly errorRate: number;
  /** Whether too few photos are judged to foretell how many more are needed. */
  readonly isThin: boolean;
}

/** The verdict of a rollout in words, with the counts that it rests on. */
export function verdictText(evidence: Omit<RolloutEvidence, 'text'>, { mode, errorRate, isThin }: Setting): string {
  const { verdict, difference, low, both, candidateOnly, presentOnly, needed } = evidence;
  if (difference === null) {
    const photos = mode === 'SHADOW' ? 'that both versions answered' : 'that tells the versions apart';
    return `No photo ${photos} has been judged yet.`;
  }
  const found: string[] = [];
  if (both.judged > 0) {
    const { judged, candidateRight, presentRight } = both;
    const photos = judged === 1 ? '1 judged photo' : `${count(judged)} judged photos`;
    found.push(
      `of ${photos} that both answered, it alone is right on ${count(candidateRight)} and the present version alone on ${count(presentRight)}`,
    );
  }
  if (mode === 'CANARY' && candidateOnly.judged > 0 && presentOnly.judged > 0) {
    const right = ({ judged, right: of }: typeof candidateOnly): string => `${count(of)} of ${count(judged)}`;
    found.push(
      `of those that one answered, it is right on ${right(candidateOnly)} and the present version on ${right(presentOnly)}`,
    );
  }
  const end = low === null ? 'The two contradict each other.' : endOf(needed, errorRate, isThin);
  return `${LEADS[verdict]}: ${found.join('; ')}. ${end}`;
}

/** @param needed 0 after a verdict. */
function endOf(needed: number | null, errorRate: number, isThin: boolean): string {
  if (needed === 0) return `Error rate ${Number((errorRate * 100).toPrecision(3))}%.`;
  if (needed !== null) {
    return `About ${count(needed)} more judged ${needed === 1 ? 'photo is' : 'photos are'} needed at this difference.`;
  }
  return isThin
    ? 'Too few are judged to say how many more are needed.'
    : `At this difference, which is about zero, ${count(MOST_NEEDED)} more would not tell.`;
}

const count = (number: number): string => number.toLocaleString('en');
