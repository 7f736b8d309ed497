import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src/datasets/manifest.js';
import { testImagesIn } from '../../../src/domain/run/evaluation-slices.js';
import { completed, type GivenCondition } from '../../../src/domain/slice/slice.js';
import { figureOf, membersOf, outcomesOf, type SliceData } from '../../../src/domain/slice/slice-accuracies.js';

/** The data of a version with four test images, two of each class, and the camera of each. */
function data(name: string, cameras: readonly (string | null)[] | null, classes = ['cat', 'dog']): SliceData {
  const [cat, dog] = [classes.indexOf('cat'), classes.indexOf('dog')];
  const test = { split: 'test', shard: 0, offset: 0, bytes: 1, name: '', width: 32, height: 32, facts: null } as const;
  const images = [cat, cat, dog, dog]
    .map((label, i) => ({ ...test, sha256: `image ${i}`, label, ...(cameras && { values: [cameras[i] ?? null] }) }))
    .toSorted((a, b) => a.label - b.label);
  const columns = cameras ? { columns: ['camera'] } : {};
  const manifest: Manifest = { format: 1, contentHash: '', classes, shards: [''], images, ...columns };
  return { name, manifest, images: testImagesIn(manifest, []) };
}
const north: GivenCondition = { kind: 'COLUMN', column: 'camera', values: ['north'] };
const members = (given: readonly GivenCondition[], ...of: SliceData[]) => membersOf(given.map(completed), of);

/** The figure of a run that answers "cat" for every test image, on the images of the slice. */
function alwaysCat({ manifest }: SliceData, found: ReturnType<typeof membersOf>) {
  if (typeof found === 'string') return found;
  const cat = manifest.classes.indexOf('cat');
  const answers = manifest.images.map(({ label }, image) => ({ image, truth: label, predicted: cat, confidence: 1 }));
  return figureOf(outcomesOf(answers, manifest), found);
}

describe('a slice of a gate', () => {
  const present = data('pets version 1', ['north', null, 'north', null]);
  const before = data('pets version 1', null);
  const candidate = data('pets version 2', ['north', 'north', null, null]);

  it('has the images that the data of the present version says, in the classes of the candidate', () => {
    const decided = { images: 2, correct: 1, decidedBy: 'pets version 1' };
    expect(alwaysCat(candidate, members([north], present, candidate))).toEqual(decided);
    const reordered = data('pets version 2', ['north', 'north', null, null], ['dog', 'cat']);
    expect(alwaysCat(reordered, members([north], present, reordered))).toEqual(decided);
  });

  it('has those that the data of the candidate says where the present version lacks a column', () => {
    const found = members([north, { kind: 'SIZE', to: 32 }], before, candidate);
    for (const each of [before, candidate]) {
      expect(alwaysCat(each, found)).toEqual({ images: 2, correct: 2, decidedBy: 'pets version 2' });
    }
  });

  it.each<[GivenCondition, RegExp]>([
    [{ ...north, column: 'lens' }, /no column "lens": it has "camera"\.$/],
    [{ kind: 'SOURCE', values: ['street version 1'] }, /no image from "street version 1"\.$/],
    [{ kind: 'BRIGHTNESS', to: 60 }, /brightness of the test images is not recorded/],
  ])('is not known where neither has what it asks for: %o', (condition, why) => {
    expect(members([condition], present, candidate)).toMatch(why);
  });
});
