import type { Spread } from '../../calibration/spread.js';

/** Answers below which there is no verdict. */
const ENOUGH = 100;
/** The usual bounds of a small and of a large shift (Siddiqi, Credit Risk Scorecards, 2006). */
const [SMALL, LARGE] = [0.1, 0.25];
/** Probability of a growth by chance above which it is none, for all places of a distribution together. */
const CHANCE = 0.05;
/** The 95% quantile of the standard normal distribution. */
const Z_95 = 1.6449;

/** How the answers of a version differ from those on its test split. */
export const DriftVerdict = {
  NO_REFERENCE: 'NO_REFERENCE',
  TOO_FEW: 'TOO_FEW',
  STABLE: 'STABLE',
  SHIFTED: 'SHIFTED',
  DIFFERENT: 'DIFFERENT',
} as const;
export type DriftVerdict = (typeof DriftVerdict)[keyof typeof DriftVerdict];

/** Difference of two distributions. */
export interface Shift {
  /** Population stability index. */
  readonly index: number;
  /** The index that chance alone exceeds once in twenty times, at these numbers of answers. */
  readonly chance: number;
}

/** Drift of a version's answers. */
export interface Drift {
  readonly verdict: DriftVerdict;
  readonly text: string;
  readonly classes: Shift | null;
  readonly confidence: Shift | null;
}

/** Answers of a version that are more frequent than on its test split: those of a class, or of a tenth of confidence. */
export interface DriftedPart {
  readonly versionId: string;
  /** Null: of every class. */
  readonly label: string | null;
  /** 0 to 9, the tenth of confidence; null: of every one. */
  readonly tenth: number | null;
  /** Share of these answers that would not be there if they were as frequent as on the test split, 0 to 1. */
  readonly excess: number;
  /** Its share of the version's answers less that on the test split, 0 to 1. */
  readonly growth: number;
  /** Why, in a sentence. */
  readonly text: string;
}

/** The parts of a version's answers that drifted, those first that grew most: none where neither its classes nor its confidence did. */
export function driftedParts(
  versionId: string,
  labels: readonly string[],
  now: Spread,
  reference: Spread | null,
): DriftedPart[] {
  const { classes, confidence } = driftOf(labels, now, reference);
  if (!reference || !classes || !confidence) return [];
  const ofClasses =
    verdictOf(classes) === 'STABLE'
      ? []
      : moreFrequent(reference.classes, now.classes).map(({ place, ...shares }) => {
          const label = labels[place] as string;
          return { ...partOf(`It answers ${label}`, shares), versionId, label, tenth: null };
        });
  const ofConfidence =
    verdictOf(confidence) === 'STABLE'
      ? []
      : moreFrequent(reference.confidences, now.confidences).map(({ place: tenth, ...shares }) => {
          const about = `It is ${tenth * 10}% to ${tenth * 10 + 10}% confident`;
          return { ...partOf(about, shares), versionId, label: null, tenth };
        });
  return [...ofClasses, ...ofConfidence].toSorted((a, b) => b.growth - a.growth);
}

/** Compares the answers of a version with those on its test split. @param labels class names by index. */
export function driftOf(labels: readonly string[], now: Spread, reference: Spread | null): Drift {
  const unknown = { classes: null, confidence: null };
  if (!reference) {
    const text = 'The version is not calibrated, so there is nothing to compare with.';
    return { verdict: 'NO_REFERENCE', text, ...unknown };
  }
  const count = sumOf(now.classes);
  if (count < ENOUGH) {
    return {
      verdict: 'TOO_FEW',
      text: `${count} answers are too few for a verdict; ${ENOUGH} are needed.`,
      ...unknown,
    };
  }
  const classes = shiftBetween(reference.classes, now.classes);
  const confidence = shiftBetween(reference.confidences, now.confidences);
  const [ofClasses, ofConfidence] = [verdictOf(classes), verdictOf(confidence)];
  const verdict = [ofClasses, ofConfidence].toSorted((a, b) => GRAVE.indexOf(b) - GRAVE.indexOf(a))[0] as DriftVerdict;
  const text = [
    ofClasses === 'STABLE' ? 'The classes are as frequent as on the test images.' : classText(labels, now, reference),
    ofConfidence === 'STABLE' ? 'Its confidence is the same.' : confidenceText(now, reference),
  ].join(' ');
  return { verdict, text, classes, confidence };
}

const GRAVE: readonly DriftVerdict[] = ['STABLE', 'SHIFTED', 'DIFFERENT'];

function verdictOf({ index, chance }: Shift): DriftVerdict {
  if (index <= Math.max(SMALL, chance)) return 'STABLE';
  return index <= LARGE ? 'SHIFTED' : 'DIFFERENT';
}

/**
 * Population stability index, the sum of (a - e) ln(a / e) over shares, with half an answer added to each bin so that none is
 * empty. Between samples of one distribution it is distributed as (1/n + 1/m) times chi-square with bins - 1 degrees of
 * freedom (Yurdakul and Naranjo, Statistical properties of the population stability index, 2020).
 */
function shiftBetween(expected: readonly number[], actual: readonly number[]): Shift {
  const [n, m] = [sumOf(expected), sumOf(actual)];
  const [before, now] = [sharesOf(expected), sharesOf(actual)];
  const index = before.reduce((sum, e, i) => sum + ((now[i] as number) - e) * Math.log((now[i] as number) / e), 0);
  return { index, chance: (1 / n + 1 / m) * chiSquare95(expected.length - 1) };
}

/** Shares of counts, with half an answer added to each. */
function sharesOf(counts: readonly number[]): number[] {
  const all = sumOf(counts) + counts.length / 2;
  return counts.map((count) => (count + 0.5) / all);
}

/** The 95% quantile of chi-square (Wilson and Hilferty, The distribution of chi-square, 1931). */
function chiSquare95(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + Z_95 * Math.sqrt(spread)) ** 3;
}

/** Shares of one place, smoothed as in `shiftBetween`, and as they are said. */
interface Shares {
  readonly now: number;
  readonly before: number;
  /** "40% instead of 1%". */
  readonly said: string;
}

/** Places of a distribution whose share has grown by more than chance. */
function moreFrequent(before: readonly number[], now: readonly number[]): (Shares & { readonly place: number })[] {
  const [n, m] = [sumOf(before), sumOf(now)];
  const [sharesBefore, sharesNow] = [sharesOf(before), sharesOf(now)];
  return now.flatMap((count, place) => {
    const old = before[place] as number;
    const shares = { place, now: sharesNow[place] as number, before: sharesBefore[place] as number };
    // Of all answers of the place, each is as likely one of now as any other answer, if nothing has grown.
    const isGrown = shares.now > shares.before && chanceOf(count, count + old, m / (n + m)) < CHANCE / now.length;
    return isGrown ? [{ ...shares, said: insteadOf(count / m, old / n) }] : [];
  });
}

/** The probability of at least `hits` of `all`, each of which has the probability `share`: the upper tail of the binomial. */
function chanceOf(hits: number, all: number, share: number): number {
  let log = hits * Math.log(share) + (all - hits) * Math.log1p(-share);
  for (let i = 1; i <= hits; i++) log += Math.log((all - hits + i) / i);
  let [term, sum] = [Math.exp(log), 0];
  for (let i = hits; i <= all && term > sum * 1e-12; i++) {
    sum += term;
    term *= (((all - i) / (i + 1)) * share) / (1 - share);
  }
  return sum;
}

function partOf(about: string, { now, before, said }: Shares): Pick<DriftedPart, 'excess' | 'growth' | 'text'> {
  const growth = now - before;
  return { excess: growth / now, growth, text: `${about} more often than on the test images: ${said}.` };
}

/** Both shares in percent, with as many digits as it takes to tell them apart. */
function insteadOf(now: number, before: number): string {
  const digits = [0, 1, 2].find((each) => (now * 100).toFixed(each) !== (before * 100).toFixed(each)) ?? 3;
  const said = (share: number): string => `${(share * 100).toFixed(digits)}%`;
  return `${said(now)} instead of ${said(before)}`;
}

/** Names the class whose share changed most. */
function classText(labels: readonly string[], { classes }: Spread, reference: Spread): string {
  const shares = (counts: readonly number[]): number[] => counts.map((count) => count / sumOf(counts));
  const [now, before] = [shares(classes), shares(reference.classes)];
  const changes = labels.map((label, i) => ({ label, now: now[i] as number, before: before[i] as number }));
  const [most] = changes.toSorted((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
  if (!most) return '';
  const how = most.now > most.before ? 'more' : 'less';
  return `It answers ${most.label} ${how} often than on the test images: ${percent(most.now)} instead of ${percent(most.before)}.`;
}

function confidenceText({ confidences }: Spread, reference: Spread): string {
  const [now, before] = [meanOf(confidences), meanOf(reference.confidences)];
  return `It is ${now > before ? 'more' : 'less'} confident: ${percent(now)} on average instead of ${percent(before)}.`;
}

/** Mean of counts by tenths, each tenth taken at its middle. */
function meanOf(tenths: readonly number[]): number {
  return tenths.reduce((sum, count, i) => sum + (count * (i + 0.5)) / tenths.length, 0) / sumOf(tenths);
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
const percent = (share: number): string => `${Math.round(share * 100)}%`;
