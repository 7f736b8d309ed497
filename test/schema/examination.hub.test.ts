import { afterAll, beforeAll, expect, it } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import { colourImages, colourPhoto } from '../support/colour-images.js';
import { HubCommands } from '../support/command.js';
import { refused } from '../support/refused.js';
import { TestHub } from '../support/test-hub.js';

interface Found {
  readonly kind: string;
  readonly suggested: string | null;
  readonly given: number | null;
  readonly image: { readonly row: number; readonly sha256: string; readonly label: string };
  readonly like: readonly { readonly row: number }[];
  readonly decision: { readonly kind: string; readonly label: string | null } | null;
}

interface Examined {
  readonly state: string;
  readonly counts: Readonly<Record<string, number>> | null;
  readonly error: { readonly message: string } | null;
  readonly findings: { readonly totalCount: number; readonly edges: readonly { readonly node: Found }[] };
}

let hub: TestHub;
let id: string;
const { shown, json } = new HubCommands(() => hub);
const features = { backbone: 'tiny-imagenet-2', imageSize: 75 };

beforeAll(async () => {
  hub = await TestHub.start();
  const same = await colourPhoto('blue', 500);
  const images = {
    ...(await colourImages()),
    'train/green/wrong.png': await colourPhoto('red', 700),
    'test/green/same.png': same,
    'train/blue/same.png': same,
  };
  ({ id } = await hub.register('colours', await zipOf(images)));
});
afterAll(() => hub.remove());

const examined = async (more: object = {}): Promise<Examined | null> =>
  (await hub.ask<{ datasetVersion: { examination: Examined | null } }>('examination', { id, ...more })).datasetVersion
    .examination;
const found = async (more: object): Promise<Found[]> => (await examined(more))!.findings.edges.map(({ node }) => node);
const start = (input: object = {}): Promise<unknown> =>
  hub.ask('start-examination', { input: { datasetVersionId: id, ...features, ...input } });
const decide = (image: string, kind: string, label: string | null = null): Promise<unknown> =>
  hub.ask('decide-image', { datasetVersionId: id, image, kind, label });

it('is refused on a backbone or size that cannot be', async () => {
  expect(await examined()).toBeNull();
  expect(await refused(start({ imageSize: 60 }))).toMatchObject({
    ...{ code: 'BAD_INPUT', message: expect.stringContaining('at least 75 px') },
  });
  expect(await refused(start({ backbone: 'none' }))).toMatchObject({ code: 'BACKBONE_UNAVAILABLE' });
  expect(await refused(start({ datasetVersionId: 'none' }))).toMatchObject({ code: 'NOT_FOUND' });
});

it('finds a wrong label with the right class, and equal images in different classes', async () => {
  const { examination } = await json<{ examination: Examined }>(
    ...['examination', 'start', 'colours', '--backbone', features.backbone, '--image-size', '75'],
  );
  expect(examination).toMatchObject({ state: 'SUCCEEDED', error: null });
  expect(examination.counts).toMatchObject({ contradictions: 2, changes: 0 });
  const labels = await found({ kind: 'LABEL' });
  expect(labels).toContainEqual(
    expect.objectContaining({ suggested: 'red', image: expect.objectContaining({ label: 'green' }) }),
  );
  expect(labels.map(({ given }) => given)).toEqual(labels.map(({ given }) => given).toSorted((a, b) => a! - b!));
  const [first, second] = await found({ kind: 'CONTRADICTION' });
  expect(first!.like.map(({ row }) => row)).toEqual([second!.image.row]);
  expect([first!.image.label, first!.suggested].toSorted()).toEqual(['blue', 'green']);
  expect(await shown('examination', 'list', 'colours')).toMatch(/green +train +red/);
});

it('leaves features with which similar images are found', async () => {
  const { similarImages } = await hub.ask<{ similarImages: object }>('similar-images', {
    datasetVersionId: id,
    row: 0,
  });
  expect(similarImages).toMatchObject(features);
});

it('derives a version by the decisions, each of which can be taken back', async () => {
  expect(await refused(hub.ask('derive-decided', { datasetVersionId: id }))).toMatchObject({
    ...{ code: 'BAD_INPUT', message: expect.stringContaining('No decision changes this version') },
  });
  const wrong = (await found({ kind: 'LABEL' })).find(({ suggested }) => suggested === 'red')!;
  const [same] = await found({ kind: 'CONTRADICTION' });
  await decide(wrong.image.sha256, 'RELABEL', 'red');
  await decide(same!.image.sha256, 'RELABEL', 'red');
  await decide(same!.image.sha256, 'DISMISS'); // in place of the decision before
  expect(await found({ kind: 'CONTRADICTION', open: true })).toEqual([]); // the other one has the same bytes
  expect((await examined())!.counts).toMatchObject({ changes: 1 });
  const undo = () => hub.ask('undo-decision', { datasetVersionId: id, image: same!.image.sha256 });
  expect([await undo(), await undo()]).toEqual([{ undoDecision: true }, { undoDecision: false }]);
  expect(await found({ kind: 'CONTRADICTION', open: true })).toHaveLength(2);
  await decide(same!.image.sha256, 'LEAVE_OUT');
  const { deriveDecided } = await hub.ask<{ deriveDecided: object }>('derive-decided', { datasetVersionId: id });
  expect(deriveDecided).toMatchObject({
    ...{ dataset: 'colours', number: 2, imageCount: 3 * 28 + 1 },
    derivation: { relabel: [{ image: wrong.image.sha256, to: 'red' }], without: [same!.image.sha256] },
  });
});

it('refuses decisions on what is not in the version', async () => {
  const [{ image }] = (await found({ kind: 'CONTRADICTION' })) as [Found];
  expect(await refused(decide('0'.repeat(64), 'DISMISS'))).toMatchObject({ code: 'NOT_FOUND' });
  expect(await refused(decide(image.sha256, 'RELABEL', 'pink'))).toMatchObject({
    ...{ code: 'BAD_INPUT', message: 'The version has no class named pink; it has blue, green, red.' },
  });
  for (const asked of [decide(image.sha256, 'RELABEL'), decide(image.sha256, 'DISMISS', 'red')]) {
    expect(await refused(asked)).toEqual({
      ...{ code: 'BAD_INPUT', message: 'A label goes with RELABEL, and only with it.' },
    });
  }
});

it('keeps decisions when it is repeated, and can be cancelled', async () => {
  await start();
  expect(await refused(start())).toMatchObject({ code: 'CONFLICT' });
  await hub.ask('cancel-examination', { datasetVersionId: id });
  await expect.poll(async () => (await examined())!.state, { timeout: 90_000 }).toMatch(/CANCELLED|SUCCEEDED/);
  expect(await refused(hub.ask('cancel-examination', { datasetVersionId: id }))).toMatchObject({ code: 'CONFLICT' });
  await start();
  await expect.poll(async () => (await examined())!.state, { timeout: 180_000 }).toBe('SUCCEEDED');
  expect((await examined())!.counts).toMatchObject({ changes: 2 });
});

it('trains networks in thorough mode, and says before how long they take', async () => {
  const asked = ['colours', '1', '--backbone', 'efficientnet-lite0', '--image-size', '32', '--thorough'];
  const { estimate } = await json<{ estimate: Record<string, number> }>('examination', 'start', ...asked, '--estimate');
  // Pooled features and maps of all images.
  expect(estimate).toMatchObject({ pictures: 2 * 87, cachedPictures: 0, basis: 'CALIBRATION' });
  expect(estimate.trainingSeconds).toBeGreaterThan(0);
  const input = { datasetVersionId: id, backbone: 'efficientnet-lite0', imageSize: 32 };
  const { estimateExamination: quick } = await hub.ask<{ estimateExamination: Record<string, number> }>(
    ...(['estimate-examination', { input }] as const),
  );
  expect(quick).toMatchObject({ pictures: 87, trainingSeconds: 0, seconds: quick.featureSeconds });
  for (const [wrong, code] of [
    [{ imageSize: 31 }, 'BAD_INPUT'],
    [{ datasetVersionId: 'none' }, 'NOT_FOUND'],
    [{ backbone: 'none' }, 'BACKBONE_UNAVAILABLE'],
  ] as const) {
    expect(await refused(hub.ask('estimate-examination', { input: { ...input, ...wrong } }))).toMatchObject({ code });
  }
  const { examination } = await json<{ examination: Examined }>('examination', 'start', ...asked);
  expect(examination).toMatchObject({ state: 'SUCCEEDED', mode: 'THOROUGH', error: null });
  expect(await found({ kind: 'LABEL' })).toContainEqual(
    expect.objectContaining({ suggested: 'red', image: expect.objectContaining({ label: 'green' }) }),
  );
  expect(await shown('examination', 'show', 'colours', '1')).toMatch(/mode +thorough/);
  const rows = await hub.inDatabase((client) => client.examination.findMany({ select: { foldBlobs: true } }));
  expect(rows).toEqual([{ foldBlobs: [] }]);
  const { runs } = await json<{ runs: unknown[] }>('runs');
  expect(runs).toEqual([]);
});
