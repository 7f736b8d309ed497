import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openArchive } from '../../src/datasets/detect.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import { temporaryStore } from './fixtures.js';

const SAMPLES = join(import.meta.dirname, '..', '..', 'samples');

it('the sample is ingested as its README says, without any of the photos', async () => {
  const source = await openArchive(join(SAMPLES, 'cifar10-sample.tar.gz'));
  const { manifest, counts, width, height, rejectedCount } = await ingestImages(source, (await temporaryStore()).blobs);
  expect({ width, height, rejectedCount }).toEqual({ width: 32, height: 32, rejectedCount: 0 });
  expect(counts.classes).toHaveLength(10);
  for (const count of counts.classes) expect(count).toMatchObject({ train: 200, validation: 0, test: 50 });

  const known = new Set(manifest.images.map((image) => image.sha256));
  const photos = await readdir(join(SAMPLES, 'photos'));
  expect(photos.map((name) => name.split('-')[0])).toEqual(manifest.classes);
  for (const name of photos) {
    const photo = await readFile(join(SAMPLES, 'photos', name));
    expect(known.has(createHash('sha256').update(photo).digest('hex')), name).toBe(false);
  }
});
