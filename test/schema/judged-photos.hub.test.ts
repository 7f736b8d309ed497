import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Colour, colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import { QUICK } from '../support/recipes.js';
import { refused } from '../support/refused.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let hub: HubWithColours;
/** Makes the photos of every test others. */
let seed = 70_000;

beforeAll(async () => {
  hub = await TestHub.startWithColours();
  await keep({ keepPhotos: true });
});
afterAll(() => hub.remove());

const model = 'colours';
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const keep = (more: object): Promise<unknown> =>
  hub.ask('set-prediction-log', { model, sample: 1, reason: 'test', ...more });
const newPhoto = (colour: Colour): Promise<Buffer> => colourPhoto(colour, seed++);

interface Added {
  readonly datasetVersion: {
    readonly id: string;
    readonly imageCount: number;
    readonly images: { readonly edges: readonly { readonly node: { readonly sha256: string } }[] };
  };
}

const add = async (input: object = {}): Promise<Added> =>
  (
    await hub.ask<{ addJudgedPhotos: Added }>('add-judged-photos', {
      input: { model, to: hub.datasetVersionId, ...input },
    })
  ).addJudgedPhotos;

/** Has a photo classified and judged. @returns the id of the answer. */
async function judge(photo: Buffer, label: string): Promise<string> {
  const { classify } = await hub.send<{ classify: { predictionId: string } }>('classify', 'image', photo, { model });
  await hub.ask('give-feedback', { predictionId: classify.predictionId, label });
  return classify.predictionId;
}

/** The moment from which answers are those of a test. */
const now = (): string => new Date().toISOString();

it('join the training split with who judged them, and stay with what is derived', async () => {
  const since = now();
  const [red, green] = [await newPhoto('red'), await newPhoto('green')];
  await judge(red, 'red');
  const second = await judge(green, 'blue');
  const added = await add({ since });
  expect(added).toMatchObject({ added: 2, present: 0, likeTest: 0, notKept: 0 });
  expect(added.datasetVersion).toMatchObject({
    ...{ dataset: 'colours', number: 2, imageCount: 3 * 28 + 2 },
    derivation: { parents: [{ id: hub.datasetVersionId }], judgedPhotos: 2 },
  });
  const nodes = added.datasetVersion.images.edges.map(({ node }) => node);
  const answer = { predictionId: second, model, version: 1, answered: 'green', judgedBy: 'first' };
  expect(nodes.find((node) => node.sha256 === sha256(green))).toMatchObject({ label: 'blue', judgment: answer });
  expect(nodes.filter((node) => 'judgment' in node && node.judgment !== null)).toHaveLength(2);

  const input = { from: [added.datasetVersion.id], dataset: 'colours', classes: ['blue', 'green'] };
  const { deriveDatasetVersion: derived } = await hub.ask<{ deriveDatasetVersion: { id: string } }>(
    'derive-dataset-version',
    { input },
  );
  const again = await add({ to: derived.id, since, onlyWrong: true }).catch((error: unknown) => error);
  expect(again).toMatchObject({ message: 'No judged photo can be added: 1 already in the version.' });

  const same = await add({ since });
  expect(same.datasetVersion.id).toBe(added.datasetVersion.id);
});

it('count once, with the last judgment, and by what is asked', async () => {
  const since = now();
  const photo = await newPhoto('blue');
  await judge(photo, 'red');
  await judge(photo, 'blue');
  await judge(await newPhoto('green'), 'red');
  expect(await add({ since })).toMatchObject({ added: 2 });
  const { datasetVersion, ...wrong } = await add({ since, onlyWrong: true });
  expect(wrong).toMatchObject({ added: 1, present: 0 });
  expect(datasetVersion.imageCount).toBe(3 * 28 + 1);
  await expect(add({ since, version: 7 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

it('are left out where they show none of the classes', async () => {
  const since = now();
  const photo = await newPhoto('blue');
  const id = await judge(photo, 'blue');
  await hub.ask('give-feedback', { predictionId: id, showsNone: true });
  expect(await refused(add({ since }))).toEqual({
    code: 'BAD_INPUT',
    message: 'The judged photos of colours (1) show none of its classes, so that none can be added: judge others.',
  });
  await judge(await newPhoto('red'), 'red');
  expect(await add({ since })).toMatchObject({ added: 1, showNone: 1, notKept: 0 });
  const { traffic } = await hub.ask<{ traffic: readonly { feedback: { none: number } }[] }>('traffic', { model });
  expect(traffic).toMatchObject([{ feedback: { none: 1 } }]);
});

it('are left out where they look like a test image', async () => {
  const since = now();
  const image = await colourPhoto('blue', 20); // the first one of the test split
  const reencoded = await sharp(image).png({ compressionLevel: 0 }).toBuffer();
  expect(sha256(reencoded)).not.toBe(sha256(image));
  await judge(reencoded, 'blue');
  expect(await refused(add({ since }))).toEqual({
    code: 'BAD_INPUT',
    message: 'No judged photo can be added: 1 like its test or validation images.',
  });
  await judge(image, 'blue');
  await judge(await newPhoto('red'), 'red');
  expect(await add({ since })).toMatchObject({ added: 1, present: 1, likeTest: 1 });
});

it('are refused with the reason where there are none, no photos, or other classes', async () => {
  let since = now();
  expect(await refused(add({ since }))).toEqual({
    code: 'BAD_INPUT',
    message: 'No such answer of colours was judged: give feedback on answers first (`giveFeedback`).',
  });
  await keep({ keepPhotos: false });
  await judge(await newPhoto('red'), 'red');
  await keep({ keepPhotos: true });
  expect(await refused(add({ since }))).toEqual({
    code: 'BAD_INPUT',
    message:
      'The judged answers of colours (1) have no photos, since photos were not kept: turn on `keepPhotos` (`setPredictionLog`) and judge new answers.',
  });
  since = now();
  await judge(await newPhoto('red'), 'red');
  const input = { from: [hub.datasetVersionId], classes: ['blue', 'green'] };
  const { deriveDatasetVersion: fewer } = await hub.ask<{ deriveDatasetVersion: { id: string } }>(
    'derive-dataset-version',
    { input },
  );
  expect(await refused(add({ since, to: fewer.id }))).toEqual({
    code: 'BAD_INPUT',
    message:
      'The version has no class "red", which judged photos show; it has "blue", "green". Add them to a version with these classes.',
  });
  expect(await refused(add({ model: 'colour' }))).toMatchObject({ code: 'NOT_FOUND' });
});

it('can be added in the terminal', async () => {
  await judge(await newPhoto('green'), 'green');
  const at = ['--url', hub.url, '--token', hub.token];
  const { stdout } = await runHub('predictions', 'add', model, 'colours', '1', ...at);
  expect(stdout).toMatch(/^version +colours \d+, \d+ images$/m);
  expect(stdout).toMatch(/^photo not kept +1$/m);
});

it('lead to a version that the gate compares with the one in production, on the same test images', async () => {
  const since = now();
  await judge(await newPhoto('red'), 'red');
  const { datasetVersion } = await add({ since });
  expect(await gateFor(datasetVersion.id)).toMatchObject({
    needsOverride: false,
    checks: expect.arrayContaining([
      expect.objectContaining({ rule: 'same test images as production', passed: true }),
      expect.objectContaining({ rule: 'not worse than production', passed: true }),
    ]),
  });
  const input = { from: [hub.datasetVersionId], dataset: 'colours', fraction: 0.5 };
  const { deriveDatasetVersion: half } = await hub.ask<{ deriveDatasetVersion: { id: string } }>(
    'derive-dataset-version',
    { input },
  );
  const detail = expect.stringMatching(/ were measured on different test images/);
  expect(await gateFor(half.id)).toMatchObject({
    needsOverride: true,
    checks: expect.arrayContaining([
      expect.objectContaining({ rule: 'same test images as production', passed: false, detail }),
    ]),
  });
});

/** What the gate says of a new version that was trained on a dataset version. */
async function gateFor(datasetVersionId: string): Promise<object> {
  const run = await hub.train({ datasetVersionId, recipe: QUICK });
  const { registerModelVersion } = await hub.ask<{ registerModelVersion: { number: number } }>(
    'register-model-version',
    { runId: run.id, model },
  );
  const version = registerModelVersion.number;
  return (await hub.ask<{ checkPromotion: object }>('check-promotion', { model, version })).checkPromotion;
}
