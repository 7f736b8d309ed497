import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openArchive } from '../../src/datasets/detect.js';
import { FolderSource } from '../../src/datasets/folder-source.js';
import { type IngestOptions, ingestImages } from '../../src/datasets/ingest.js';
import { readManifest, ShardReader } from '../../src/datasets/read-manifest.js';
import type { Source } from '../../src/datasets/source.js';
import { type Files, images, noise, png, tarGzOf, zipOf } from './archives.js';
import { fileOf, folderOf, sourceOf, temporaryStore } from './fixtures.js';

async function ingest(source: Source, options: IngestOptions = {}) {
  return ingestImages(source, (await temporaryStore()).blobs, options);
}

const ingestFiles = async (files: Files, options: IngestOptions = {}) => ingest(await sourceOf(files), options);

describe('ingestImages', () => {
  it('gives the same hash for a zip, a tar.gz and a folder, in any order', async () => {
    const files = await images(['pets/cat', 'pets/dog'], 10);
    const backwards = Object.fromEntries(Object.entries(files).reverse());
    const hashes = [
      await ingest(await openArchive(await fileOf(await zipOf(files)))),
      await ingest(await openArchive(await fileOf(await tarGzOf(backwards)))),
      await ingest(new FolderSource(await folderOf(files))),
    ].map(({ manifest }) => manifest.contentHash);
    expect(new Set(hashes).size).toBe(1);
  });

  it('stores the encoded bytes of every image as they were, and a manifest that finds them', async () => {
    const files: Record<string, Buffer> = {};
    const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
    for (const [i, format] of formats.entries()) {
      files[`cat/${format}`] = await noise(i, 12, 6).toFormat(format).toBuffer();
      files[`dog/${format}`] = await noise(100 + i, 12, 6)
        .toFormat(format)
        .toBuffer();
    }
    const { blobs } = await temporaryStore();
    const ingested = await ingestImages(await sourceOf(files), blobs);
    expect(ingested).toMatchObject({
      counts: { images: 12, train: 10, validation: 0, test: 2 },
      bytes: Object.values(files).reduce((sum, file) => sum + file.length, 0),
      width: 12,
      height: 6,
      rejected: [],
      rejectedCount: 0,
    });

    const manifest = await readManifest(blobs, ingested.manifestBlob.sha256);
    expect(manifest).toEqual(ingested.manifest);
    const reader = new ShardReader(blobs, manifest);
    for (const image of manifest.images) {
      const encoded = await reader.read(image);
      expect(Buffer.from(encoded).equals(files[image.name]!)).toBe(true);
      expect(createHash('sha256').update(encoded).digest('hex')).toBe(image.sha256);
    }
    await reader.close();
  });

  it('keeps the splits that are given, sorted by split, class and hash', async () => {
    const { manifest, counts } = await ingestFiles(
      await images(['train/cat', 'train/dog', 'val/cat', 'val/dog', 'test/cat', 'test/dog'], 2),
      { testFraction: 0.5, validationFraction: 0.4 },
    );
    expect(counts).toEqual({
      images: 12,
      train: 4,
      validation: 4,
      test: 4,
      classes: ['cat', 'dog'].map((name) => ({ name, train: 2, validation: 2, test: 2 })),
    });
    const order = manifest.images.map(({ split, label }) => `${split} ${label}`);
    expect([...new Set(order)]).toEqual(['train 0', 'train 1', 'validation 0', 'validation 1', 'test 0', 'test 1']);
  });

  it('has no common size when images differ', async () => {
    const files = { ...(await images(['cat', 'dog'], 2)), 'dog/wide.png': await png(99, 16, 8) };
    expect(await ingestFiles(files)).toMatchObject({ width: null, height: 8 });
  });

  it('ignores system files and rejects other files, with name and reason', async () => {
    const jpeg = await noise(7, 32, 32).jpeg().toBuffer();
    const twin = await png(8);
    const ingested = await ingestFiles({
      ...(await images(['cat', 'dog'], 3)),
      '.DS_Store': Buffer.from('x'),
      '__MACOSX/cat/._0.png': Buffer.from('x'),
      'dog/Thumbs.db': Buffer.from('x'),
      'README.md': Buffer.from('# Pets'),
      'cover.png': await png(50),
      'cat/small/1.png': await png(51),
      'cat/vector.jpg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'cat/cut.jpg': jpeg.subarray(0, jpeg.length - 40),
      'cat/twin-b.png': twin,
      'cat/twin-a.png': twin,
      'dog/twin.png': twin,
    });
    expect(ingested.counts.images).toBe(8);
    expect([...ingested.rejected].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'README.md', reason: 'not a JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP image' },
      { name: 'cat/cut.jpg', reason: 'truncated or damaged' },
      { name: 'cat/small/1.png', reason: 'nested deeper than class/file' },
      { name: 'cat/twin-b.png', reason: 'duplicate of cat/twin-a.png' },
      { name: 'cat/vector.jpg', reason: 'an SVG drawing: export it as PNG' },
      { name: 'cover.png', reason: 'not inside a class folder' },
    ]);
    expect(ingested.rejectedCount).toBe(6);
  });

  it('reports its progress', async () => {
    const seen: number[] = [];
    await ingestFiles(await images(['cat', 'dog'], 3), { onProgress: ({ images }) => seen.push(images) });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('ingestImages refuses', () => {
  it.each<[string, () => Promise<Files> | Files, string]>([
    [
      'a source without images',
      () => ({ 'cat/': null, 'cat/a.txt': Buffer.from('a') }),
      'has no image with a class. 1 files were rejected, the first: "cat/a.txt" (not a',
    ],
    ['an empty source', () => ({}), 'has no image with a class.'],
    ['one class', () => images(['cat'], 3), 'There is one class, "cat"'],
    [
      'an empty class',
      async () => ({ ...(await images(['cat', 'dog'], 3)), 'emu/': null }),
      'no usable images of "emu"',
    ],
    [
      'a class of damaged images',
      async () => ({ ...(await images(['cat', 'dog'], 3)), 'emu/1.png': (await png(1)).subarray(0, 60) }),
      'no usable images of "emu"',
    ],
    [
      'a class that is only in test',
      () => images(['train/cat', 'train/dog', 'test/cat', 'test/emu'], 2),
      '"emu" has images for validation or test, but none for training',
    ],
    [
      'a class too small to draw from',
      () => images(['cat', 'dog'], 1),
      '"cat" has 1 training images: drawing 1 for test and 0 for validation leaves none',
    ],
    [
      'split folders beside class folders',
      () => images(['train/cat', 'train/dog', 'emu'], 2),
      '"train" is a split, but "emu" next to it is not',
    ],
    [
      'a path that climbs',
      async () => ({ ...(await images(['cat', 'dog'], 2)), '../emu/1.png': await png(5) }),
      '"../emu/1.png" climbs out',
    ],
    ['an absolute path', async () => ({ '/cat/1.png': await png(5) }), '"/cat/1.png" is absolute'],
  ])('%s', async (_, files, message) => {
    const { blobs, files: stored } = await temporaryStore();
    await expect(ingestImages(await sourceOf(await files()), blobs)).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringContaining(message),
    });
    expect(await stored()).toEqual([]);
  });

  it('a zip whose path climbs', async () => {
    const zip = await zipOf({ 'xx/evil.png': await png(1) });
    const climbing = Buffer.from(zip.toString('latin1').replaceAll('xx/evil', '../evil'), 'latin1');
    await expect(ingest(await openArchive(await fileOf(climbing)))).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: 'The path "../evil.png" climbs out of its folder; nothing of this source was stored.',
    });
  });

  it.each([
    ['testFraction', { testFraction: 1 }],
    ['testFraction', { testFraction: 0.6, validationFraction: 0.4 }],
    ['seed', { seed: 0.5 }],
  ])('a bad %s', async (name, options) => {
    await expect(ingestFiles({}, options)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(name),
    });
  });
});

describe('photos of other sizes', () => {
  it('are measured after their EXIF orientation', async () => {
    const turned = (seed: number) => noise(seed, 10, 4).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const files: Record<string, Buffer> = {};
    for (const [i, name] of ['cat/1', 'cat/2', 'dog/1', 'dog/2'].entries()) files[name] = await turned(i);
    expect((await sharp(files['cat/1']).metadata()).width).toBe(10);
    expect(await ingestFiles(files)).toMatchObject({ width: 4, height: 10 });
  });
});
