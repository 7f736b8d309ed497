import type { Manifest } from '../../datasets/manifest.js';
import { quoted } from '../../datasets/names.js';
import { brightness, shorterSide, sourceIn, type TestImage, valueIn } from '../run/evaluation-slices.js';
import type { SliceCondition } from './slice.js';

/**
 * The test images that meet all conditions.
 * @param images of the manifest.
 * @returns why they are not known, as a sentence, where a condition asks for what the dataset version does not have.
 */
export function imagesIn<T extends TestImage>(
  conditions: readonly SliceCondition[],
  images: readonly T[],
  manifest: Manifest,
): readonly T[] | string {
  for (const condition of conditions) {
    const fault = lackOf(condition, images, manifest);
    if (fault !== null) return fault;
  }
  const tests = conditions.map((condition) => testOf(condition, manifest));
  return images.filter((image) => tests.every((meets) => meets(image)));
}

/** What a dataset version lacks for a condition, as a sentence; null for nothing. */
function lackOf(
  { kind, column, values }: SliceCondition,
  images: readonly TestImage[],
  { columns, sources }: Manifest,
): string | null {
  if (kind === 'COLUMN' && !columns?.includes(column as string)) {
    const known = columns?.map(quoted).join(', ');
    const has = known ? `it has ${known}` : 'register its source again to have those of its table of labels';
    return `The dataset version has no column ${quoted(column as string)}: ${has}.`;
  }
  if (kind === 'SOURCE' && !values?.some((value) => sources?.includes(value))) {
    return `The dataset version has no image from ${values?.map(quoted).join(' or ')}.`;
  }
  if (kind === 'BRIGHTNESS' && images.some(({ record }) => record.facts === null)) {
    return 'The brightness of the test images is not recorded: register the source of the dataset version again.';
  }
  return null;
}

function testOf({ kind, column, values, from, to }: SliceCondition, manifest: Manifest): (image: TestImage) => boolean {
  const inRange = (value: number | null): boolean =>
    value !== null && !Number.isNaN(value) && (from === null || value >= from) && (to === null || value <= to);
  const isNamed = (value: string | null | undefined): boolean => value != null && values?.includes(value) === true;
  switch (kind) {
    case 'CLASS':
      return ({ record }) => isNamed(manifest.classes[record.label]);
    case 'SIZE':
      return (image) => inRange(shorterSide(image));
    case 'BRIGHTNESS':
      return (image) => inRange(brightness(image));
    case 'DUPLICATE':
      return ({ isLeaked }) => isLeaked;
    case 'COLUMN': {
      const inColumn = valueIn(manifest, column as string);
      if (values) return (image) => isNamed(inColumn(image));
      return (image) => {
        const value = inColumn(image);
        return inRange(value === null ? null : Number(value));
      };
    }
    case 'SOURCE': {
      const sourceOf = sourceIn(manifest);
      return (image) => isNamed(sourceOf(image));
    }
  }
}
