import { type Manifest, Split } from './manifest.js';
import { byCodeUnit } from './names.js';

/**
 * Whether two dataset versions have the same test images with the same labels, so that figures measured on them can be
 * compared. Versions derived by adding training images do; the order of the classes may differ.
 */
export function haveSameTestImages(a: Manifest, b: Manifest): boolean {
  const [ofA, ofB] = [testImages(a), testImages(b)];
  return ofA.length === ofB.length && ofA.every((image, i) => image === ofB[i]);
}

/** Hash and class name of each test image, sorted. */
function testImages({ classes, images }: Manifest): string[] {
  const tests = images.filter(({ split }) => split === Split.TEST);
  return tests.map(({ sha256, label }) => `${sha256} ${classes[label]}`).sort(byCodeUnit);
}
