import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PredictionLog } from '../../src/domain/prediction/prediction-log.js';
import { findInProduction } from '../../src/domain/retraining/production.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { zipOf } from '../datasets/archives.js';
import { blobFile } from '../support/blob-file.js';
import { type Colour, colourImages, colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import type { HubUser } from '../support/hub-user.js';
import { copyVersions } from '../support/model-copies.js';
import { refused } from '../support/refused.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const [model, other] = ['colours', 'copies'];

interface Version {
  readonly id: string;
  readonly dataset: string;
  readonly number: number;
}

interface Deleted {
  readonly photos: readonly { readonly sha256: string; readonly models: readonly string[] }[];
  readonly unknown: readonly string[];
  readonly datasetVersions: readonly { readonly datasetVersion: Version; readonly photos: readonly string[] }[];
  readonly newVersions: readonly Version[];
  readonly remains: readonly string[];
}

let hub: HubWithColours;
/** Makes the photos of every test others. */
let seed = 90_000;

beforeAll(async () => {
  hub = await TestHub.startWithColours({ rows: (client) => copyVersions(client, other, [{}]) });
  for (const each of [model, other]) {
    await hub.ask('set-prediction-log', { model: each, sample: 1, keepPhotos: true, reason: 'test' });
  }
});
afterAll(() => hub.remove());

const newPhoto = (colour: Colour): Promise<Buffer> => colourPhoto(colour, seed++);
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const hasFile = (photo: Buffer): boolean => existsSync(blobFile(hub.data, sha256(photo)));
const deletePhotos = async (photos: readonly string[], more: object = {}): Promise<Deleted> =>
  (await hub.ask<{ deletePhotos: Deleted }>('delete-photos', { photos, reason: 'asked for', ...more })).deletePhotos;

/** @returns the id of the answer. */
async function classify(photo: Buffer, of = model): Promise<string> {
  const asked = { model: of, ...(of === other ? { version: 1 } : {}) };
  const { classify } = await hub.send<{ classify: { predictionId: string } }>('classify', 'image', photo, asked);
  return classify.predictionId;
}

/** Kept answers of a model to a photo. */
async function answersTo(photo: Buffer, of = model): Promise<string[]> {
  const text = `query Kept($filter: PredictionFilter!) { predictions(filter: $filter) { edges { node { id } } } }`;
  const { predictions } = await hub.client.request<{ predictions: { edges: { node: { id: string } }[] } }>(text, {
    filter: { model: of, inputHash: sha256(photo) },
  });
  return predictions.edges.map(({ node }) => node.id);
}

/** Has photos classified and judged, and makes a version of the dataset with them. */
async function versionWith(photos: readonly Buffer[]): Promise<Version> {
  const since = new Date().toISOString();
  for (const photo of photos) {
    await hub.ask('give-feedback', { predictionId: await classify(photo), label: 'red' });
  }
  const input = { model, to: hub.datasetVersionId, since };
  const { addJudgedPhotos } = await hub.ask<{ addJudgedPhotos: { datasetVersion: Version } }>('add-judged-photos', {
    input,
  });
  return addJudgedPhotos.datasetVersion;
}

/** Images of a version that were judged photos: their thumbnails, by hash. */
async function judgedIn({ id }: Version): Promise<ReadonlyMap<string, string>> {
  const text = `query Images($id: ID!) { datasetVersion(id: $id) { images(first: 200) { edges { node {
    sha256 thumbnail(side: 32) judgment { judgedBy } } } } } }`;
  const { datasetVersion } = await hub.client.request<{
    datasetVersion: { images: { edges: { node: { sha256: string; thumbnail: string; judgment: object | null } }[] } };
  }>(text, { id });
  const images = datasetVersion.images.edges.map(({ node }) => node);
  return new Map(images.filter(({ judgment }) => judgment !== null).map((image) => [image.sha256, image.thumbnail]));
}

/** The content hash of a dataset version. */
async function contentOf(id: string): Promise<string> {
  const text = `query Content($id: ID!) { datasetVersion(id: $id) { contentHash } }`;
  const { datasetVersion } = await hub.client.request<{ datasetVersion: { contentHash: string } }>(text, { id });
  return datasetVersion.contentHash;
}

/** Files of the data folder's blobs that have the bytes of a photo. */
async function filesWith(photo: Buffer): Promise<string[]> {
  const folder = dataPaths(hub.data).blobs;
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const file of files.filter((each) => each.isFile())) {
    const path = join(file.parentPath, file.name);
    if ((await readFile(path)).includes(photo)) found.push(path);
  }
  return found;
}

const audited = async (): Promise<{ subject: string; reason: string; details: object }[]> => {
  const filter = { actions: ['PHOTO_DELETED'] };
  const { auditEvents } = await hub.ask<{
    auditEvents: { events: { subject: string; reason: string; details: object }[] };
  }>('audit-events', { filter });
  return auditEvents.events;
};

describe('deleting photos', () => {
  it('takes them out of log, queue and judgments of every model, at once', async () => {
    const [photo, stays] = [await newPhoto('red'), await newPhoto('red')];
    const id = await classify(photo);
    await hub.ask('give-feedback', { predictionId: id, label: 'green' });
    await classify(photo);
    const elsewhere = await classify(photo, other);
    await hub.ask('skip-review', { predictionId: elsewhere });
    const left = await classify(stays);
    expect(await filesWith(photo)).toHaveLength(1);

    const deleted = await deletePhotos([id]);
    expect(deleted).toEqual({
      photos: [
        {
          ...{ sha256: sha256(photo), models: ['colours', 'copies'], answers: 3, wasKept: true },
          ...{ judgments: 1, reservations: 0, skips: 1 },
        },
      ],
      ...{ unknown: [], datasetVersions: [], newVersions: [] },
      remains: [expect.stringMatching(/^Backups from before have the photos/)],
    });
    expect([await answersTo(photo), await answersTo(photo, other)]).toEqual([[], []]);
    expect(await filesWith(photo)).toEqual([]);
    expect(await answersTo(stays)).toEqual([left]);
    expect(hasFile(stays)).toBe(true);
    const [event] = await audited();
    expect(event).toMatchObject({
      ...{ subject: sha256(photo), reason: 'asked for' },
      details: { answers: 3, models: ['colours', 'copies'], inDatasetsOnly: false, datasetVersions: [] },
    });
    expect(await refused(deletePhotos([id]))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is told by the id of a request, which may have sent several', async () => {
    const photos = [await newPhoto('red'), await newPhoto('blue')];
    const responses: Response[] = [];
    for (const body of photos) {
      responses.push(
        await hub.fetch(`/v1/classify?model=${model}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'image/png' },
          body: new Uint8Array(body),
        }),
      );
    }
    const requests = responses.map(({ headers }) => headers.get('x-request-id') as string);
    const instances = photos.map((photo) => ({ b64: photo.toString('base64') }));
    const both = await hub.fetch(`/v1/models/${model}:predict`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ instances }),
    });
    expect(both.status, await both.text()).toBe(200);
    const one = await deletePhotos([requests[0]!]);
    expect(one.photos).toMatchObject([{ sha256: sha256(photos[0]!), answers: 2 }]);
    const rest = await deletePhotos([both.headers.get('x-request-id') as string]);
    expect(rest.photos).toMatchObject([{ sha256: sha256(photos[1]!), answers: 2 }]);
    expect(photos.map(hasFile)).toEqual([false, false]);
  });

  it('leaves a reviewer who is judging one of them without it', async () => {
    const { secret } = await hub.createToken({ name: 'ann', role: 'TRAINER' });
    const ann: HubUser = hub.as(secret);
    const [photo, stays] = [await newPhoto('green'), await newPhoto('green')];
    const [id, left] = [await classify(photo), await classify(stays)];
    type Queue = { reviews: { prediction: { id: string } }[] };
    const next = async (): Promise<string[]> => {
      const text = `mutation Next($model: String!) { nextReviews(model: $model, first: 20) { reviews { prediction { id } } } }`;
      const { nextReviews } = await ann.client.request<{ nextReviews: Queue }>(text, { model });
      return nextReviews.reviews.map(({ prediction }) => prediction.id);
    };
    expect(await next()).toEqual(expect.arrayContaining([id, left]));
    expect((await deletePhotos([sha256(photo)])).photos).toMatchObject([{ answers: 1, reservations: 1 }]);
    expect(await refused(ann.ask('give-feedback', { predictionId: id, label: 'green' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refused(ann.ask('skip-review', { predictionId: id }))).toMatchObject({ code: 'NOT_FOUND' });
    const now = await next();
    expect(now).toContain(left);
    expect(now).not.toContain(id);
  });

  it('makes versions without them, after which those with them can be deleted to the last byte', async () => {
    const [photo, stays] = [await newPhoto('red'), await newPhoto('red')];
    const version = await versionWith([photo, stays]);
    const { datasetVersions, newVersions, remains } = await deletePhotos([sha256(photo).toUpperCase()], {
      newVersions: true,
    });
    expect(datasetVersions).toMatchObject([
      { datasetVersion: { id: version.id }, photos: [sha256(photo)], isNewest: true, runs: 0, modelVersions: 0 },
    ]);
    expect(newVersions).toMatchObject([{ dataset: 'colours', number: version.number + 1, imageCount: 3 * 28 + 1 }]);
    expect(remains[0]).toBe(
      `colours ${version.number} has 1 of the photos: delete it to remove their bytes (\`deleteDatasetVersion\`).`,
    );
    expect(hasFile(photo)).toBe(false);
    expect(await filesWith(photo), 'the shard of the old version').toHaveLength(1);
    await hub.ask('delete-dataset-version', { id: version.id });
    expect(await filesWith(photo)).toEqual([]);
    const judged = await judgedIn(newVersions[0]!);
    expect([...judged.keys()], 'who judged it is known still').toEqual([sha256(stays)]);
    expect(judged.get(sha256(stays))).toMatch(/^data:image/);
  });

  it('names versions that were derived without them, whose files have them, and makes none where a newer one is without them', async () => {
    const [photo, stays] = [await newPhoto('red'), await newPhoto('red')];
    const version = await versionWith([photo, stays]);
    const input = { from: [version.id], without: [sha256(photo)] };
    const { deriveDatasetVersion: derived } = await hub.ask<{ deriveDatasetVersion: Version }>(
      'derive-dataset-version',
      { input },
    );
    const { datasetVersions, newVersions, remains } = await deletePhotos([sha256(photo)], { newVersions: true });
    expect(newVersions).toEqual([]);
    expect(datasetVersions).toMatchObject([
      { datasetVersion: { id: derived.id }, photos: [], isNewest: true },
      { datasetVersion: { id: version.id }, photos: [sha256(photo)], isNewest: false },
    ]);
    expect(remains[0]).toMatch(new RegExp(`^colours ${derived.number} has other images in the same files`));
    for (const { datasetVersion } of datasetVersions) {
      await hub.ask('delete-dataset-version', { id: datasetVersion.id });
    }
    expect(await filesWith(photo)).toEqual([]);
  });

  it('keeps the file of a photo that is all of the images in a file of a dataset version', async () => {
    const photo = await newPhoto('red');
    const version = await versionWith([photo]);
    const { photos, datasetVersions } = await deletePhotos([sha256(photo)]);
    expect(photos).toMatchObject([{ wasKept: true }]);
    expect(datasetVersions).toMatchObject([{ datasetVersion: { id: version.id } }]);
    expect(await answersTo(photo)).toEqual([]);
    expect((await judgedIn(version)).get(sha256(photo))).toMatch(/^data:image/);
    const again = await deletePhotos([sha256(photo)], { newVersions: true });
    expect(again.photos).toMatchObject([{ answers: 0, wasKept: false }]);
    expect((await audited())[0]!.details).toEqual({
      ...{ models: [], answers: 0, judgments: 0, reservations: 0, skips: 0, wasKept: false, inDatasetsOnly: true },
      datasetVersions: [`colours ${version.number}`],
    });
    expect(again.newVersions).toMatchObject([{ dataset: 'colours', number: version.number + 1 }]);
    await hub.ask('delete-dataset-version', { id: version.id });
    expect(hasFile(photo)).toBe(false);
  });

  it('makes a newest version without them where an older one has the same images, and no other when asked again', async () => {
    const photos = [await newPhoto('red'), await newPhoto('red')];
    const version = await versionWith(photos);
    const named = photos.map(sha256);
    const { newVersions } = await deletePhotos(named, { newVersions: true });
    expect(newVersions).toMatchObject([{ dataset: 'colours', number: version.number + 1, imageCount: 3 * 28 }]);
    const [made] = newVersions as [Version];
    expect(await contentOf(made.id)).toBe(await contentOf(hub.datasetVersionId));
    const again = await deletePhotos(named, { newVersions: true });
    expect(again.newVersions).toEqual([]);
    expect(again.datasetVersions).toMatchObject([
      { datasetVersion: { id: version.id }, photos: named.toSorted(), isNewest: false },
    ]);
    const { datasets } = await hub.ask<{ datasets: { name: string; versions: Version[] }[] }>('datasets');
    const [newest] = datasets.find(({ name }) => name === 'colours')!.versions;
    expect(newest, 'what training takes unless told otherwise').toMatchObject({ id: made.id });
    const production = await hub.inDatabase(async (client) => {
      const { id } = await client.model.findUniqueOrThrow({ where: { name: model } });
      return findInProduction(client, id);
    });
    expect(production?.newest.id, 'what rules train on').toBe(made.id);
    // The same data of other ways is the version that there is.
    const input = { from: [version.id], without: named };
    const { deriveDatasetVersion } = await hub.ask<{ deriveDatasetVersion: Version }>('derive-dataset-version', {
      input,
    });
    expect(deriveDatasetVersion.id).toBe(made.id);
    await hub.ask('delete-dataset-version', { id: version.id });
    for (const photo of photos) expect(await filesWith(photo)).toEqual([]);
  });

  it('refuses a version that could not be trained on, and unknown photos, and then deletes nothing', async () => {
    const images = await colourImages({ train: 1, test: 1, seed: 77 });
    const version = await hub.register('few', await zipOf(images));
    const image = await colourPhoto('red', 77_000);
    const id = await classify(image);
    const before = (await audited()).length;
    expect(await refused(deletePhotos([id], { newVersions: true }))).toMatchObject({ code: 'DATASET_REFUSED' });
    const unknown = ['0'.repeat(64), '00000000-0000-7000-8000-000000000000'];
    expect(await refused(deletePhotos([id, ...unknown]))).toEqual({
      code: 'NOT_FOUND',
      message: `There is no kept answer, request of one, or image of a dataset named ${unknown.join(', ')}. This request deleted nothing.`,
    });
    expect(await refused(deletePhotos(['red']))).toMatchObject({ code: 'BAD_INPUT' });
    expect(await answersTo(image)).toEqual([id]);
    expect(await audited()).toHaveLength(before);
    const deleted = await deletePhotos([id, ...unknown], { ignoreUnknown: true });
    expect(deleted).toMatchObject({
      ...{ photos: [{ sha256: sha256(image), answers: 1 }], unknown },
      datasetVersions: [{ datasetVersion: { id: version.id } }],
    });
    const nothing = await deletePhotos(unknown, { ignoreUnknown: true });
    expect(nothing).toEqual({ photos: [], unknown, datasetVersions: [], newVersions: [], remains: [] });
  });

  it('goes on where the images of a dataset version cannot be listed, and says so', async () => {
    const photo = await newPhoto('red');
    await versionWith([photo]);
    const lost = await versionWith([await newPhoto('green')]);
    await hub.inDatabase(async (client) => {
      const { manifestBlob } = await client.datasetVersion.findUniqueOrThrow({ where: { id: lost.id } });
      await new FileBlobStore(dataPaths(hub.data).blobs).delete(manifestBlob);
    });
    const { photos, remains } = await deletePhotos([sha256(photo)]);
    expect(photos).toMatchObject([{ answers: 1 }]);
    expect(remains).toContain(
      `colours ${lost.number} may have the photos, but its list of images is lost or damaged: see \`hub verify\`.`,
    );
    await hub.ask('delete-dataset-version', { id: lost.id });
  });

  it('waits for the end of a backup, which keeps every file', async () => {
    const photo = await newPhoto('blue');
    await classify(photo);
    await answersTo(photo); // writes what waits
    await hub.inDatabase(async (client) => {
      const blobs = new FileBlobStore(dataPaths(hub.data).blobs);
      const log = new PredictionLog(client, blobs, pino({ level: 'silent' }));
      const end = blobs.keep();
      const asked = (): Promise<unknown> => log.deletePhotos([sha256(photo)], async () => undefined);
      expect(await refused(asked())).toMatchObject({ code: 'CONFLICT' });
      expect(hasFile(photo)).toBe(true);
      end();
      await asked();
      expect(hasFile(photo)).toBe(false);
    });
    expect(await answersTo(photo)).toEqual([]);
  });

  it('is done in the terminal, and again from the list of deleted photos', async () => {
    const at = ['--url', hub.url, '--token', hub.token];
    const photo = await newPhoto('green');
    const id = await classify(photo);
    const done = await runHub('predictions', 'delete', id, '--reason', 'asked for', ...at);
    expect(done.stdout, done.stderr).toMatch(/^1 photo deleted$/m);
    expect(done.stdout).toMatch(new RegExp(`^${sha256(photo).slice(0, 12)} +colours +yes +1 +0 +0$`, 'm'));
    const list = await runHub('predictions', 'deleted', ...at);
    expect(list.stdout.split('\n')[0], list.stderr).toBe(sha256(photo));
    await classify(photo); // as if a backup had brought it back
    const file = await hub.file('deleted.txt', list.stdout);
    const options = ['--file', file, '--ignore-unknown', '--reason', 'after a restore'];
    const again = await runHub('predictions', 'delete', ...options, ...at);
    expect(again.stdout, again.stderr).toMatch(/^1 photo deleted$/m);
    expect(hasFile(photo)).toBe(false);
    const empty = await runHub('predictions', 'delete', '--reason', 'nothing', ...at);
    expect(empty.stderr).toMatch(/Name a photo, or a file of photos/);
  });

  it('is done in the terminal for a photo that only a dataset has, which says so', async () => {
    const at = ['--url', hub.url, '--token', hub.token];
    const photo = await newPhoto('green');
    const version = await versionWith([photo]);
    await deletePhotos([sha256(photo)]);
    const done = await runHub('predictions', 'delete', sha256(photo), '--reason', 'asked for', ...at);
    expect(done.stdout, done.stderr).toMatch(/^1 photo kept in datasets only: no answer to delete$/m);
    expect(done.stdout).not.toMatch(/deleted$/m);
    expect(done.stdout).toContain(`colours ${version.number} has 1 of the photos`);
  });

  it('takes several requests for more than 1,000 photos, and makes one version without all of them', async () => {
    const at = ['--url', hub.url, '--token', hub.token, '--ignore-unknown', '--reason', 'many'];
    const photos = [await newPhoto('red'), await newPhoto('red')];
    const version = await versionWith(photos);
    const [first, last] = photos.map(sha256);
    const unknown = Array.from({ length: 1000 }, (_, i) => sha256(Buffer.from(`unknown ${i}`)));
    const file = await hub.file('many.txt', [first, ...unknown, last].join('\n'));
    const done = await runHub('predictions', 'delete', '--file', file, '--new-versions', ...at);
    expect(done.stdout, done.stderr).toMatch(/^2 photos deleted$/m);
    expect(done.stdout).not.toMatch(/kept in datasets only/);
    expect(done.stdout.match(/^colours \d+ is without them\.$/gm)).toEqual([
      `colours ${version.number + 1} is without them.`,
    ]);
    const { datasets } = await hub.ask<{ datasets: { name: string; versions: Version[] }[] }>('datasets');
    const [newest] = datasets.find(({ name }) => name === 'colours')!.versions;
    expect(newest).toMatchObject({ number: version.number + 1, imageCount: 3 * 28 });
  });

  it('tells in the terminal what was deleted before a later request was refused', async () => {
    const at = ['--url', hub.url, '--token', hub.token, '--ignore-unknown', '--reason', 'many'];
    const photo = await newPhoto('red');
    const id = await classify(photo);
    const unknown = Array.from({ length: 999 }, (_, i) => sha256(Buffer.from(`unknown ${i}`)));
    const file = await hub.file('refused.txt', [id, ...unknown, 'red'].join('\n'));
    const done = await runHub('predictions', 'delete', '--file', file, ...at);
    expect(done.stdout, done.stderr).toMatch(/^1 photo deleted$/m);
    expect(done.stderr).toMatch(/must be 64 hex digits or a UUID; "red" was received/);
    expect(hasFile(photo)).toBe(false);
  });
});
