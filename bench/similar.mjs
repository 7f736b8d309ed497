// How fast images like another one are found among very many, by comparing the features of all.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxEngine } from '../out/engines/onnx/onnx-engine.js';
import { FileBlobStore } from '../out/storage/file-blobs.js';
import { rowsPerChunk } from '../out/training/features.js';
import { SimilarImages } from '../out/training/similar-images.js';
import { check, median } from './support/check.mjs';

/** Images that are asked for. */
const FIRST = 18;

export function describe(command) {
  return command
    .description('images like another one among very many, by the features of all')
    .option('--images <n>', 'images of the version', '100000')
    .option('--width <n>', 'features of each; EfficientNet-Lite0 has 1,280', '1280')
    .option('--rounds <n>', 'questions that are timed', '30');
}

/** The first question reads the features; the others find them in memory. */
export async function measure({ images, width, rounds }) {
  const [count, columns] = [Number(images), Number(width)];
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const blobs = new FileBlobStore(folder);
  const similar = new SimilarImages(blobs, new OnnxEngine(availableParallelism()));
  try {
    const { chunks, values } = await storeFeatures(blobs, count, columns);
    const features = { key: 'bench', chunks, images: count, network: null };
    const ask = async (row) => {
      const began = performance.now();
      const found = await similar.find({ features, example: { row }, from: 0, to: count, first: FIRST });
      return { milliseconds: performance.now() - began, found };
    };
    const first = await ask(0);
    const times = [];
    let wrong = 0;
    for (let round = 0; round < Number(rounds); round++) {
      const row = Math.floor((round * count) / Number(rounds));
      const { milliseconds, found } = await ask(row);
      times.push(milliseconds);
      if (round < 3 && !isRight(found, values, columns, row)) wrong += 1;
    }
    return {
      rows: [
        { images: count, features: columns, 'first question, ms': first.milliseconds, 'others, ms': median(times) },
      ],
      checks: [
        check('a question, ms (median)', median(times), { atMost: 50 }),
        check('answers that differ from those of a plain loop, of 3', wrong, { atMost: 0 }),
      ],
    };
  } finally {
    await similar.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Random features around 1,000 centers: with neighbors that are closer than others, as those of images. */
async function storeFeatures(blobs, count, width) {
  const centers = new Float32Array(1000 * width).map(() => Math.random());
  const values = new Float32Array(count * width);
  for (let i = 0; i < values.length; i++) {
    const row = Math.floor(i / width);
    values[i] = centers[(row % 1000) * width + (i % width)] + Math.random();
  }
  const perChunk = rowsPerChunk(width * values.BYTES_PER_ELEMENT);
  const chunks = [];
  for (let index = 0; index * perChunk < count; index++) {
    const part = values.subarray(index * perChunk * width, Math.min(count, (index + 1) * perChunk) * width);
    const { sha256 } = await blobs.put(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    chunks.push({ index, blob: sha256, rows: part.length / width });
  }
  return { chunks, values };
}

/** Whether no other image is closer than those that were found, but for the last digits of a float. */
function isRight({ rows, similarities }, values, width, row) {
  const cosine = (other) => {
    let [dot, own, others] = [0, 0, 0];
    for (let i = 0; i < width; i++) {
      const [a, b] = [values[row * width + i], values[other * width + i]];
      dot += a * b;
      own += a * a;
      others += b * b;
    }
    return dot / Math.sqrt(own * others);
  };
  const all = Array.from({ length: values.length / width }, (_, other) => (other === row ? -1 : cosine(other)));
  const best = all.toSorted((a, b) => b - a);
  return rows.every((other, i) => Math.abs(similarities[i] - best[i]) < 1e-5 && Math.abs(all[other] - best[i]) < 1e-5);
}
