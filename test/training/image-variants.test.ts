import { describe, expect, it } from 'vitest';
import type { ImageRecord, Manifest } from '../../src/datasets/manifest.js';
import { randomStream } from '../../src/random.js';
import { drawVariants, imageVariants, type VariantOptions, variantCount } from '../../src/training/image-variants.js';

const SPLITS = { train: 100, validation: 20, test: 30 } as const;
const NONE = { mirror: false, crops: 0, colorJitters: 0 };
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
    [false, 0, 0],
    [true, 0, 0],
    [false, 3, 2],
    [true, 8, 0],
    [true, 0, 8],
  ])(
    'are every image, then variants of training images (mirror %s, %i crops, %i color jitters)',
    (mirror, crops, colorJitters) => {
      const variants = { mirror, crops, colorJitters };
      const pictures = imageVariants(manifest, variants);
      expect(pictures).toHaveLength(variantCount(IMAGES, variants));
      const plain = pictures.slice(0, IMAGES.all);
      expect(plain).toEqual(manifest.images.map((image) => ({ image, crop: null, color: null, mirrored: false })));
      const others = pictures.slice(IMAGES.all);
      expect(others.every(({ image }) => image.split === 'train')).toBe(true);
      const drawn = ({ crop, color }: (typeof others)[number]): boolean => crop !== null || color !== null;
      expect(others.filter((other) => !drawn(other))).toHaveLength(mirror ? SPLITS.train : 0);
      expect(others.filter(({ crop }) => crop)).toHaveLength(crops * SPLITS.train);
      expect(others.filter(({ color }) => color)).toHaveLength(colorJitters * SPLITS.train);
      expect(imageVariants(manifest, variants)).toEqual(pictures); // whatever run asks
    },
  );

  it('are cropped to 80 to 100 % of the side, anywhere, each in its own way', () => {
    const crops = imageVariants(manifest, { ...NONE, crops: 8 }).flatMap(({ crop }) => crop ?? []);
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

  it('have brightness, contrast and saturation changed by up to 40%, each in its own way', () => {
    const colors = imageVariants(manifest, { ...NONE, colorJitters: 8 }).flatMap(({ color }) => color ?? []);
    expect(new Set(colors.map((color) => JSON.stringify(color))).size).toBe(8 * SPLITS.train);
    for (const name of ['brightness', 'contrast', 'saturation'] as const) {
      const factors = colors.map((color) => color[name]);
      expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.6);
      expect(Math.min(...factors)).toBeLessThan(0.64);
      expect(Math.max(...factors)).toBeLessThanOrEqual(1.4);
      expect(Math.max(...factors)).toBeGreaterThan(1.36);
    }
  });

  it('are mirrored at random when they are cropped or recolored, if anything is mirrored', () => {
    const mirrored = (mirror: boolean): number =>
      imageVariants(manifest, { mirror, crops: 8, colorJitters: 8 }).filter(
        (picture) => (picture.crop ?? picture.color) && picture.mirrored,
      ).length;
    expect(mirrored(false)).toBe(0);
    expect(mirrored(true) / (16 * SPLITS.train)).toBeCloseTo(0.5, 1);
  });
});

describe('an epoch', () => {
  const rows = Int32Array.from({ length: SPLITS.train }, (_, row) => row);
  const draw = (variants: VariantOptions, epoch: number): Int32Array =>
    drawVariants(rows, manifest, variants, randomStream(1, 'test', epoch));

  it('sees each training image once, in any of its variants alike', () => {
    const variants = { mirror: true, crops: 1, colorJitters: 1 };
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
    expect(draw(NONE, 1)).toEqual(rows);
  });
});
