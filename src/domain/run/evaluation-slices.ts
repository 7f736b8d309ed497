import { setImmediate as otherWork } from 'node:timers/promises';
import { confidenceBins, errorOfBins } from '../../calibration/calibration-error.js';
import { shareInterval } from '../../calibration/share-interval.js';
import { type DuplicateGroup, leaks } from '../../datasets/inspect.js';
import type { ImageRecord, Manifest } from '../../datasets/manifest.js';
import { groupBy } from '../../group-by.js';
import type { Prediction } from '../../training/predictions.js';

/** Parts that test images are divided into by a number. */
const PARTS = 4;
/** Values of a column, and sources, with a slice of their own: those of the most images. */
const MOST_VALUES = 20;

/** What the images of a slice have in common. */
export const SliceKind = {
  CLASS: 'CLASS',
  SIZE: 'SIZE',
  BRIGHTNESS: 'BRIGHTNESS',
  DUPLICATE: 'DUPLICATE',
  COLUMN: 'COLUMN',
  SOURCE: 'SOURCE',
  SAVED: 'SAVED',
} as const;
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
  /** Expected calibration error, 0 to 1; null where confidences are not known at the temperature. */
  readonly calibrationError: number | null;
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

/** A test image. */
export interface TestImage {
  readonly record: ImageRecord;
  /** Whether it looks like a training image. */
  readonly isLeaked: boolean;
}

/** An answer with its test image. */
export interface Answer extends Prediction, TestImage {
  /** At the temperature; null if unknown. */
  readonly sure: number | null;
}

export interface AnswerGroup {
  readonly kind: SliceKind;
  readonly name: string;
  readonly answers: readonly Answer[];
}

/**
 * Slices of the test images by what is stored of them: class, shorter side, brightness, whether they look like a training
 * image or another test image, the columns of the table of labels, and their source. Those that deviate most from the rest
 * come first. A slice of all images is none. Between columns, other requests are answered.
 * @param confidences at the temperature, one for each prediction; null if unknown.
 */
export async function slicesOf(
  predictions: readonly Prediction[],
  confidences: readonly number[] | null,
  manifest: Manifest,
  duplicates: readonly DuplicateGroup[],
): Promise<EvaluationSlice[]> {
  const answers = answersOf(predictions, confidences, manifest, duplicates);
  const repeated = new Set(duplicates.flatMap(({ images }) => testImagesOf(images, manifest)));
  const correct = countRight(answers);
  const measured = (groups: readonly AnswerGroup[]): EvaluationSlice[] =>
    groups
      .filter((group) => group.answers.length > 0 && group.answers.length < answers.length)
      .map((group) => sliceOf(group, { all: answers.length, correct }, manifest.classes));
  const slices = measured([
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
      answers: answers.filter(({ isLeaked }) => isLeaked),
    },
    {
      ...{ kind: SliceKind.DUPLICATE, name: 'look like another test image' },
      answers: answers.filter(({ image }) => repeated.has(image)),
    },
  ]);
  for (const column of manifest.columns ?? []) {
    await otherWork();
    slices.push(...measured(slicesByColumn(answers, column, valueIn(manifest, column))));
  }
  const sources = byValue(answers, SliceKind.SOURCE, sourceIn(manifest));
  slices.push(...measured(sources.map((part) => ({ ...part, name: `from ${part.name}` }))));
  return slices.sort((a, b) => Math.abs(b.deviation) - Math.abs(a.deviation));
}

/** The test images of predictions with what is known of them. @param confidences as in `slicesOf`. */
export function answersOf(
  predictions: readonly Prediction[],
  confidences: readonly number[] | null,
  manifest: Manifest,
  duplicates: readonly DuplicateGroup[],
): Answer[] {
  const leaked = leakedIn(manifest, duplicates);
  return predictions.map((prediction, i) => ({
    ...prediction,
    record: manifest.images[prediction.image]!,
    sure: confidences?.[i] ?? null,
    isLeaked: leaked.has(prediction.image),
  }));
}

/** The test images of a dataset version. */
export function testImagesIn(manifest: Manifest, duplicates: readonly DuplicateGroup[]): TestImage[] {
  const leaked = leakedIn(manifest, duplicates);
  return manifest.images.flatMap((record, i) => (record.split === 'test' ? [{ record, isLeaked: leaked.has(i) }] : []));
}

/** Positions of images that look like an image of another split. */
const leakedIn = (manifest: Manifest, duplicates: readonly DuplicateGroup[]): ReadonlySet<number> =>
  new Set(duplicates.filter((group) => leaks(group, manifest)).flatMap(({ images }) => images));

/** Reads the value of an image in a column; null for none. */
export function valueIn({ columns = [] }: Manifest, column: string): (image: TestImage) => string | null {
  const at = columns.indexOf(column);
  return ({ record }) => record.values?.[at] ?? null;
}

/** Reads where an image comes from; null if it came with the version's own source. */
export const sourceIn =
  ({ sources = [] }: Manifest) =>
  ({ record: { source } }: TestImage): string | null =>
    source === undefined ? null : (sources[source] ?? null);

/** The test images of a group of images that look alike, if they are several. */
function testImagesOf(images: readonly number[], manifest: Manifest): readonly number[] {
  const tests = images.filter((image) => manifest.images[image]!.split === 'test');
  return tests.length > 1 ? tests : [];
}

/** Slices by the values of a column: by ranges where it has many values and all of them are numbers. */
function slicesByColumn(
  answers: readonly Answer[],
  column: string,
  inColumn: (image: TestImage) => string | null,
): AnswerGroup[] {
  const values = new Set(answers.map(inColumn));
  const missing = answers.filter((answer) => inColumn(answer) === null);
  values.delete(null);
  const isNumber = values.size > MOST_VALUES && [...values].every((value) => Number.isFinite(Number(value)));
  const parts = isNumber
    ? partsBy(answers, SliceKind.COLUMN, (answer) => numberOf(inColumn(answer))).map((part) => ({
        ...{ ...part, name: `${column} ${part.name}` },
      }))
    : byValue(answers, SliceKind.COLUMN, inColumn).map((part) => ({ ...part, name: `${column} = ${part.name}` }));
  return [...parts, { kind: SliceKind.COLUMN, name: `${column} has no value`, answers: missing }];
}

const numberOf = (value: string | null): number | null => (value === null ? null : Number(value));

/** Answers by a value, the most frequent values first. Values of one image each make no slices. */
function byValue(answers: readonly Answer[], kind: SliceKind, of: (image: TestImage) => string | null): AnswerGroup[] {
  const groups = groupBy(answers, of);
  return [...groups]
    .flatMap(([name, found]) => (name === null ? [] : [{ kind, name, answers: found }]))
    .toSorted((a, b) => b.answers.length - a.answers.length)
    .filter((_group, _i, [most]) => most!.answers.length > 1)
    .slice(0, MOST_VALUES);
}

export const shorterSide = ({ record: { width, height } }: TestImage): number => Math.min(width, height);

/** Luma of the mean color (ITU-R BT.601), 0 to 255; null where facts were not stored. */
export function brightness({ record: { facts } }: TestImage): number | null {
  if (!facts) return null;
  const [red, green, blue] = facts.mean;
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}

/** Divides answers into parts of about equal size by a number; equal numbers stay together. */
function partsBy(answers: readonly Answer[], kind: SliceKind, of: (answer: Answer) => number | null): AnswerGroup[] {
  const known = answers.flatMap((answer) => {
    const value = of(answer);
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

/** The figures of a slice. The difference and the deviation of one of all images are 0. */
export function sliceOf(
  { kind, name, answers }: AnswerGroup,
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
    calibrationError: errorOf(answers),
    difference: others === 0 ? 0 : correct / images - othersRight / others,
    deviation: others === 0 ? 0 : deviationOf(correct, images, othersRight, others),
    mistake: mistakeOf(answers, classes),
  };
}

function errorOf(answers: readonly Answer[]): number | null {
  const tops = answers.flatMap(({ sure, truth, predicted }) =>
    sure === null ? [] : [{ confidence: sure, correct: truth === predicted }],
  );
  return tops.length < answers.length ? null : errorOfBins(confidenceBins(tops));
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

export const countRight = (answers: readonly Answer[]): number =>
  answers.filter(({ truth, predicted }) => truth === predicted).length;
