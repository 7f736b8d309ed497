import { describe, expect, it } from 'vitest';
import { type IngestOptions, ingestImages } from '../../src/datasets/ingest.js';
import { type Files, images } from './archives.js';
import { sourceOf, temporaryStore } from './fixtures.js';

const ingestFiles = async (files: Files, options: IngestOptions) =>
  ingestImages(await sourceOf(files), (await temporaryStore()).blobs, options);

describe('a drawn split', () => {
  const testOf = async (files: Files, options: IngestOptions) => {
    const { manifest } = await ingestFiles(files, options);
    return manifest.images.filter((image) => image.split === 'test').map((image) => image.name);
  };

  it('is stratified, with at least one image of each class', async () => {
    const files = { ...(await images(['cat'], 20)), ...(await images(['rare', 'dog'], 3)) };
    const { counts } = await ingestFiles(files, { testFraction: 0.2, validationFraction: 0.1 });
    expect(counts.classes).toEqual([
      { name: 'cat', train: 14, validation: 2, test: 4 },
      { name: 'dog', train: 1, validation: 1, test: 1 },
      { name: 'rare', train: 1, validation: 1, test: 1 },
    ]);
  });

  it('is the same for the same seed and another for another', async () => {
    const files = await images(['cat', 'dog'], 12);
    const backwards = Object.fromEntries(Object.entries(files).reverse());
    const drawn = await testOf(files, { seed: 1, testFraction: 0.5 });
    expect(await testOf(backwards, { seed: 1, testFraction: 0.5 })).toEqual(drawn);
    expect(await testOf(files, { seed: 2, testFraction: 0.5 })).not.toEqual(drawn);
  });

  it('does not change in one class when another is added', async () => {
    const files = await images(['cat', 'dog'], 6);
    const more = { ...files, ...(await images(['a', 'b', 'emu'], 6)) };
    expect(await testOf(more, {})).toEqual(expect.arrayContaining(await testOf(files, {})));
  });
});
