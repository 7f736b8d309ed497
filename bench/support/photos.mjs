import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { openSource } from '../../out/datasets/detect.js';
import { randomStream, uniform } from '../../out/random.js';

const SAMPLE = fileURLToPath(new URL('../../samples/cifar10-sample.tar.gz', import.meta.url));
const SIZE = { width: 640, height: 480 };
/** Standard deviation of the grain, in steps of 255: what makes a JPEG of an enlarged picture as heavy as a photo. */
const GRAIN = 6;

/**
 * Writes photos of 640 x 480 made of the sample's pictures, as a dataset: `train/cat/0.jpg`, `test/cat/1.jpg`.
 * @returns their paths.
 */
export async function makePhotos(folder, perClass) {
  const made = new Map();
  const paths = [];
  const source = await openSource(SAMPLE);
  for await (const { path, content } of source.entries()) {
    const [, split, label] = /(train|test)\/([a-z]+)\/[^/]+$/.exec(path) ?? [];
    const name = `${split}/${label}`;
    const count = made.get(name) ?? 0;
    if (!label || count >= perClass[split]) continue;
    made.set(name, count + 1);
    const chunks = [];
    for await (const chunk of content()) chunks.push(chunk);
    await mkdir(join(folder, name), { recursive: true });
    const file = join(folder, name, `${count}.jpg`);
    await writeFile(file, await photoOf(Buffer.concat(chunks), `${name}/${count}`));
    paths.push(file);
  }
  return paths;
}

async function photoOf(picture, name) {
  const { width, height } = SIZE;
  const enlarged = await sharp(picture).resize(width, height, { fit: 'cover', kernel: 'cubic' }).removeAlpha().raw();
  const pixels = await enlarged.toBuffer();
  const random = randomStream(1, name);
  for (let i = 0; i < pixels.length; i += 3) {
    // The sum of three uniform numbers has half a standard deviation and nearly a bell's shape.
    const grain = 2 * GRAIN * (uniform(random) + uniform(random) + uniform(random) - 1.5);
    for (let c = i; c < i + 3; c++) pixels[c] = Math.max(0, Math.min(255, pixels[c] + grain));
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer();
}
