import { expect, it } from 'vitest';
import { type Examined, findingsOf } from '../../../web/src/lib/findings';

const NO_DUPLICATES = { exact: 0, near: 0, leaks: 0, labelConflicts: 0 };

/** A version whose classes have these numbers of images to train and to test. */
function examined(
  classes: Readonly<Record<string, readonly [train: number, test: number]>>,
  duplicates: Partial<typeof NO_DUPLICATES> = {},
  rejectedCount = 0,
  flat = 0,
): Examined {
  const split = (at: 0 | 1) => Object.entries(classes).map(([label, counts]) => ({ label, images: counts[at] }));
  const sum = (list: readonly { readonly images: number }[]) => list.reduce((all, { images }) => all + images, 0);
  return {
    rejectedCount,
    splits: [
      { split: 'TRAIN', images: sum(split(0)), classes: split(0) },
      { split: 'TEST', images: sum(split(1)), classes: split(1) },
    ],
    statistics: { flat, duplicates: { ...NO_DUPLICATES, ...duplicates } },
  };
}

it('finds no problems in a sound version', () => {
  expect(findingsOf(examined({ cat: [50, 10], dog: [50, 10] }))).toEqual([]);
});

it('lists the worst first, each with its consequence', () => {
  const found = findingsOf(
    examined({ cat: [50, 0], dog: [0, 9], hen: [5, 5] }, { exact: 3, leaks: 2, near: 1, labelConflicts: 4 }, 7),
  );
  expect(found.map(({ title, count }) => [title, count])).toEqual([
    ['Same images in train and test', 2],
    ['Same images in different classes', 4],
    ['Classes without test images', 1],
    ['Classes without training images', 1],
    ['Classes with fewer than 20 training images', 1],
    ['Files left out', 7],
    ['Groups of identical files', 3],
    ['Groups of near-duplicate images', 1],
  ]);
  expect(found[2]?.consequence).toContain('cat');
  expect(found[3]?.consequence).toContain('dog');
  expect(found[4]?.show).toEqual({ label: 'hen', split: 'TRAIN' });
});

it.each([
  [1, 'note'],
  [6, 'bad'],
])('warns of %i images of one color among 120', (flat, severity) => {
  const found = findingsOf(examined({ cat: [50, 10], dog: [50, 10] }, {}, 0, flat));
  expect(found).toMatchObject([{ severity, title: 'Images of one color', count: flat }]);
});

it('names some classes and counts the rest', () => {
  const many = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`c${i}`, [30, 0] as const]));
  expect(findingsOf(examined(many))[0]?.consequence).toContain('c0, c1, c2, c3, c4 and 3 more');
});

it('reports no duplicates for a version from before they were searched', () => {
  expect(findingsOf({ ...examined({ cat: [50, 10] }), statistics: null })).toEqual([]);
});
