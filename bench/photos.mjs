// How a photo should reach a model whose training pictures were smaller than what its network sees: reduced to their size
// first (the network enlarges it, as in training), or decoded at the size of the network. No full-size photos of these ten
// classes can be carried here, so the training pictures are made smaller instead: models are trained on the sample reduced
// to 16 and 24 pixels, and asked about test pictures with all their 32: detail that training never saw, as in a photo.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { decodePixels } from '../out/datasets/decode.js';
import { openSource } from '../out/datasets/detect.js';
import { ingestImages } from '../out/datasets/ingest.js';
import { ShardReader } from '../out/datasets/read-manifest.js';
import { NetworkThread } from '../out/engines/network-thread.js';
import { startWorker } from '../out/jobs/worker-process.js';
import { FileBlobStore } from '../out/storage/file-blobs.js';
import { resolveRecipe } from '../out/training/recipe-resolution.js';
import { check } from './support/check.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Side of the picture that the network sees. */
const IMAGE = 75;

export function describe(command) {
  return command.description('photos reduced to the size of the training pictures first, or decoded at the network’s');
}

export async function measure() {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const blobs = new FileBlobStore(folder);
  const thread = new NetworkThread({ blobPlace: { folder }, threads: 2 });
  try {
    const sample = await openSource(join(ROOT, 'samples', 'cifar10-sample.tar.gz'));
    const { manifest } = await ingestImages(sample, blobs);
    const shards = new ShardReader(blobs, manifest);
    const backbone = await readFile(join(ROOT, 'backbones', 'inception_v3_tiny_imagenet_2.safetensors'));
    const { sha256: backboneBlob } = await blobs.put(backbone);
    const rows = [];
    for (const side of [16, 24, 32]) {
      const { manifestBlob } = await ingestImages(reduced(manifest, shards, side), blobs);
      const size = { input: side, image: IMAGE };
      const job = { manifestBlob: manifestBlob.sha256, backboneBlob, size, blobPlace: { folder } };
      const weightsBlob = await trainHead(job);
      const share = (input) =>
        shareRight({
          thread,
          manifest,
          shards,
          network: { backboneBlob, weightsBlob, size: { input, image: IMAGE }, quantizedBlob: null },
        });
      rows.push({
        'training pictures': side,
        'reduced first': await share(side),
        'at the network’s size': await share(IMAGE),
      });
    }
    await shards.close();
    const gain = (row) => (row['reduced first'] - row['at the network’s size']) * 100;
    const named = (row) => `points gained by reducing 32 px photos to ${row['training pictures']} px first`;
    return { rows, checks: rows.map((row) => check(named(row), gain(row), { atLeast: 0 })) };
  } finally {
    await thread.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The pictures of a dataset version, smaller, as a source. */
function reduced(manifest, shards, side) {
  return {
    share: null,
    async *entries() {
      for (const image of manifest.images) {
        const content = await sharp(await shards.read(image))
          .resize(side, side)
          .png()
          .toBuffer();
        const path = `${image.split}/${manifest.classes[image.label]}/${image.sha256}.png`;
        yield {
          kind: 'file',
          path,
          bytes: content.length,
          content: async function* () {
            yield content;
          },
        };
      }
    },
  };
}

async function trainHead(data) {
  const job = {
    ...data,
    recipe: resolveRecipe('standard', { imageSize: IMAGE }),
    featureChunks: [],
    uncached: null,
    parentBlob: null,
    checkpointBlob: null,
  };
  for await (const event of startWorker({ kind: 'train', job }).events)
    if (event.type === 'finished') return event.weightsBlob;
  throw new Error('training did not finish');
}

/** Share of the test pictures, with all their pixels, that a network classifies right. */
async function shareRight({ thread, manifest, shards, network }) {
  const loaded = await thread.load(network);
  const side = network.size.input;
  const tests = manifest.images.filter((image) => image.split === 'test');
  let right = 0;
  for (const image of tests) {
    const pixels = await decodePixels(await shards.read(image), { width: side, height: side, fit: 'cover' });
    const probabilities = await loaded.run(pixels, 1);
    if (probabilities.indexOf(Math.max(...probabilities)) === image.label) right += 1;
  }
  await loaded.dispose();
  return right / tests.length;
}
