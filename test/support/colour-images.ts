import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { randomStream, uniform } from '../../src/random.js';
import { type Files, zipOf } from '../datasets/archives.js';
import type { DatasetVersionAnswer } from './answers.js';
import type { HubUser } from './hub-user.js';

/** Classes that a network learns in seconds: the dominant color of an image. */
const COLOURS = { blue: [0, 0, 250], green: [0, 250, 0], red: [250, 0, 0] } as const;
export type Colour = keyof typeof COLOURS;
/** The classes in the hub's order. */
export const COLOUR_NAMES = Object.keys(COLOURS) as readonly Colour[];

/** Largest difference of a channel from the color of the class: above 0, but less than the distance of the classes. */
const NOISE = 70;

/** A PNG of a color, with different noise for every seed. */
export async function colourPhoto(colour: Colour, seed: number, width = 32, height = 32): Promise<Buffer> {
  const random = randomStream(seed, colour);
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i++) {
    const value = COLOURS[colour][i % 3]! + (2 * uniform(random) - 1) * NOISE;
    pixels[i] = Math.max(0, Math.min(255, Math.round(value)));
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** `train/red/0.png`, ..., `test/blue/7.png`: a dataset with given splits. */
export async function colourImages({ train = 20, test = 8, seed = 0 } = {}): Promise<Files> {
  const files: Record<string, Buffer> = {};
  for (const colour of COLOUR_NAMES) {
    for (let i = 0; i < train + test; i++) {
      const place = i < train ? `train/${colour}/${i}` : `test/${colour}/${i - train}`;
      files[`${place}.png`] = await colourPhoto(colour, 1000 * seed + i);
    }
  }
  return files;
}

/** Writes training images of each color to a folder of folders, one for each class. */
export async function writeColours(folder: string, train: number): Promise<void> {
  for (const [name, content] of Object.entries(await colourImages({ train, test: 0 }))) {
    const file = join(folder, name.replace('train/', ''));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content as Buffer);
  }
}

/** Registers the images as the first version of the dataset "colours". */
export async function registerColours(hub: HubUser): Promise<DatasetVersionAnswer> {
  return hub.register('colours', await zipOf(await colourImages()));
}
