import { shareInterval } from '../../calibration/share-interval.js';
import { type DuplicateGroup, leaks } from '../../datasets/inspect.js';
import type { ImageRecord, Manifest } from '../../datasets/manifest.js';
import type { Prediction } from '../../training/predictions.js';

/** Parts that test images are divided into by a number. */
const PARTS = 4;

/** What the images of a slice have in common. */
export const SliceKind = { CLASS: 'CLASS', SIZE: 'SIZE', BRIGHTNESS: 'BRIGHTNESS', DUPLICATE: 'DUPLICATE' } as const;
export type SliceKind = (typeof SliceKind)[keyof typeof SliceKind];

/** Test images that have something in common, and how a run answers them. */
export interface EvaluationSlice {
  readonly kind: SliceKind;
  /** In words. */
  readonly name: string;
  readonly images: number;
  readonly correct: number;
  /** 0 to 1, with the 95% interval of Wilson. */
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  /** Mean probability of the predicted class; null where it is not known at the temperature. */
  readonly meanConfidence: number | null;
  /** Accuracy less that of all other test images, -1 to 1. */
  readonly difference: number;
  /** The difference in standard errors. */
  readonly deviation: number;
  /** The most frequent mistake; null without one. */
  readonly mistake: SliceMistake | null;
}

export interface SliceMistake {
  readonly trueClass: string;
  readonly predictedClass: string;
  readonly images: number;
}

/** An answer with its test image. */
interface Answer extends Prediction {
  readonly record: ImageRecord;
  /** At the temperature; null if unknown. */
  readonly sure: number | null;
}

interface Group {
  readonly kind: SliceKind;
  readonly name: string;
  readonly answers: readonly Answer[];
}

/**
 * Slices of the test images by what is stored of them: class, shorter side, brightness, and whether they look like a training
 * image. Those that deviate most from the rest come first. A slice of all images is none.
 * @param confidences at the temperature, one for each prediction; null if unknown.
 */
export function slicesOf(
  predictions: readonly Prediction[],
  confidences: readonly number[] | null,
  manifest: Manifest,
  duplicates: readonly DuplicateGroup[],
): EvaluationSlice[] {
  const answers = predictions.map((prediction, i) => ({
    ...prediction,
    record: manifest.images[prediction.image]!,
    sure: confidences?.[i] ?? null,
  }));
  const leaked = new Set(duplicates.filter((group) => leaks(group, manifest)).flatMap(({ images }) => images));
  const groups: Group[] = [
    ...manifest.classes.map((name, label) => ({
      ...{ kind: SliceKind.CLASS, name, answers: answers.filter(({ truth }) => truth === label) },
    })),
    ...partsBy(answers, SliceKind.SIZE, shorterSide).map((part) => ({
      ...part,
      name: `shorter side ${part.name} pixels`,
    })),
    ...partsBy(answers, SliceKind.BRIGHTNESS, brightness).map((part) => ({
      ...{ ...part, name: `brightness ${part.name} of 255` },
    })),
    {
      ...{ kind: SliceKind.DUPLICATE, name: 'look like a training image' },
      answers: answers.filter(({ image }) => leaked.has(image)),
    },
  ];
  const correct = countRight(answers);
  return groups
    .filter((group) => group.answers.length > 0 && group.answers.length < answers.length)
    .map((group) => sliceOf(group, { all: answers.length, correct }, manifest.classes))
    .toSorted((a, b) => Math.abs(b.deviation) - Math.abs(a.deviation));
}

const shorterSide = ({ width, height }: ImageRecord): number => Math.min(width, height);

/** Luma of the mean color (ITU-R BT.601), 0 to 255; null where facts were not stored. */
function brightness({ facts }: ImageRecord): number | null {
  if (!facts) return null;
  const [red, green, blue] = facts.mean;
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}

/** Divides answers into parts of about equal size by a number; equal numbers stay together. */
function partsBy(answers: readonly Answer[], kind: SliceKind, of: (image: ImageRecord) => number | null): Group[] {
  const known = answers.flatMap((answer) => {
    const value = of(answer.record);
    return value === null ? [] : [{ answer, value }];
  });
  const sorted = known.map(({ value }) => value).toSorted((a, b) => a - b);
  const tops = Array.from({ length: PARTS }, (_, i) => sorted[Math.ceil(((i + 1) * sorted.length) / PARTS) - 1]!);
  return [...new Set(tops)].map((top, i, all) => {
    const part = known.filter(({ value }) => value <= top && (i === 0 || value > all[i - 1]!));
    const least = part.reduce((min, { value }) => Math.min(min, value), top); // there may be too many for arguments
    return { kind, name: least === top ? `${top}` : `${least} to ${top}`, answers: part.map(({ answer }) => answer) };
  });
}

function sliceOf(
  { kind, name, answers }: Group,
  total: { readonly all: number; readonly correct: number },
  classes: readonly string[],
): EvaluationSlice {
  const [images, correct] = [answers.length, countRight(answers)];
  const [others, othersRight] = [total.all - images, total.correct - correct];
  const sure = answers.map((answer) => answer.sure);
  return {
    ...{ kind, name, images, correct, accuracy: correct / images, ...shareInterval(correct, images) },
    meanConfidence: sure.includes(null)
      ? null
      : sure.reduce((sum: number, value) => sum + (value as number), 0) / images,
    difference: correct / images - othersRight / others,
    deviation: deviationOf(correct, images, othersRight, others),
    mistake: mistakeOf(answers, classes),
  };
}

/**
 * The difference of two shares in standard errors, a hit and a miss added to both, so that it is moderate for few images
 * (Agresti and Caffo, Simple and effective confidence intervals for proportions and differences of proportions, 2000).
 */
function deviationOf(hits: number, all: number, otherHits: number, others: number): number {
  const [share, other] = [(hits + 1) / (all + 2), (otherHits + 1) / (others + 2)];
  return (share - other) / Math.sqrt((share * (1 - share)) / (all + 2) + (other * (1 - other)) / (others + 2));
}

function mistakeOf(answers: readonly Answer[], classes: readonly string[]): SliceMistake | null {
  const counts = new Map<string, SliceMistake>();
  for (const { truth, predicted } of answers) {
    if (truth === predicted) continue;
    const key = `${truth} ${predicted}`;
    const images = (counts.get(key)?.images ?? 0) + 1;
    counts.set(key, { trueClass: classes[truth]!, predictedClass: classes[predicted]!, images });
  }
  return [...counts.values()].toSorted((a, b) => b.images - a.images)[0] ?? null;
}

const countRight = (answers: readonly Answer[]): number =>
  answers.filter(({ truth, predicted }) => truth === predicted).length;
