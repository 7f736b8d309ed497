import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recolorPixels } from '../../src/datasets/decode.js';
import { refused } from '../support/refused.js';
import { TestHub } from '../support/test-hub.js';

interface Augmented {
  readonly image: { readonly row: number; readonly label: string; readonly split: string };
  readonly variants: readonly {
    readonly crop: { readonly side: number; readonly left: number; readonly top: number } | null;
    readonly color: { readonly brightness: number; readonly contrast: number; readonly saturation: number } | null;
    readonly mirrored: boolean;
    readonly picture: string;
  }[];
}

const SIDE = 80;

let hub: TestHub;
let datasetVersionId: string;
beforeAll(async () => {
  const colours = await TestHub.startWithColours();
  hub = colours;
  datasetVersionId = colours.datasetVersionId;
});
afterAll(() => hub.remove());

async function preview(recipe: object, options: object = {}): Promise<readonly Augmented[]> {
  const input = { datasetVersionId, recipe: { imageSize: SIDE, ...recipe }, ...options };
  const answer = await hub.ask<{ augmentationPreview: Augmented[] }>('augmentation-preview', { input });
  return answer.augmentationPreview;
}

const opened = (picture: string) => sharp(Buffer.from(picture.split(',')[1]!, 'base64'));
/** [SIDE, SIDE, 3]. */
async function pixelsOf(picture: string): Promise<Buffer> {
  const { data, info } = await opened(picture).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: SIDE, height: SIDE, channels: 3 });
  return data;
}

it('shows the plain image alone where a recipe changes nothing', async () => {
  const shown = await preview({});
  expect(shown).toHaveLength(4);
  expect(new Set(shown.map(({ image }) => image.split))).toEqual(new Set(['TRAIN']));
  expect(new Set(shown.map(({ image }) => image.row)).size).toBe(4);
  for (const { variants } of shown) expect(variants).toMatchObject([{ crop: null, color: null, mirrored: false }]);
});

it('shows the mirrored image and each crop, of the images that are asked for', async () => {
  const [second, first] = (await preview({ mirror: true, crops: 3 }, { rows: [5, 2] })) as [Augmented, Augmented];
  expect([second.image.row, first.image.row]).toEqual([5, 2]);
  const [plain, mirrored, ...crops] = second.variants;
  expect(mirrored).toMatchObject({ crop: null, mirrored: true });
  expect(await pixelsOf(mirrored!.picture)).toEqual(await opened(plain!.picture).flop().raw().toBuffer());
  expect(crops).toHaveLength(3);
  for (const { crop, mirrored: isFlopped, picture } of crops) {
    const { side, left, top } = crop!;
    expect(side).toBeGreaterThanOrEqual(0.8);
    expect(side).toBeLessThanOrEqual(1);
    const width = Math.round(side * SIDE);
    const [x, y] = [left, top].map((share) => Math.round(share * (SIDE - width))) as [number, number];
    const cut = opened(plain!.picture).extract({ left: x, top: y, width, height: width }).resize(SIDE, SIDE);
    const expected = await sharp(await cut.png().toBuffer())
      .flop(isFlopped)
      .raw()
      .toBuffer();
    expect(await pixelsOf(picture)).toEqual(expected);
  }
});

it('shows each copy of other colors, with its factors', async () => {
  const [{ variants }] = (await preview({ colorJitters: 2 }, { rows: [3] })) as [Augmented];
  const [plain, ...copies] = variants;
  const before = await pixelsOf(plain!.picture);
  expect(copies).toHaveLength(2);
  for (const { color, crop, mirrored, picture } of copies) {
    expect({ crop, mirrored }).toEqual({ crop: null, mirrored: false });
    expect(Buffer.from(recolorPixels(before, color!))).toEqual(await pixelsOf(picture));
    expect(await pixelsOf(picture)).not.toEqual(before);
  }
});

it('refuses an image that no epoch augments', async () => {
  expect(await refused(preview({}, { rows: [0, 9999] }))).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringMatching(
      /^Image 9999 is not a training image: the version has \d+ images\. Only training images are augmented\.$/,
    ),
  });
  const { data } = await hub.post(
    'query ($id: ID!) { datasetVersion(id: $id) { images(split: TEST, page: { first: 1 }) { images { row } } } }',
    { id: datasetVersionId },
  );
  const [{ row }] = (data as { datasetVersion: { images: { images: [{ row: number }] } } }).datasetVersion.images
    .images;
  expect(await refused(preview({}, { rows: [row] }))).toEqual({
    code: 'BAD_INPUT',
    message: `Image ${row} is not a training image: it is in the test split. Only training images are augmented.`,
  });
});

it('refuses a wrong recipe, and more pixels than one request may render', async () => {
  expect(await refused(preview({ crops: 9 }))).toMatchObject({ code: 'BAD_INPUT' });
  const input = { datasetVersionId, recipe: { imageSize: 600, mirror: true, crops: 8 }, first: 8 };
  const twice = ['a', 'b'].map((name) => `${name}: augmentationPreview(input: $input) { image { row } }`);
  const { errors } = await hub.post(`query ($input: AugmentationPreviewInput!) { ${twice.join(' ')} }`, { input });
  expect(errors).toMatchObject([
    { message: expect.stringContaining('pixels of pictures'), extensions: { code: 'LIMIT_EXCEEDED' } },
  ]);
});
