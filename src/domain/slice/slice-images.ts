import type { Manifest } from '../../datasets/manifest.js';
import { quoted } from '../../datasets/names.js';
import { type Answer, brightness, shorterSide } from '../run/evaluation-slices.js';
import type { SliceCondition } from './slice.js';

/**
 * The answers whose test images meet all conditions.
 * @returns why they are not known, as a sentence, where a condition asks for what the dataset version does not have.
 */
export function answersIn(
  conditions: readonly SliceCondition[],
  answers: readonly Answer[],
  manifest: Manifest,
): readonly Answer[] | string {
  for (const { kind, column } of conditions) {
    if (kind === 'COLUMN' && !manifest.columns?.includes(column as string)) {
      const known = manifest.columns?.map(quoted).join(', ');
      const has = known ? `it has ${known}` : 'register its source again to have those of its table of labels';
      return `The dataset version has no column ${quoted(column as string)}: ${has}.`;
    }
    if (kind === 'BRIGHTNESS' && answers.some(({ record }) => record.facts === null)) {
      return 'The brightness of the test images is not recorded: register the source of the dataset version again.';
    }
  }
  return answers.filter((answer) => conditions.every((condition) => meets(answer, condition, manifest)));
}

function meets(answer: Answer, { kind, column, values, from, to }: SliceCondition, { classes }: Manifest): boolean {
  const inRange = (value: number | null): boolean =>
    value !== null && !Number.isNaN(value) && (from === null || value >= from) && (to === null || value <= to);
  const isNamed = (value: string | null | undefined): boolean => value != null && values?.includes(value) === true;
  switch (kind) {
    case 'CLASS':
      return isNamed(classes[answer.truth]);
    case 'SIZE':
      return inRange(shorterSide(answer));
    case 'BRIGHTNESS':
      return inRange(brightness(answer));
    case 'DUPLICATE':
      return answer.isLeaked;
    case 'COLUMN': {
      const value = answer.description.values.get(column as string);
      return values ? isNamed(value) : inRange(value === undefined ? null : Number(value));
    }
    case 'SOURCE':
      return isNamed(answer.description.source);
  }
}
