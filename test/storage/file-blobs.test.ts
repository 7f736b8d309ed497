import { createHash } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { filesIn, temporaryFolder } from './fixtures.js';

const CONTENT = Buffer.from('one two three four');
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
const PATH = `${SHA256.slice(0, 2)}/${SHA256.slice(2)}`;

async function temporaryStore(): Promise<{ blobs: FileBlobStore; folder: string }> {
  const folder = await temporaryFolder();
  return { blobs: new FileBlobStore(folder), folder };
}

async function* inPieces(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < content.length; i += size) yield content.subarray(i, i + size);
}

test.each([
  ['bytes', () => CONTENT],
  ['a stream', () => inPieces(CONTENT, 5)],
])('stores %s under the hash, and nothing else', async (_, content) => {
  const { blobs, folder } = await temporaryStore();
  expect(await blobs.put(content())).toEqual({ sha256: SHA256, bytes: CONTENT.length });
  expect(await filesIn(folder)).toEqual([PATH]);
  expect(await blobs.get(SHA256)).toEqual(CONTENT);
  expect(await blobs.has(SHA256)).toBe(true);
});

test('stores nothing at all as well as something', async () => {
  const { blobs } = await temporaryStore();
  const { sha256, bytes } = await blobs.put(new Uint8Array());
  expect(bytes).toBe(0);
  expect(await blobs.get(sha256)).toHaveLength(0);
});

test('stores megabytes unchanged, and reads them at any place', async () => {
  const { blobs } = await temporaryStore();
  const content = Buffer.alloc(3_000_001).map((_, i) => (i * 31 + (i >> 8)) & 255);
  const { sha256 } = await blobs.put(inPieces(Buffer.from(content), 700_001));
  const opened = await blobs.open(sha256);
  expect(opened.bytes).toBe(3_000_001);
  for (const [from, to] of [
    [0, 10],
    [1_048_570, 1_048_590],
    [2_999_990, 3_000_001],
  ] as const) {
    // biome-ignore format: a table
    const target = new Uint8Array(to - from);
    opened.read(target, from);
    expect(target).toEqual(new Uint8Array(content.subarray(from, to)));
  }
  expect(() => opened.read(new Uint8Array(2), 3_000_000)).toThrow(RangeError);
  await opened.close();
});

test('keeps the same content once; what was damaged is whole again when its content comes again', async () => {
  const { blobs, folder } = await temporaryStore();
  await blobs.put(CONTENT);
  await blobs.put(inPieces(CONTENT, 1));
  expect(await filesIn(folder)).toEqual([PATH]);
  await writeFile(join(folder, PATH), 'damaged');
  await blobs.put(CONTENT);
  expect(await blobs.get(SHA256)).toEqual(CONTENT);
  expect(await filesIn(folder)).toEqual([PATH]);
});

test('takes the same content from many at the same time', async () => {
  const { blobs, folder } = await temporaryStore();
  const other = new FileBlobStore(folder);
  const puts = Array.from({ length: 12 }, (_, i) => (i % 2 ? blobs : other).put(inPieces(CONTENT, 1 + i)));
  for (const { sha256 } of await Promise.all(puts)) expect(sha256).toBe(SHA256);
  expect(await filesIn(folder)).toEqual([PATH]);
});

test.each(['get', 'open'] as const)(
  '%s refuses a blob of which one bit changed, or the end is gone',
  async (method) => {
    const { blobs, folder } = await temporaryStore();
    await blobs.put(CONTENT);
    const file = join(folder, PATH);
    const changed = await readFile(file);
    changed.writeUInt8(changed.readUInt8(7) ^ 1, 7);
    await writeFile(file, changed);
    await expect(blobs[method](SHA256)).rejects.toMatchObject({
      code: 'BLOB_CORRUPT',
      message: expect.stringContaining(SHA256),
    });
    await writeFile(file, CONTENT);
    await truncate(file, CONTENT.length - 1);
    await expect(blobs[method](SHA256)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
  },
);

test('names the blob that is not there', async () => {
  const { blobs } = await temporaryStore();
  const missing = { code: 'NOT_FOUND', message: expect.stringContaining(SHA256) };
  await expect(blobs.get(SHA256)).rejects.toMatchObject(missing);
  await expect(blobs.open(SHA256)).rejects.toMatchObject(missing);
  expect(await blobs.has(SHA256)).toBe(false);
});

test('deletes a blob, and minds not when it is gone already', async () => {
  const { blobs, folder } = await temporaryStore();
  await blobs.put(CONTENT);
  await blobs.delete(SHA256);
  await blobs.delete(SHA256);
  expect(await filesIn(folder)).toEqual([]);
});

test.each([
  ['a way out of the folder', '../../../../etc/passwd'],
  ['a way out of the right length', `ab/../${'c'.repeat(58)}`],
  ['upper case', SHA256.toUpperCase()],
  ['one digit less', SHA256.slice(1)],
  ['one digit more', `${SHA256}0`],
  ['a line end', `${SHA256}\n`],
  ['a zero byte', `${SHA256.slice(1)}\0`],
  ['nothing', ''],
])('refuses %s as the name of a blob', async (_, name) => {
  const { blobs } = await temporaryStore();
  for (const method of ['get', 'open', 'has', 'delete'] as const) {
    await expect(blobs[method](name)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  }
});

test('leaves nothing behind of a stream that fails', async () => {
  const { blobs, folder } = await temporaryStore();
  async function* failing(): AsyncGenerator<Buffer> {
    yield* inPieces(CONTENT, 4);
    throw new Error('the client went away');
  }
  await expect(blobs.put(failing())).rejects.toThrow('the client went away');
  expect(await filesIn(folder)).toEqual([]);
});
