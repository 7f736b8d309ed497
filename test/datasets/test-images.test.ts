import { expect, it } from 'vitest';
import { type ImageRecord, manifestOf, Split } from '../../src/datasets/manifest.js';
import { haveSameTestImages } from '../../src/datasets/test-images.js';

type Image = readonly [content: string, label: number, split: Split];

function version(classes: readonly string[], images: readonly Image[]) {
  const place = { name: 'x.png', shard: 0, offset: 0, bytes: 1, width: 1, height: 1, facts: null };
  const records = images.map(([sha256, label, split]): ImageRecord => ({ ...place, sha256, label, split }));
  return manifestOf(classes, [], records);
}

const { TRAIN, TEST } = Split;
const FIRST = version(
  ['cat', 'dog'],
  [
    ['a', 0, TRAIN],
    ['b', 0, TEST],
    ['c', 1, TEST],
    ['c', 1, TEST],
  ],
);

it.each<[string, boolean, readonly string[], readonly Image[]]>([
  [
    'more training images',
    true,
    ['cat', 'dog'],
    [
      ['a', 0, TRAIN],
      ['d', 1, TRAIN],
      ['b', 0, TEST],
      ['c', 1, TEST],
      ['c', 1, TEST],
    ],
  ],
  [
    'a further class, which moves the others',
    true,
    ['bird', 'cat', 'dog'],
    [
      ['e', 0, TRAIN],
      ['b', 1, TEST],
      ['c', 2, TEST],
      ['c', 2, TEST],
    ],
  ],
  [
    'a test image less',
    false,
    ['cat', 'dog'],
    [
      ['a', 0, TRAIN],
      ['b', 0, TEST],
      ['c', 1, TEST],
    ],
  ],
  [
    'a test image more',
    false,
    ['cat', 'dog'],
    [
      ['b', 0, TEST],
      ['c', 1, TEST],
      ['c', 1, TEST],
      ['d', 1, TEST],
    ],
  ],
  [
    'another test image',
    false,
    ['cat', 'dog'],
    [
      ['b', 0, TEST],
      ['c', 1, TEST],
      ['d', 1, TEST],
    ],
  ],
  [
    'another label',
    false,
    ['cat', 'dog'],
    [
      ['b', 1, TEST],
      ['c', 1, TEST],
      ['c', 1, TEST],
    ],
  ],
  [
    'a class of another name',
    false,
    ['cat', 'wolf'],
    [
      ['b', 0, TEST],
      ['c', 1, TEST],
      ['c', 1, TEST],
    ],
  ],
  [
    'a test image in training',
    false,
    ['cat', 'dog'],
    [
      ['b', 0, TRAIN],
      ['c', 1, TEST],
      ['c', 1, TEST],
    ],
  ],
])('a version with %s: comparable %s', (_, same, classes, images) => {
  expect(haveSameTestImages(FIRST, version(classes, images))).toBe(same);
  expect(haveSameTestImages(version(classes, images), FIRST)).toBe(same);
});
