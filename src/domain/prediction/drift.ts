import type { Spread } from '../../calibration/spread.js';

/** Answers of which fewer say nothing. */
const ENOUGH = 100;
/** What is usually taken for a small shift, and for a large one (Siddiqi, Credit Risk Scorecards, 2006). */
const [SMALL, LARGE] = [0.1, 0.25];
/** Where the standard normal distribution has 95 % below it. */
const Z_95 = 1.6449;

export type DriftVerdict = 'NO_REFERENCE' | 'TOO_FEW' | 'STABLE' | 'SHIFTED' | 'DIFFERENT';

/** One distribution beside another. */
export interface Shift {
  /** Population stability index. */
  readonly index: number;
  /** What chance alone exceeds once in twenty times, at these numbers of answers. */
  readonly chance: number;
}

export interface Drift {
  readonly verdict: DriftVerdict;
  readonly text: string;
  readonly classes: Shift | null;
  readonly confidence: Shift | null;
}

/** Compares what a version answers with what it answered on its test split. @param labels of the classes. */
export function driftOf(labels: readonly string[], now: Spread, reference: Spread | null): Drift {
  const unknown = { classes: null, confidence: null };
  if (!reference) {
    const text = 'There is nothing to compare with: the version is not calibrated.';
    return { verdict: 'NO_REFERENCE', text, ...unknown };
  }
  const count = sumOf(now.classes);
  if (count < ENOUGH) {
    return { verdict: 'TOO_FEW', text: `${count} answers are too few to tell; ${ENOUGH} are needed.`, ...unknown };
  }
  const classes = shiftBetween(reference.classes, now.classes);
  const confidence = shiftBetween(reference.confidences, now.confidences);
  const [ofClasses, ofConfidence] = [verdictOf(classes), verdictOf(confidence)];
  const verdict = [ofClasses, ofConfidence].toSorted((a, b) => GRAVE.indexOf(b) - GRAVE.indexOf(a))[0] as DriftVerdict;
  const text = [
    ofClasses === 'STABLE' ? 'The classes come as often as on the test images.' : classText(labels, now, reference),
    ofConfidence === 'STABLE' ? 'It is as sure of its answers as there.' : confidenceText(now, reference),
  ].join(' ');
  return { verdict, text, classes, confidence };
}

const GRAVE: readonly DriftVerdict[] = ['STABLE', 'SHIFTED', 'DIFFERENT'];

function verdictOf({ index, chance }: Shift): DriftVerdict {
  if (index <= Math.max(SMALL, chance)) return 'STABLE';
  return index <= LARGE ? 'SHIFTED' : 'DIFFERENT';
}

/**
 * Population stability index, the sum of (a - e) ln(a / e) over shares, with half an answer added to each place so that none is
 * empty. Between samples of one distribution it is spread as (1/n + 1/m) times chi-square with places - 1 degrees of freedom
 * (Yurdakul and Naranjo, Statistical properties of the population stability index, 2020).
 */
function shiftBetween(expected: readonly number[], actual: readonly number[]): Shift {
  const [n, m] = [sumOf(expected), sumOf(actual)];
  const shareOf = (count: number, all: number): number => (count + 0.5) / (all + expected.length / 2);
  const index = expected.reduce((sum, count, i) => {
    const [e, a] = [shareOf(count, n), shareOf(actual[i] as number, m)];
    return sum + (a - e) * Math.log(a / e);
  }, 0);
  return { index, chance: (1 / n + 1 / m) * chiSquare95(expected.length - 1) };
}

/** What chi-square exceeds once in twenty times (Wilson and Hilferty, The distribution of chi-square, 1931). */
function chiSquare95(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + Z_95 * Math.sqrt(spread)) ** 3;
}

/** Names the class whose share has changed most. */
function classText(labels: readonly string[], { classes }: Spread, reference: Spread): string {
  const shares = (counts: readonly number[]): number[] => counts.map((count) => count / sumOf(counts));
  const [now, before] = [shares(classes), shares(reference.classes)];
  const changes = labels.map((label, i) => ({ label, now: now[i] as number, before: before[i] as number }));
  const [most] = changes.toSorted((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
  if (!most) return '';
  const how = most.now > most.before ? 'more' : 'less';
  return `It answers ${most.label} ${how} often than on the test images: ${percent(most.now)} against ${percent(most.before)}.`;
}

function confidenceText({ confidences }: Spread, reference: Spread): string {
  const [now, before] = [meanOf(confidences), meanOf(reference.confidences)];
  return `It is ${now > before ? 'surer' : 'less sure'} than there: ${percent(now)} against ${percent(before)} on average.`;
}

/** Of counts by tenths, each taken for its middle. */
function meanOf(tenths: readonly number[]): number {
  return tenths.reduce((sum, count, i) => sum + (count * (i + 0.5)) / tenths.length, 0) / sumOf(tenths);
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
const percent = (share: number): string => `${Math.round(share * 100)} %`;
