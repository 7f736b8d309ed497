import { describe, expect, it } from 'vitest';
import type { ImageRecord, Manifest } from '../../src/datasets/manifest.js';
import { randomStream } from '../../src/random.js';
import { drawVariants, imageVariants, variantCount } from '../../src/training/image-variants.js';

const SPLITS = { train: 100, validation: 20, test: 30 } as const;
const IMAGES = { all: 150, train: SPLITS.train };

const manifest: Manifest = {
  format: 1,
  contentHash: '',
  classes: [],
  shards: [],
  images: Object.entries(SPLITS).flatMap(([split, count]) =>
    Array.from({ length: count }, (_, i) => ({ name: `${split} ${i}`, split }) as ImageRecord),
  ),
};

describe('the pictures that features are computed of', () => {
  it.each([
    [false, 0],
    [true, 0],
    [false, 3],
    [true, 8],
  ])('are every image, and variants of training images behind them (mirror %s, %i crops)', (mirror, crops) => {
    const variants = { mirror, crops };
    const pictures = imageVariants(manifest, variants);
    expect(pictures).toHaveLength(variantCount(IMAGES, variants));
    const plain = pictures.slice(0, IMAGES.all);
    expect(plain).toEqual(manifest.images.map((image) => ({ image, crop: null, mirrored: false })));
    const others = pictures.slice(IMAGES.all);
    expect(others.every(({ image }) => image.split === 'train')).toBe(true);
    expect(others.filter(({ crop }) => crop === null)).toHaveLength(mirror ? SPLITS.train : 0);
    expect(imageVariants(manifest, variants)).toEqual(pictures); // whatever run asks
  });

  it('are cropped to 80 to 100 % of the side, anywhere, each in its own way', () => {
    const crops = imageVariants(manifest, { mirror: false, crops: 8 }).flatMap(({ crop }) => crop ?? []);
    expect(new Set(crops.map(({ side, left, top }) => `${side} ${left} ${top}`)).size).toBe(crops.length);
    const [sides, lefts, tops] = [crops.map((c) => c.side), crops.map((c) => c.left), crops.map((c) => c.top)];
    for (const [values, low, high] of [
      [sides, 0.8, 1],
      [lefts, 0, 1],
      [tops, 0, 1],
    ] as const) {
      const margin = (high - low) / 20;
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.min(...values)).toBeLessThan(low + margin);
      expect(Math.max(...values)).toBeLessThanOrEqual(high);
      expect(Math.max(...values)).toBeGreaterThan(high - margin);
    }
  });

  it('are mirrored at random when they are cropped, if anything is mirrored', () => {
    const mirrored = (mirror: boolean): number =>
      imageVariants(manifest, { mirror, crops: 8 }).filter((picture) => picture.crop && picture.mirrored).length;
    expect(mirrored(false)).toBe(0);
    expect(mirrored(true) / (8 * SPLITS.train)).toBeCloseTo(0.5, 1);
  });
});

describe('an epoch', () => {
  const rows = Int32Array.from({ length: SPLITS.train }, (_, row) => row);
  const draw = (variants: { mirror: boolean; crops: number }, epoch: number): Int32Array =>
    drawVariants(rows, manifest, variants, randomStream(1, 'test', epoch));

  it('sees each training image once, in any of its variants alike', () => {
    const variants = { mirror: true, crops: 2 };
    const pictures = imageVariants(manifest, variants);
    const seen = new Map<number, number>();
    for (let epoch = 0; epoch < 40; epoch++) {
      for (const [i, row] of draw(variants, epoch).entries()) {
        expect(pictures[row]!.image).toBe(manifest.images[rows[i]!]);
        const variant = row < IMAGES.all ? 0 : 1 + Math.floor((row - IMAGES.all) / SPLITS.train);
        seen.set(variant, (seen.get(variant) ?? 0) + 1);
      }
    }
    expect([...seen.keys()].sort()).toEqual([0, 1, 2, 3]);
    for (const count of seen.values()) expect(count / (40 * SPLITS.train)).toBeCloseTo(0.25, 1);
  });

  it('sees the images as they are where there are no variants', () => {
    expect(draw({ mirror: false, crops: 0 }, 1)).toEqual(rows);
  });
});
