import { createHash, randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { purgeDeleted } from '../../src/maintenance/purge-deleted.js';
import { openBlobs } from '../../src/storage/blob-place.js';
import type { StoredFile } from '../../src/storage/blobs.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import { zipOf } from '../datasets/archives.js';
import type { ClassificationAnswer } from '../support/answers.js';
import { installedBrowser, openPage } from '../support/browser.js';
import { colourImages, colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import { QUICK } from '../support/recipes.js';
import { RowDatabase } from '../support/run-rows.js';
import { HAS_S3, type S3Server, startS3 } from '../support/s3-server.js';
import { TestHub } from '../support/test-hub.js';
import { filesIn, temporaryFolder } from './fixtures.js';

const MEGABYTE = 1_000_000;
const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const keyOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256.slice(2)}`;

describe.skipIf(!HAS_S3)('blobs in a bucket', () => {
  let s3: S3Server;
  const prefixes = (function* () {
    for (let i = 1; ; i += 1) yield `test-${i}`;
  })();

  beforeAll(async () => {
    s3 = await startS3();
  }, 120_000);
  afterAll(() => s3.remove());

  /** A store under a prefix of its own, and its folder of copies. */
  async function newStore({ cacheBytes = 100 * MEGABYTE, prefix = prefixes.next().value } = {}) {
    const folder = await temporaryFolder();
    const url = `s3://${s3.bucket}/${prefix}`;
    return { blobs: openBlobs({ folder, shared: { url, cacheBytes } }), folder, prefix, url };
  }

  async function keysUnder(prefix: string): Promise<string[]> {
    const { Contents = [] } = await s3.client.send(
      new ListObjectsV2Command({ Bucket: s3.bucket, Prefix: `${prefix}/` }),
    );
    return Contents.map(({ Key = '' }) => Key.slice(prefix.length + 1));
  }

  async function hashesOf(files: AsyncIterable<StoredFile>): Promise<(string | null)[]> {
    const hashes: (string | null)[] = [];
    for await (const { sha256 } of files) hashes.push(sha256);
    return hashes.sort();
  }

  it('are objects under their hash, which another machine reads', async () => {
    const { blobs, prefix } = await newStore();
    const content = randomBytes(3 * MEGABYTE);
    const { sha256, bytes } = await blobs.put(content);
    expect([sha256, bytes]).toEqual([sha256Of(content), content.length]);
    expect(await keysUnder(prefix)).toEqual([keyOf(sha256)]);

    const { blobs: elsewhere, folder } = await newStore({ prefix });
    expect(await elsewhere.has(sha256)).toBe(true);
    expect(await filesIn(folder)).toEqual([]);
    expect(sha256Of(await elsewhere.get(sha256))).toBe(sha256);
    const blob = await elsewhere.open(sha256);
    const part = new Uint8Array(5);
    blob.read(part, 1_000_000);
    await blob.close();
    expect(Buffer.from(part)).toEqual(content.subarray(1_000_000, 1_000_005));
    expect(await filesIn(folder)).toEqual([keyOf(sha256)]);
  });

  it('are sent in parts when they are large', async () => {
    const { blobs, prefix } = await newStore();
    const piece = randomBytes(10 * MEGABYTE);
    const { sha256 } = await blobs.put(
      (async function* () {
        for (let i = 0; i < 8; i += 1) yield piece;
      })(),
    );
    const { blobs: elsewhere } = await newStore({ prefix });
    expect(sha256Of(await elsewhere.get(sha256))).toBe(sha256);
  });

  it('are listed, deleted for every machine, and kept during a backup', async () => {
    const { blobs, prefix, folder } = await newStore();
    const refs = [await blobs.put(Buffer.from('one')), await blobs.put(Buffer.from('two'))];
    await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: `${prefix}/owner`, Body: 'other' }));
    const listed: StoredFile[] = [];
    for await (const file of blobs.list()) listed.push(file);
    const hashes = listed.map(({ sha256 }) => sha256);
    expect(new Set(hashes)).toEqual(new Set([...refs.map(({ sha256 }) => sha256), null]));

    const [first, second] = refs.map(({ sha256 }) => sha256) as [string, string];
    const release = blobs.keep();
    await blobs.delete(first);
    release();
    expect(await blobs.has(first)).toBe(true);
    for (const file of listed) if (file.sha256 !== null) await blobs.discard(file);
    for (const sha256 of [first, second, sha256Of(Buffer.from('never'))]) {
      expect(await blobs.has(sha256)).toBe(false);
      await expect(blobs.get(sha256)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(blobs.open(sha256)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect([await keysUnder(prefix), await filesIn(folder)]).toEqual([['owner'], []]);
  });

  it('are restored for a machine that needs one which another has deleted, and deleted for good a day later', async () => {
    const { blobs, prefix } = await newStore();
    const { blobs: elsewhere } = await newStore({ prefix });
    const [needed, named, unused] = [
      await blobs.put(Buffer.from('needed')),
      await blobs.put(Buffer.from('named')),
      await blobs.put(Buffer.from('unused')),
    ];
    for (const { sha256 } of [needed, named, unused]) await blobs.delete(sha256);
    expect(await hashesOf(blobs.list())).toEqual([]);
    expect(await elsewhere.get(needed.sha256)).toEqual(Buffer.from('needed'));
    expect(await hashesOf(blobs.list())).toEqual([needed.sha256]);

    const database = await RowDatabase.open();
    const about = { architecture: 'inception-v3', source: '', licence: '', preprocessing: '', trainedOn: '' };
    await database.client.backbone.create({ data: { name: 'kept', sha256: named.sha256, ...about } });
    const now = new Date();
    await purgeDeleted(database.client, blobs, new Date(now.getTime() - 86_400_000));
    expect((await hashesOf(blobs.deleted())).length).toBe(3);
    await purgeDeleted(database.client, blobs, new Date(now.getTime() + 86_400_000));
    await database.remove();
    expect(await hashesOf(blobs.deleted())).toEqual([]);
    expect(await hashesOf(blobs.list())).toEqual([needed.sha256, named.sha256].sort());
    expect(await elsewhere.has(unused.sha256)).toBe(false);
    await blobs.erase(needed.sha256);
    expect(await hashesOf(blobs.deleted())).toEqual([]);
    expect(await elsewhere.has(needed.sha256)).toBe(false);
  });

  it('are fetched again when a copy is damaged, and refused when the object is', async () => {
    const { blobs, prefix, folder } = await newStore();
    const content = Buffer.from('unharmed');
    const { sha256 } = await blobs.put(content);
    await writeFile(join(folder, keyOf(sha256)), 'harmed');
    expect(await blobs.get(sha256)).toEqual(content);
    expect(await readFile(join(folder, keyOf(sha256)))).toEqual(content);

    const Key = `${prefix}/${keyOf(sha256)}`;
    await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body: 'harmed' }));
    const { blobs: elsewhere, folder: copies } = await newStore({ prefix });
    await expect(elsewhere.get(sha256)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    expect(await filesIn(copies)).toEqual([]);
  });

  it('leave no more copies than the cache may take, the latest used ones', async () => {
    const { blobs, prefix, folder } = await newStore({ cacheBytes: 3.5 * MEGABYTE });
    const hashes: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      hashes.push((await blobs.put(randomBytes(MEGABYTE))).sha256);
      if (i > 0) await blobs.get(hashes[0] as string);
    }
    const copies = await filesIn(folder);
    expect(copies).toContain(keyOf(hashes[0] as string));
    expect(copies.length).toBeLessThanOrEqual(3);
    expect(await keysUnder(prefix)).toHaveLength(6);
    for (const sha256 of hashes) expect(sha256Of(await blobs.get(sha256))).toBe(sha256);
  });

  it('are fetched once for all who ask at the same time', async () => {
    const { blobs, prefix } = await newStore();
    const { sha256 } = await blobs.put(randomBytes(MEGABYTE));
    const { blobs: elsewhere } = await newStore({ prefix });
    const all = await Promise.all(Array.from({ length: 20 }, () => elsewhere.get(sha256)));
    expect(all.every((content) => sha256Of(content) === sha256)).toBe(true);
  });

  it('that cannot be used are refused with the reason, and nothing is stored', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong');
    const { blobs, folder, url } = await newStore();
    await expect(blobs.put(Buffer.from('lost'))).rejects.toMatchObject({
      code: 'BLOBS_UNAVAILABLE',
      message: expect.stringMatching(new RegExp(`^${url} cannot be used: storing .* failed \\(SignatureDoesNotMatch`)),
    });
    expect(await filesIn(folder)).toEqual([]);
    s3.lead();
  });

  it('of a hub move to a bucket and back; it serves, trains, registers and is checked there', async () => {
    const hub = await TestHub.startWithColours();
    const url = `s3://${s3.bucket}/moved`;
    const photo = await colourPhoto('red', 99);
    const labelOf = async () => {
      const answer = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, {
        model: 'colours',
      });
      return answer.classify.label;
    };
    /** Downloads a version with the page in a browser: the hub names its address in the bucket, and the page follows it. */
    const downloadOnPage = async (hosted: TestHub) => {
      const browser = await installedBrowser();
      if (!browser) return;
      const { page, problems, close } = await openPage(browser, hosted, '/models/colours');
      const endpoint = process.env.AWS_ENDPOINT_URL_S3 as string;
      const file = page.waitForEvent('download');
      await page.getByRole('button', { name: 'safetensors' }).first().click();
      const download = await file;
      expect(download.suggestedFilename()).toMatch(/^colours-\d\.safetensors$/);
      expect((await readFile(await download.path())).length).toBeGreaterThan(1000);
      expect(new URL(download.url()).origin).toBe(endpoint);
      expect(new URL(page.url()).pathname).toBe('/models/colours');
      expect(problems.filter((problem) => !problem.startsWith(`asks ${endpoint}`))).toEqual([]);
      await close();
    };
    const offline = async (...command: string[]) => {
      const { code, stdout, stderr } = await runHub(...command, '--data', hub.data, '--json');
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    try {
      await hub.stop();
      const moved = await offline('blobs', 'migrate', url);
      expect(moved).toMatchObject({ to: url, lostFeatures: 0, copied: moved.blobs });
      await rm(dataPaths(hub.data).blobs, { recursive: true });
      const again = await runHub('blobs', 'migrate', url, '--data', hub.data);
      expect(again).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`hub: The blobs are in ${url} already.`),
      });

      await hub.start(); // without being told where
      expect(await labelOf()).toBe('red');
      const { id } = await hub.register('more', await zipOf(await colourImages({ seed: 3 })));
      const run = await hub.train({ datasetVersionId: id, recipe: QUICK });
      expect(run).toMatchObject({ state: 'SUCCEEDED' });
      expect(await labelOf()).toBe('red');
      await downloadOnPage(hub);
      await hub.stop();

      const elsewhere = hub.start({ blobs: `s3://${s3.bucket}/other` });
      await expect(elsewhere).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(url) });
      expect((await offline('verify')).findings).not.toContainEqual(expect.objectContaining({ level: 'problem' }));
      expect(await offline('gc', '--min-age', '0')).toMatchObject({ dryRun: false });
      const back = await offline('blobs', 'migrate', 'folder');
      expect(back.blobs).toBeGreaterThan(moved.blobs);
      await hub.start();
      expect(await labelOf()).toBe('red');
    } finally {
      await hub.remove();
    }
  }, 120_000);

  it('of two hubs are never under one prefix', async () => {
    const url = `s3://${s3.bucket}/shared`;
    const [first, second] = [await TestHub.prepare(), await TestHub.prepare()];
    try {
      await first.start({ blobs: `${url}/` });
      await expect(second.start({ blobs: url })).rejects.toMatchObject({
        code: 'CONFLICT',
        message: `${url} holds the blobs of another hub. Name another prefix, such as ${url}-2.`,
      });
      await first.stop();
      await first.start({ blobs: url });
    } finally {
      await Promise.all([first.remove(), second.remove()]);
    }
  });

  it('are served from their copies while the bucket is away', async () => {
    const { blobs, folder, url } = await newStore();
    const { sha256 } = await blobs.put(Buffer.from('kept'));
    vi.stubEnv('AWS_ENDPOINT_URL_S3', 'http://127.0.0.1:9');
    const away = openBlobs({ folder, shared: { url, cacheBytes: MEGABYTE } });
    expect(await away.get(sha256)).toEqual(Buffer.from('kept'));
    const unavailable = { code: 'BLOBS_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') };
    await expect(away.has(sha256)).rejects.toMatchObject(unavailable);
    await expect(away.put(Buffer.from('lost'))).rejects.toMatchObject(unavailable);
    await expect(away.has(sha256Of(Buffer.from('lost')))).rejects.toMatchObject(unavailable);
    s3.lead();
    expect(await blobs.has(sha256Of(Buffer.from('lost')))).toBe(false);
  });
});
