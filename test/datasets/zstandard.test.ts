import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { openArchive } from '../../src/datasets/detect.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import { unpackZstandard } from '../../src/datasets/zstandard.js';
import { tarOf } from './archives.js';
import { fileOf, temporaryStore } from './fixtures.js';

/** Six pictures in two classes, packed by `zstd -19 --check` 1.5.4. */
const PACKED = await readFile(new URL('pets.tar.zst', import.meta.url));

/** A frame of one block of `size` times the byte 7, for a window of 2 ** (10 + exponent) bytes. */
function repeated(size: number, exponent: number): Buffer {
  const block = Buffer.from([0, 0, 0, 7]);
  block.writeUIntLE((size << 3) | (1 << 1) | 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3]), block]);
}

async function* inPieces(content: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

const unpack = (content: Buffer, size = content.length) => buffer(unpackZstandard(inPieces(content, size)));

describe('a tar.zst archive', () => {
  it('is ingested like the tar in it', async () => {
    const tar = await unpack(PACKED);
    const hashes = await Promise.all(
      [PACKED, tar].map(async (content) => {
        const { blobs } = await temporaryStore();
        return (await ingestImages(await openArchive(await fileOf(content)), blobs)).manifest.contentHash;
      }),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });

  it.each([1, 7, 100])('is the same in pieces of %i bytes', async (size) => {
    expect((await unpack(PACKED, size)).equals(await unpack(PACKED))).toBe(true);
  });

  it('may have several frames, and some to be skipped', async () => {
    const skipped = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('any')]);
    const content = await unpack(Buffer.concat([repeated(100, 10), skipped, repeated(50, 10)]), 5);
    expect(content.equals(Buffer.alloc(150, 7))).toBe(true);
  });

  it('is refused when a frame asks for more memory than the limit, wherever it stands', async () => {
    const refusal = { code: 'DATASET_REFUSED', details: { limit: 2 ** 27, received: 2 ** 28 } };
    await expect(unpack(repeated(1, 18))).rejects.toMatchObject(refusal);
    await expect(unpack(Buffer.concat([repeated(100, 10), repeated(1, 18)]), 3)).rejects.toMatchObject(refusal);
  });

  it('is refused when it is cut off or damaged', async () => {
    const { blobs, files } = await temporaryStore();
    const ingesting = async (content: Buffer) => ingestImages(await openArchive(await fileOf(content)), blobs);
    const refusal = { code: 'DATASET_REFUSED', message: expect.stringContaining('damaged or incomplete') };
    await expect(ingesting(PACKED.subarray(0, 300))).rejects.toMatchObject(refusal);
    const other = Buffer.from(PACKED);
    other.fill(0xff, 20, 60);
    await expect(ingesting(other)).rejects.toMatchObject(refusal);
    expect(await files()).toEqual([]);
  });

  it('is refused when it unpacks to more than the limit', async () => {
    const { blobs } = await temporaryStore();
    const head = await tarOf({ 'cat/large.png': Buffer.alloc(0) });
    head.write('77777777777\0', 124); // the size: what follows is its content
    head.fill(' ', 148, 156);
    const sum = head.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    head.write(sum.toString(8).padStart(6, '0'), 148); // the header's checksum
    const bomb = Buffer.concat(Array.from({ length: 4000 }, () => repeated(100_000, 10)));
    const raw = Buffer.alloc(3);
    raw.writeUIntLE((512 << 3) | 1, 0, 3);
    const begin = Buffer.concat([repeated(0, 10).subarray(0, 6), raw, head.subarray(0, 512)]);
    const file = await fileOf(Buffer.concat([begin, bomb]));
    await expect(ingestImages(await openArchive(file), blobs)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: 'maxCompressionRatio' },
    });
  });
});
