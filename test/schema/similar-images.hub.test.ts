import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { colourPhoto } from '../support/colour-images.js';
import { HubCommands } from '../support/command.js';
import { refused } from '../support/refused.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

interface Similar {
  readonly backbone: string;
  readonly imageSize: number;
  readonly images: readonly {
    readonly similarity: number;
    readonly image: { readonly row: number; readonly label: string; readonly split: string };
  }[];
}

/** Answers are written to the log together, soon after they were given. */
const SOON = { timeout: 75_000, interval: 100 };

let hub: HubWithColours;
const { shown, json } = new HubCommands(() => hub);

beforeAll(async () => {
  hub = await TestHub.startWithColours();
});
afterAll(() => hub.remove());

const similarTo = async (row: number, more: object = {}): Promise<Similar> =>
  (
    await hub.ask<{ similarImages: Similar }>('similar-images', {
      ...{ datasetVersionId: hub.datasetVersionId, row, ...more },
    })
  ).similarImages;

/** The id of the answer to a photo. */
async function classified(photo: Buffer): Promise<string> {
  const variables = { model: 'colours' };
  const { classify } = await hub.send<{ classify: { predictionId: string } }>('classify', 'image', photo, variables);
  return classify.predictionId;
}

const keep = (keepPhotos: boolean): Promise<unknown> =>
  hub.ask('set-prediction-log', { model: 'colours', sample: 1, keepPhotos, reason: 'test' });

it('finds the images of the same color, most similar first, and says what compared them', async () => {
  const found = await similarTo(0, { first: 5 });
  expect(found).toMatchObject({ backbone: expect.any(String), imageSize: expect.any(Number) });
  const similarities = found.images.map(({ similarity }) => similarity);
  expect(similarities).toHaveLength(5);
  expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
  expect(found.images.map(({ image }) => image.row)).not.toContain(0);
  const { images } = await similarTo(found.images[0]!.image.row, { first: 1 });
  expect(images[0]!.similarity).toBeGreaterThanOrEqual(similarities[0]!);
});

it('finds images of one split only', async () => {
  const { images } = await similarTo(0, { split: 'TEST' });
  expect(new Set(images.map(({ image }) => image.split))).toEqual(new Set(['TEST']));
});

it('finds training images like a photo of the log', async () => {
  await keep(true);
  const id = await classified(await colourPhoto('green', 90_001));
  const like = { id, first: 3, split: 'TRAIN' };
  const ask = () => hub.ask<{ similarToPrediction: Similar }>('similar-to-prediction', like);
  const { similarToPrediction } = await vi.waitFor(ask, SOON);
  expect(similarToPrediction.images.map(({ image }) => image.label)).toEqual(['green', 'green', 'green']);
});

it('shows them in the terminal', async () => {
  const similar = await similarTo(0, { first: 2, split: 'TEST' });
  const wanted = ['--first', '2', '--split', 'test'];
  expect(await json('dataset', 'similar', 'colours', '0', ...wanted)).toEqual({ similar });
  expect(await shown('dataset', 'similar', 'colours', '0', ...wanted)).toContain(
    `Of colours version 1, by the features of ${similar.backbone} at ${similar.imageSize} px`,
  );
});

it('needs a photo that was kept', async () => {
  await keep(false);
  const id = await classified(await colourPhoto('red', 90_002));
  await expect
    .poll(() => refused(hub.ask('similar-to-prediction', { id })), SOON)
    .toMatchObject({
      ...{ code: 'CONFLICT', message: expect.stringContaining('not kept') },
    });
});

it('refuses an image that the version does not have', async () => {
  expect(await refused(similarTo(84))).toMatchObject({
    ...{ code: 'NOT_FOUND', message: 'The version has 84 images, counted from 0: it has no image 84.' },
  });
});

it('needs features of every image', async () => {
  const { deriveDatasetVersion: derived } = await hub.ask<{ deriveDatasetVersion: { id: string } }>(
    'derive-dataset-version',
    { input: { from: [hub.datasetVersionId], fraction: 0.5 } },
  );
  expect(await refused(similarTo(0, { datasetVersionId: derived.id }))).toMatchObject({
    ...{ code: 'CONFLICT', message: expect.stringContaining('no features of colours version 2') },
  });
});
