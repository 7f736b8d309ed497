import { describe, expect, it } from 'vitest';
import {
  type Interval,
  intervalOf,
  meanAgainst,
  type Observed,
  shareAgainst,
} from '../../../src/domain/rollout/e-process.js';
import { evidenceOf } from '../../../src/domain/rollout/evidence-of.js';
import {
  blockSize,
  blocksOf,
  differencesOf,
  type JudgedCounts,
  sumOfCounts,
} from '../../../src/domain/rollout/judged-counts.js';
import type { RolloutEvidence } from '../../../src/domain/rollout/rollout-evidence.js';
import { randomStream, uniform } from '../../../src/random.js';
import { reference } from '../../support/reference.js';

const ERROR_RATE = 0.05;
const NONE: JudgedCounts = {
  ...{ bothRight: 0, candidateRight: 0, presentRight: 0, bothWrong: 0 },
  ...{ candidateOnly: 0, candidateOnlyRight: 0, presentOnly: 0, presentOnlyRight: 0 },
  ...{ showNone: 0, blocks: [] },
};
const shadow = { mode: 'SHADOW', verdictErrorRate: ERROR_RATE, compared: 0, agreed: 0 } as const;
const canary = { ...shadow, mode: 'CANARY' } as const;
const judged = (counts: Partial<JudgedCounts>, rollout: Parameters<typeof evidenceOf>[0] = shadow): RolloutEvidence =>
  evidenceOf(rollout, { ...NONE, ...counts });
const signs = (candidate: number, present: number, alike: number): Observed[] => [
  { value: 1, count: candidate },
  { value: -1, count: present },
  { value: 0, count: alike },
];

/** A random number, 0 to 1. */
type Draw = () => number;
const REPEATS = 300;
const PHOTOS = 2000;
const drawsOf = (name: string): Draw[] =>
  Array.from({ length: REPEATS }, (_, i) => {
    const random = randomStream(i, name);
    return () => uniform(random);
  });

/** Of a shadow: the photo after which the evidence suffices, when it is looked at after each. @param rate of those that differ. */
function firstVerdict(draw: Draw, rate: number, candidateWins: number, suffices: (a: number, b: number) => boolean) {
  let [candidate, present] = [0, 0];
  for (let photo = 1; photo <= PHOTOS; photo++) {
    if (draw() >= rate) continue;
    if (draw() < candidateWins) candidate += 1;
    else present += 1;
    if (suffices(candidate, present)) return { photo, isBetter: candidate > present };
  }
  return null;
}

const refutesEqual = (candidate: number, present: number): boolean =>
  meanAgainst(signs(candidate, present, 0), 0) >= Math.log(1 / ERROR_RATE);

interface Golden {
  readonly means: readonly {
    readonly observed: Observed[];
    readonly against: readonly { readonly mean: number; readonly log: number }[];
    readonly interval: readonly [number, number];
  }[];
  readonly shares: readonly {
    readonly yes: number;
    readonly all: number;
    readonly interval: readonly [number, number];
  }[];
}

describe('an e-process', () => {
  // test/reference/e_processes.py: rational arithmetic.
  const { means, shares } = reference<Golden>('e_processes.json');
  const meanOf = (observed: readonly Observed[]): number =>
    observed.reduce((sum, { value, count }) => sum + value * count, 0) /
    observed.reduce((sum, { count }) => sum + count, 0);
  const ends = ({ low, high }: Interval): number[] => [low, high];

  it.each(means)('of a mean has the exact evidence and interval: $observed', ({ observed, against, interval }) => {
    for (const { mean, log } of against) expect(meanAgainst(observed, mean)).toBeCloseTo(log, 9);
    const found = intervalOf((m) => meanAgainst(observed, m), meanOf(observed), { low: -1, high: 1 }, ERROR_RATE);
    for (const [i, end] of ends(found).entries()) expect(end).toBeCloseTo(interval[i]!, 5);
  });

  it.each(shares)('of a share has the exact interval: $yes of $all', ({ yes, all, interval }) => {
    const against = (share: number): number => shareAgainst({ yes, all }, share);
    const found = intervalOf(against, yes / all, { low: 0, high: 1 }, ERROR_RATE);
    for (const [i, end] of ends(found).entries()) expect(end).toBeCloseTo(interval[i]!, 5);
  });

  it('falls up to the mean and rises from there, so that what it has not refuted is an interval', () => {
    const random = randomStream(1, 'counts');
    for (let i = 0; i < 40; i++) {
      const counts = [30, 30, 200].map((most) => Math.floor(uniform(random) ** 2 * most));
      const observed = [...signs(counts[0]! + 1, counts[1]!, counts[2]!), { value: 1 / 3, count: counts[1]! }];
      const grid = Array.from({ length: 81 }, (_, j) => -0.9999 + (j / 80) * 1.9998);
      const logs = grid.map((mean) => meanAgainst(observed, mean));
      const least = logs.indexOf(Math.min(...logs));
      const falling = logs.slice(0, least + 1);
      expect(falling).toEqual(falling.toSorted((a, b) => b - a));
      const rising = logs.slice(least);
      expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    }
  });

  it('is finite for a million photos', () => {
    const observed = signs(60_000, 40_000, 900_000);
    const { low, high } = intervalOf((m) => meanAgainst(observed, m), 0.02, { low: -1, high: 1 }, ERROR_RATE);
    expect(low).toBeGreaterThan(0.018);
    expect(high).toBeLessThan(0.022);
  });
});

describe('the verdict of a rollout', () => {
  it('is wrong for equal versions at most as often as accepted, at whichever photo one stops', () => {
    const repeats = drawsOf('equal');
    const wrong = repeats.filter((draw) => firstVerdict(draw, 0.1, 0.5, refutesEqual)).length / REPEATS;
    expect(wrong).toBeLessThanOrEqual(ERROR_RATE);
    const looksOften = (a: number, b: number): boolean => a + b >= 10 && Math.abs(a - b) / Math.sqrt(a + b) > 1.96;
    const often = drawsOf('equal').filter((draw) => firstVerdict(draw, 0.1, 0.5, looksOften)).length / REPEATS;
    expect(often, 'a test for one look alone').toBeGreaterThan(3 * ERROR_RATE);
  });

  it('comes for a better version, and after about as many photos as were foretold', () => {
    const [rate, wins] = [0.1, 0.75];
    const verdicts = drawsOf('better').map((draw) => firstVerdict(draw, rate, wins, refutesEqual));
    const right = verdicts.filter((verdict) => verdict?.isBetter);
    expect(right.length / REPEATS).toBeGreaterThan(0.99);
    const photos = right.map((verdict) => verdict!.photo).toSorted((a, b) => a - b);
    const median = photos[Math.floor(photos.length / 2)]!;
    const early = judged({
      bothRight: 84,
      candidateRight: 8 * wins * 1.25,
      presentRight: 8 * (1 - wins) * 1.25,
      bothWrong: 6,
    });
    const foretold = 100 + early.needed!;
    expect(foretold / median).toBeGreaterThan(0.7);
    expect(foretold / median).toBeLessThan(1.4);
  });

  it.each([0.05, 0.5])('is wrong at most as often as accepted where a canary of %d compares nothing', (share) => {
    const size = blockSize(share);
    const wrong = drawsOf(`canary ${share}`).filter((draw) => {
      const answers: [candidate: boolean[], present: boolean[]] = [[], []];
      for (let photo = 1; photo <= PHOTOS; photo++) {
        answers[draw() < share ? 0 : 1].push(draw() < 0.8);
        if (photo % 80 > 0) continue;
        const log = meanAgainst(differencesOf(blocksOf(...answers, size)), 0);
        if (log >= Math.log(1 / ERROR_RATE)) return true;
      }
      return false;
    });
    expect(wrong.length / REPEATS).toBeLessThanOrEqual(ERROR_RATE);
  });

  it.each([0.05, 0.5])('comes in a canary of %d whose photos nothing compares', (share) => {
    const [draw] = drawsOf('better canary') as [Draw];
    const answers: [candidate: boolean[], present: boolean[]] = [[], []];
    for (let photo = 0; photo < PHOTOS; photo++) {
      const arm = draw() < share ? 0 : 1;
      answers[arm].push(draw() < [0.95, 0.7][arm]!);
    }
    const evidence = judged(ofOne(...answers, blockSize(share)), canary);
    expect(evidence).toMatchObject({ verdict: 'BETTER', needed: 0, both: { judged: 0 } });
    expect(evidence.low).toBeLessThan(0.25);
    expect(evidence.high).toBeGreaterThan(0.25);
    const [right, all] = [evidence.candidateOnly.right, evidence.candidateOnly.judged];
    expect(evidence.text).toContain(
      `it is right on ${right} of ${all.toLocaleString('en')} and the present version on`,
    );
  });

  it('is in words, with the photos that tell', () => {
    const better = { bothRight: 300, candidateRight: 41, presentRight: 12, bothWrong: 47 };
    expect(judged(better)).toMatchObject({
      verdict: 'BETTER',
      text: 'The candidate is better: of 400 judged photos that both answered, it alone is right on 41 and the present version alone on 12. Error rate 5%.',
      ...{ difference: 29 / 400, needed: 0 },
    });
    expect(judged({ ...better, candidateRight: 12, presentRight: 41 })).toMatchObject({
      verdict: 'WORSE',
      difference: -29 / 400,
    });
    const undecided = judged({ ...better, candidateRight: 22, presentRight: 12 });
    expect(undecided).toMatchObject({ verdict: 'UNDECIDED', needed: expect.any(Number) });
    expect(undecided.text).toMatch(
      /^Undecided whether .+ alone on 12\. About [\d,]+ more judged photos are needed at this difference\.$/,
    );
    const { needed } = undecided;
    const times = (381 + needed!) / 381;
    const later = judged({
      bothRight: 300 * times,
      candidateRight: 22 * times,
      presentRight: 12 * times,
      bothWrong: 47 * times,
    });
    expect(later.verdict).toBe('BETTER');
  });

  it('is not foretold where there is nothing to go by', () => {
    expect(judged({})).toMatchObject({
      ...{
        verdict: 'UNDECIDED',
        text: 'No photo that both versions answered has been judged yet.',
        eValue: 1,
        pValue: 1,
      },
      ...{ difference: null, low: null, high: null, needed: null, agreement: null },
    });
    const few = judged({ bothRight: 20, candidateRight: 2 });
    expect(few.needed).toBeNull();
    expect(few.text).toContain('Too few are judged to say how many more are needed.');
    const same = judged({ bothRight: 300, candidateRight: 20, presentRight: 20 });
    expect(same.needed).toBeNull();
    expect(same.text).toContain('At this difference, which is about zero, 100,000 more would not tell.');
  });

  it('is in agreement with its interval and its e-value', () => {
    for (let candidateRight = 0; candidateRight < 60; candidateRight += 3) {
      const { verdict, low, high, eValue, pValue } = judged({ bothRight: 100, candidateRight, presentRight: 20 });
      expect(verdict !== 'UNDECIDED').toBe(eValue >= 1 / ERROR_RATE);
      expect(pValue <= ERROR_RATE).toBe(eValue >= 1 / ERROR_RATE);
      expect(low! > 0 || high! < 0).toBe(eValue >= 1 / ERROR_RATE);
    }
  });

  it('is none where photos of both and photos of one contradict each other', () => {
    const answers = [Array.from({ length: 200 }, () => false), Array.from({ length: 200 }, () => true)] as const;
    const evidence = judged({ bothRight: 100, candidateRight: 80, ...ofOne(...answers, 1) }, canary);
    expect(evidence).toMatchObject({ verdict: 'UNDECIDED', low: null, high: null, needed: null });
    expect(evidence.text).toContain('The two contradict each other.');
  });

  it('has the agreement of all compared photos, judged or not', () => {
    const { agreement } = judged({}, { ...shadow, compared: 100, agreed: 97 });
    expect(agreement).toMatchObject({ compared: 100, agreed: 97, share: 0.97 });
    expect(agreement!.low).toBeCloseTo(0.877, 3);
    expect(agreement!.high).toBeCloseTo(0.998, 3);
  });
});

describe('photos that one version answered', () => {
  it('are compared in the order in which they were judged, several of the present version with one of the candidate', () => {
    const [yes, no] = [true, false];
    expect([0.5, 0.25, 0.1, 0.001].map(blockSize)).toEqual([1, 3, 9, 20]);
    // blocks: right with [1, 0] right, wrong with [1, 1]; the rest waits
    expect(blocksOf([yes, no, yes], [yes, no, yes, yes, yes], 2)).toEqual([0, 0, 1, 0, 1, 0]);
    expect(blocksOf([], [], 2)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('are added up, also where one sum has no blocks', () => {
    const some = { ...NONE, bothRight: 2, blocks: [1, 0, 2, 0] };
    expect(sumOfCounts(some, NONE)).toEqual(some);
    expect(sumOfCounts(NONE, some)).toEqual(some);
    expect(sumOfCounts(some, some)).toEqual({ ...NONE, bothRight: 4, blocks: [2, 0, 4, 0] });
  });
});

/** Counts of photos that one version answered. */
function ofOne(candidate: readonly boolean[], present: readonly boolean[], size: number): Partial<JudgedCounts> {
  const right = (answers: readonly boolean[]): number => answers.filter(Boolean).length;
  return {
    ...{ candidateOnly: candidate.length, candidateOnlyRight: right(candidate) },
    ...{ presentOnly: present.length, presentOnlyRight: right(present) },
    blocks: blocksOf(candidate, present, size),
  };
}
