import { readdir } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { BOUNDS } from '../../src/limits.js';
import { images, png, tarGzOf, tarOf, zipOf } from '../datasets/archives.js';
import type { DatasetVersionAnswer } from '../support/answers.js';
import { colourImages } from '../support/colour-images.js';
import { HOPELESS } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

interface ImagePage {
  readonly contactSheet: string | null;
  readonly images: {
    readonly total: number;
    readonly next: number | null;
    readonly images: readonly {
      readonly row: number;
      readonly sha256: string;
      readonly name: string;
      readonly split: string;
      readonly thumbnail: string;
    }[];
  };
}

let hub: TestHub;
/** The version of the dataset "colours". */
let coloursId: string;
let certificate: { readonly private: string; readonly cert: string };

beforeAll(async () => {
  certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const colours = await TestHub.startWithColours({ trusted: certificate.cert, settings: { allowPrivateUrls: true } });
  hub = colours;
  coloursId = colours.datasetVersionId;
});
afterAll(() => hub.remove());

async function derive(input: Readonly<Record<string, unknown>>): Promise<DatasetVersionAnswer> {
  return (await hub.ask<{ deriveDatasetVersion: DatasetVersionAnswer }>('derive-dataset-version', { input }))
    .deriveDatasetVersion;
}

async function page(id: string, variables: Readonly<Record<string, unknown>>): Promise<ImagePage> {
  return (await hub.ask<{ datasetVersion: ImagePage }>('dataset-images', { id, ...variables })).datasetVersion;
}

async function blobs(): Promise<string[]> {
  const entries = await readdir(join(hub.data, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const sizeOf = async (dataUrl: string) => {
  const [head, content] = dataUrl.split(',') as [string, string];
  expect(head).toBe('data:image/webp;base64');
  const { width, height, format } = await sharp(Buffer.from(content, 'base64')).metadata();
  return { width, height, format };
};

describe('a dataset version', () => {
  let version: DatasetVersionAnswer;
  let packed: Record<string, Buffer>;
  beforeAll(async () => {
    const same = await png(5, 20, 10);
    const files = await images(['train/cat', 'train/dog', 'test/cat', 'test/dog'], 5);
    const twice = { 'train/dog/same.png': same, 'test/dog/same.png': same, 'train/cat/other.png': same };
    packed = { ...files, ...twice };
    version = await hub.register('pets', await zipOf({ ...packed, 'train/cat/no.txt': Buffer.from('text') }));
  });

  it('gives the statistics and the duplicates of its images', async () => {
    const { datasetVersion } = await hub.ask<{ datasetVersion: unknown }>('dataset-version', { id: version.id });
    expect(datasetVersion).toMatchObject({
      statistics: {
        width: { min: 8, median: 8, max: 20 },
        height: { min: 8, median: 8, max: 10 },
        mean: [expect.closeTo(127.5, -1), expect.closeTo(127.5, -1), expect.closeTo(127.5, -1)],
        deviation: [expect.closeTo(73.9, -1), expect.closeTo(73.9, -1), expect.closeTo(73.9, -1)],
        grey: 0,
        duplicates: { exact: 1, near: 0, leaks: 1, labelConflicts: 1 },
      },
      duplicates: {
        total: 1,
        groups: [
          {
            kind: 'EXACT',
            leaks: true,
            labelConflict: true,
            images: [{ name: 'train/cat/other.png' }, { name: 'train/dog/same.png' }, { name: 'test/dog/same.png' }],
          },
        ],
      },
      derivation: null,
      rejected: [{ name: 'train/cat/no.txt', reason: expect.stringContaining('not a JPEG') }],
    });
  });

  it('is returned for other archives of its images, with the files of theirs that were refused', async () => {
    const { datasetVersion } = await hub.ask<{ datasetVersion: object }>('dataset-version', { id: version.id });
    const archive = await zipOf({ ...packed, 'train/dog/empty.txt': Buffer.alloc(0) });
    const { registerDatasetVersion: again } = await hub.send<{ registerDatasetVersion: DatasetVersionAnswer }>(
      'register-upload',
      'upload',
      archive,
      { dataset: 'pets' },
    );
    expect(again).toMatchObject({ id: version.id, rejectedCount: 1, rejected: [{ name: 'train/dog/empty.txt' }] });
    expect(await hub.ask('dataset-version', { id: version.id })).toEqual({ datasetVersion });
  });

  it('gives its images in pages, with thumbnails', async () => {
    const first = await page(version.id, { label: 'dog', page: { first: 4 } });
    expect(first.images).toMatchObject({ total: 12, next: 3 });
    const rest = await page(version.id, { label: 'dog', page: { first: 50, after: 3 } });
    expect(rest.images.next).toBeNull();
    const rows = [...first.images.images, ...rest.images.images].map(({ row }) => row);
    expect(new Set(rows).size).toBe(12);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    const tests = await page(version.id, { label: 'dog', split: 'TEST' });
    expect(new Set(tests.images.images.map(({ split }) => split))).toEqual(new Set(['TEST']));
    const same = tests.images.images.find(({ name }) => name === 'test/dog/same.png')!;
    expect(await sizeOf(same.thumbnail)).toEqual({ width: 32, height: 16, format: 'webp' });
  });

  it('gives a contact sheet of a class', async () => {
    const { contactSheet } = await page(version.id, { label: 'cat' });
    expect(await sizeOf(contactSheet!)).toEqual({ width: 128, height: 64, format: 'webp' });
  });

  it('gives pictures over a WebSocket, where each request has a bound of its own', async () => {
    const query = 'query ($id: ID!) { datasetVersion(id: $id) { contactSheet(label: "dog") } }';
    const ask = async (): Promise<unknown> => (await hub.client.subscribe(query, { id: version.id }).next()).value;
    for (let rendered = 0; rendered <= BOUNDS.pictures.value; rendered += 12) {
      expect(await ask()).toMatchObject({ datasetVersion: { contactSheet: expect.stringMatching(/^data:/) } });
    }
  });

  it('is found by its number in its dataset', async () => {
    const text = 'query ($number: Int!) { dataset(name: "pets") { version(number: $number) { id } } }';
    expect(await hub.client.request(text, { number: 1 })).toEqual({ dataset: { version: { id: version.id } } });
    expect(await hub.client.request(text, { number: 2 })).toEqual({ dataset: { version: null } });
  });

  it('refuses a class, a page or a version that does not exist', async () => {
    await expect(page(version.id, { label: 'cow' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'The version has no class "cow".',
    });
    await expect(page(version.id, { label: 'cat', page: { first: 201 } })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await hub.ask('dataset-version', { id: 'none' })).toEqual({ datasetVersion: null });
    const past = await page(version.id, { label: 'cat', page: { first: 5, after: 1000 } });
    expect(past.images).toEqual({ total: 11, next: null, images: [] });
  });
});

describe('a version made of others', () => {
  it('names its parents, can be compared with them, and stores no image again', async () => {
    const parent = await hub.register('farm', await zipOf(await images(['cow', 'hen', 'pig'], 8)));
    const before = await blobs();
    const { images: cows } = (await page(parent.id, { label: 'cow' })).images;
    const relabel = [{ image: cows[0]!.sha256, to: 'hen' }];
    const derived = await derive({ from: [parent.id], classes: ['cow', 'hen'], relabel, without: [cows[1]!.sha256] });
    expect(derived).toMatchObject({ dataset: 'farm', number: 2, imageCount: 15, source: 'farm version 1' });
    expect((await blobs()).length - before.length).toBe(2); // its manifest and its inspection

    const told = await hub.ask<{ datasetVersion: { derivation: unknown } }>('dataset-version', { id: derived.id });
    expect(told.datasetVersion.derivation).toEqual({
      parents: [{ id: parent.id, dataset: 'farm', number: 1 }],
      classes: ['cow', 'hen'],
      rename: [],
      relabel,
      without: [cows[1]!.sha256],
      duplicates: 'KEEP',
      fraction: 1,
      seed: 0,
    });
    const { diffDatasetVersions } = await hub.ask<{ diffDatasetVersions: unknown }>('diff-dataset-versions', {
      from: parent.id,
      to: derived.id,
    });
    expect(diffDatasetVersions).toMatchObject({
      unchanged: 14,
      added: { total: 0 },
      removed: { total: 9 },
      relabelled: { total: 1, changes: [{ before: { label: 'cow' }, after: { label: 'hen' } }] },
      moved: { total: 0 },
    });
    expect((await derive({ from: [parent.id], classes: ['cow', 'hen'], relabel, without: [cows[1]!.sha256] })).id).toBe(
      derived.id,
    );
  });

  it('is trained on like any other', async () => {
    const derived = await derive({ from: [coloursId], fraction: 0.5, seed: 3 });
    const run = await hub.train({ datasetVersionId: derived.id, recipe: HOPELESS });
    expect(run).toMatchObject({ state: 'SUCCEEDED', testAccuracy: expect.any(Number) });
  });

  it('is refused, and nothing is stored, when it could not be trained on', async () => {
    const parent = await hub.register('fruit', await zipOf(await images(['apple', 'pear'], 4)));
    const before = await blobs();
    await expect(derive({ from: [parent.id], classes: ['apple'] })).rejects.toMatchObject({ code: 'DATASET_REFUSED' });
    await expect(derive({ from: [parent.id], classes: ['plum'] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(derive({ from: [parent.id], dataset: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(derive({ from: ['none'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(derive({ from: [] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(derive({ from: [parent.id], fraction: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await blobs()).toEqual(before);
  });
});

describe('deleting a version', () => {
  const remove = (id: string) => hub.ask('delete-dataset-version', { id });

  it('is refused while rows refer to it, naming them', async () => {
    const version = await hub.register('used', await tarGzOf(await colourImages({ train: 4, test: 2 })));
    const derived = await derive({ from: [version.id], fraction: 0.5 });
    const run = await hub.train({ datasetVersionId: version.id, recipe: HOPELESS });
    const model = await hub.registerModel(run.id, 'used');
    await expect(remove(version.id)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `The dataset version is used by runs ${run.id}; model versions ${model.id}; derived versions ${derived.id}. Delete those first.`,
    });
    await expect(hub.ask('delete-dataset', { name: 'used' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'The dataset used has the versions 2, 1: delete those first.',
    });
    expect((await page(version.id, { label: 'red' })).images.total).toBeGreaterThan(0);
  });

  it('deletes its blobs except those of other versions', async () => {
    const before = await blobs();
    const version = await hub.register('gone', await zipOf(await images(['a', 'b'], 6)));
    const derived = await derive({ from: [version.id], fraction: 0.5 });
    await hub.register('copy', await zipOf(await images(['a', 'b'], 6)));
    await remove(derived.id);
    await remove(version.id);
    const copies = await hub.ask<{ datasets: unknown }>('datasets');
    expect(copies.datasets).toContainEqual(expect.objectContaining({ name: 'gone', versions: [] }));
    expect((await blobs()).length - before.length).toBe(3); // those of the copy
    await expect(remove(version.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await hub.ask('delete-dataset', { name: 'gone' });
    await expect(hub.ask('delete-dataset', { name: 'gone' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('an ingestion', () => {
  interface Progress {
    readonly images: number;
    readonly bytes: number;
    readonly share: number | null;
    readonly ended: boolean;
  }

  async function serve(content: Buffer, whole = true): Promise<string> {
    const server = createServer({ key: certificate.private, cert: certificate.cert }, (_request, response) => {
      response.setHeader('content-length', content.length);
      if (whole) response.end(content);
      else response.write(content.subarray(0, 100));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `https://localhost:${(server.address() as AddressInfo).port}/a.tar.gz`;
  }

  it('of an address in a private network is refused, unless the hub allows it', async () => {
    const content = await tarGzOf(await images(['a', 'b'], 5));
    const url = await serve(content);
    const careful = await TestHub.start({ trusted: certificate.cert });
    onTestFinished(() => careful.remove());
    for (const asked of [careful, hub]) await asked.ask('create-dataset', { name: 'fetched' });
    await expect(careful.ask('register-url', { dataset: 'fetched', url })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('private network'),
    });
    const uploaded = await hub.register('sent', content);
    const answer = await hub.ask<{ registerDatasetVersion: DatasetVersionAnswer }>('register-url', {
      dataset: 'fetched',
      url,
    });
    expect(answer.registerDatasetVersion).toMatchObject({ contentHash: uploaded.contentHash, source: url });
  });

  it('can be followed by a key of the client from before its beginning to its end', async () => {
    const url = await serve(await tarOf(await images(['a', 'b'], 30)));
    await hub.ask('create-dataset', { name: 'followed' });
    const text = 'subscription ($key: ID!) { ingestionProgress(progressKey: $key) { images bytes share ended } }';
    const following = hub.client.subscribe<{ ingestionProgress: Progress }>(text, { key: 'followed-1' });
    const first = (await following.next()).value?.ingestionProgress; // it listens now
    expect(first).toEqual({ images: 0, bytes: 0, share: null, ended: false });
    await hub.ask('register-url', { dataset: 'followed', url, progressKey: 'another-key' });
    await hub.ask('register-url', { dataset: 'followed', url, progressKey: 'followed-1' });
    const seen: Progress[] = [];
    for await (const { ingestionProgress } of following) seen.push(ingestionProgress);
    expect(seen.at(-1)).toMatchObject({ images: 60, ended: true });
    expect(seen.filter(({ ended }) => ended)).toHaveLength(1);
  });

  it('can be cancelled and leaves nothing', async () => {
    const url = await serve(await tarOf(await images(['a', 'b'], 5)), false);
    await hub.ask('create-dataset', { name: 'cancelled' });
    const temporary = (): Promise<string[]> => readdir(join(hub.data, 'tmp'));
    const before = [await blobs(), await temporary()];
    const registering = hub.ask('register-url', { dataset: 'cancelled', url, progressKey: 'cancelled-1' });
    const refused = expect(registering).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('cancelled'),
    });
    const cancel = 'mutation { cancelIngestion(progressKey: "cancelled-1") }';
    const underWay = async () => {
      const { ingestions } = await hub.ask<{ ingestions: { progressKey: string; dataset: string }[] }>('ingestions');
      return ingestions.map(({ progressKey, dataset }) => `${dataset}: ${progressKey}`);
    };
    await vi.waitUntil(async () => (await underWay()).length > 0, { timeout: 60_000 });
    expect(await underWay()).toEqual(['cancelled: cancelled-1']);
    await hub.client.request(cancel);
    await refused;
    expect(await underWay()).toEqual([]);
    expect([await blobs(), await temporary()]).toEqual(before);
    await expect(hub.client.request(cancel)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('answers under the deprecated operation names', async () => {
    const key = 'old-names-1';
    const text = 'subscription ($key: ID!) { registrationProgress(progressKey: $key) { ended } }';
    const following = hub.client.subscribe<{ registrationProgress: { ended: boolean } }>(text, { key });
    await following.next();
    const url = await serve(await tarOf(await images(['a', 'b'], 5)), false);
    await hub.ask('create-dataset', { name: 'old-names' });
    const refused = expect(hub.ask('register-url', { dataset: 'old-names', url, progressKey: key })).rejects.toThrow();
    const list = async () => hub.client.request<{ registrations: unknown[] }>('{ registrations { progressKey } }');
    await vi.waitUntil(async () => (await list()).registrations.length > 0, { timeout: 60_000 });
    expect(await list()).toEqual({ registrations: [{ progressKey: key }] });
    await hub.client.request('mutation ($key: ID!) { cancelRegistration(progressKey: $key) }', { key });
    await refused;
    let last: boolean | undefined;
    for await (const { registrationProgress } of following) last = registrationProgress.ended;
    expect(last).toBe(true);
  });

  it('needs exactly one source', async () => {
    for (const sources of ['', 'path: "a", url: "https://example.com/a"']) {
      const text = `mutation { registerDatasetVersion(input: { dataset: "pets", ${sources} }) { id } }`;
      await expect(hub.client.request(text)).rejects.toThrow('exactly one of upload, path and url');
    }
  });
});
