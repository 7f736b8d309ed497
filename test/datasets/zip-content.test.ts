import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openArchive } from '../../src/datasets/detect.js';
import { READ_AHEAD_BYTES } from '../../src/datasets/source.js';
import { zipOf } from './archives.js';
import { fileOf } from './fixtures.js';

/** Around the size from which entries are streamed, and several of each, so that they lie across pieces of the file. */
const SIZES = [0, 1, 63, 4095, 4096, READ_AHEAD_BYTES - 1, READ_AHEAD_BYTES, READ_AHEAD_BYTES + 1];
const bytesOf = (seed: number, length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * i + seed * i + seed) % 251));

async function contents(zip: Buffer): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const source = await openArchive(await fileOf(zip));
  for await (const entry of source.entries(new AbortController().signal)) {
    if (entry.kind !== 'file') continue;
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry.content()) chunks.push(chunk);
    found.set(entry.path, Buffer.concat(chunks));
  }
  return found;
}

it.each([true, false])('every entry of a zip archive has its content (deflated: %s)', async (compress) => {
  const files = Object.fromEntries(
    SIZES.flatMap((size) => [1, 2, 3].map((seed) => [`cat/${size}-${seed}`, bytesOf(seed, size)] as const)),
  );
  const found = await contents(await zipOf(files, { compress }));
  expect([...found.keys()]).toEqual(Object.keys(files));
  for (const [path, content] of found) expect(content.equals(files[path]!), path).toBe(true);
});

describe.each([
  ['small', 1000],
  ['streamed', READ_AHEAD_BYTES + 1000],
])('a %s entry', (_, size) => {
  /** A zip of one deflated entry, of which one number in both headers is changed. */
  const changed = async (at: { local: number; central: number }, by: number): Promise<Buffer> => {
    const zip = await zipOf({ 'cat/1.png': bytesOf(1, size) });
    const central = zip.indexOf('PK\x01\x02', 0, 'latin1');
    for (const place of [at.local, central + at.central]) zip.writeUInt32LE(zip.readUInt32LE(place) + by, place);
    return zip;
  };
  const damaged = (message: string) => ({ code: 'DATASET_REFUSED', message: expect.stringContaining(message) });

  it('that is longer than stated is refused', async () => {
    const zip = await changed({ local: 22, central: 24 }, -1);
    await expect(contents(zip)).rejects.toMatchObject(damaged('damaged or incomplete: '));
  });

  it('that is shorter than stated is refused', async () => {
    const zip = await changed({ local: 22, central: 24 }, 1);
    await expect(contents(zip)).rejects.toMatchObject(damaged('damaged or incomplete: '));
  });

  it('with another checksum is refused', async () => {
    const zip = await changed({ local: 14, central: 16 }, 1);
    await expect(contents(zip)).rejects.toMatchObject(damaged('an entry has a wrong checksum'));
  });

  it('that is cut in the middle is refused', async () => {
    const packed = deflateRawSync(bytesOf(1, size)).length;
    const zip = await changed({ local: 18, central: 20 }, -Math.floor(packed / 2));
    await expect(contents(zip)).rejects.toMatchObject(damaged('damaged or incomplete: '));
  });
});
