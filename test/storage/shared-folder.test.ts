import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBlobs } from '../../src/storage/blob-place.js';
import type { BlobStore, StoredFile } from '../../src/storage/blobs.js';
import { filesIn, startChild, temporaryFolder } from './fixtures.js';

const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const pathOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256.slice(2)}`;

describe('blobs in a shared folder', () => {
  /** A folder that is marked as a hub's. */
  async function sharedFolder(): Promise<string> {
    const url = join(await temporaryFolder(), 'shared');
    await mkdir(url);
    await writeFile(join(url, 'owner'), 'a hub');
    return url;
  }

  /** The store of a machine with its own copies. */
  async function machine(url: string, cacheBytes = 1e8): Promise<{ blobs: BlobStore; copies: string }> {
    const copies = await temporaryFolder();
    return { blobs: openBlobs({ folder: copies, shared: { url, cacheBytes } }), copies };
  }

  async function pathsOf(files: AsyncIterable<StoredFile>): Promise<string[]> {
    const paths: string[] = [];
    for await (const { path } of files) paths.push(path);
    return paths.sort();
  }

  it('are files under their hash, which another machine reads from copies', async () => {
    const url = await sharedFolder();
    const { blobs } = await machine(url);
    const content = randomBytes(3_000_000);
    const { sha256, bytes } = await blobs.put(content);
    expect([sha256, bytes]).toEqual([sha256Of(content), content.length]);
    expect((await filesIn(url)).sort()).toEqual([pathOf(sha256), 'owner'].sort());

    const { blobs: elsewhere, copies } = await machine(url);
    expect(await elsewhere.has(sha256)).toBe(true);
    expect(await filesIn(copies)).toEqual([]);
    const blob = await elsewhere.open(sha256);
    await rm(join(url, pathOf(sha256)));
    const part = new Uint8Array(5);
    blob.read(part, 1_000_000);
    await blob.close();
    expect(Buffer.from(part)).toEqual(content.subarray(1_000_000, 1_000_005));
    expect(await filesIn(copies)).toEqual([pathOf(sha256)]);
    expect(await elsewhere.has(sha256)).toBe(false);
  });

  it('can be brought back after their deletion, by every machine, until they are discarded', async () => {
    const url = await sharedFolder();
    const [{ blobs }, { blobs: elsewhere }] = [await machine(url), await machine(url)];
    const [needed, unused] = [await blobs.put(Buffer.from('needed')), await blobs.put(Buffer.from('unused'))];
    const before = new Date(Date.now() - 86_400_000);
    for (const { sha256 } of [needed, unused]) {
      await utimes(join(url, pathOf(sha256)), before, before);
      await blobs.delete(sha256);
    }
    await blobs.delete(sha256Of(Buffer.from('never')));
    expect(await pathsOf(blobs.list())).toEqual(['owner']);
    expect(await elsewhere.get(needed.sha256)).toEqual(Buffer.from('needed'));
    expect(await pathsOf(blobs.list())).toEqual([pathOf(needed.sha256), 'owner'].sort());

    for await (const file of blobs.deleted()) {
      expect(file).toMatchObject({ sha256: unused.sha256 });
      expect(file.changed.getTime()).toBeGreaterThan(before.getTime() + 60_000); // when it was deleted
      await blobs.discard(file);
    }
    expect(await elsewhere.has(unused.sha256)).toBe(false);
    await expect(elsewhere.get(unused.sha256)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await blobs.delete(needed.sha256);
    await blobs.put(Buffer.from('needed'));
    await blobs.erase(needed.sha256);
    expect(await filesIn(url), 'also what was deleted before').toEqual(['owner']);
  });

  it('are whole however many processes write and delete the same ones, also when these are killed', async () => {
    const url = await sharedFolder();
    const stored: string[] = [];
    const writers = [
      await startChild('write-blobs', url, await temporaryFolder()),
      await startChild('write-blobs', url, await temporaryFolder()),
    ];
    await Promise.all(
      writers.map(async (writer) => {
        for (let i = 0; i < 20; i += 1) stored.push((await writer.lines.next()).value);
        await writer.kill();
      }),
    );
    const { blobs } = await machine(url);
    expect(new Set(stored).size).toBe(20);
    for (const sha256 of stored) expect(sha256Of(await blobs.get(sha256))).toBe(sha256);
    for await (const { path, sha256, isUnfinished } of blobs.list())
      if (sha256 === null && !isUnfinished) expect(path).toBe('owner');
  });

  it('are deleted with those that were, when a process has died before it was complete', async () => {
    const url = await sharedFolder();
    const { blobs } = await machine(url);
    await mkdir(join(url, 'incoming'));
    await writeFile(join(url, 'incoming', 'half'), 'ha');
    for await (const file of blobs.list()) expect(file.isUnfinished).toBe(file.path !== 'owner');
    expect(await pathsOf(blobs.deleted())).toEqual(['incoming/half']);
    for await (const file of blobs.deleted()) await blobs.discard(file);
    expect(await filesIn(url)).toEqual(['owner']);
  });

  it('are neither stored nor taken for lost where the folder is not mounted', async () => {
    const url = await sharedFolder();
    const { blobs, copies } = await machine(url);
    const { sha256 } = await blobs.put(Buffer.from('kept'));
    await rename(url, `${url}-away`);
    await mkdir(url); // a mount point
    const { blobs: elsewhere } = await machine(url);
    const unavailable = {
      code: 'BLOBS_UNAVAILABLE',
      message: `The shared folder ${url} cannot be used: it has no file "owner", as if it were not mounted. Mount it on this machine, let the user of the hub read and write it, then try again.`,
    };
    await expect(elsewhere.get(sha256)).rejects.toMatchObject(unavailable);
    await expect(elsewhere.has(sha256)).rejects.toMatchObject(unavailable);
    await expect(blobs.put(Buffer.from('lost'))).rejects.toMatchObject(unavailable);
    expect(await blobs.get(sha256)).toEqual(Buffer.from('kept'));
    expect(await filesIn(copies)).toEqual([pathOf(sha256)]);
    expect(await filesIn(url)).toEqual([]);
    await rm(url, { recursive: true });
    await expect(blobs.put(Buffer.from('lost'))).rejects.toMatchObject(unavailable);
    await rename(`${url}-away`, url);
    expect(await elsewhere.get(sha256)).toEqual(Buffer.from('kept'));
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'are refused with the reason where the folder cannot be written',
    async () => {
      const url = await sharedFolder();
      const { blobs } = await machine(url);
      await chmod(url, 0o500);
      await expect(blobs.put(Buffer.from('lost'))).rejects.toMatchObject({
        code: 'BLOBS_UNAVAILABLE',
        message: expect.stringMatching(/cannot be used: storing .* failed \(EACCES/),
      });
      await chmod(url, 0o700);
    },
  );

  it('that are damaged are refused by their readers', async () => {
    const url = await sharedFolder();
    const { sha256 } = await (await machine(url)).blobs.put(Buffer.from('unharmed'));
    await writeFile(join(url, pathOf(sha256)), 'harmed');
    const { blobs: elsewhere, copies } = await machine(url);
    await expect(elsewhere.get(sha256)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    expect(await filesIn(copies)).toEqual([]);
  });
});
