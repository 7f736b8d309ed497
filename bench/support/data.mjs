import { createReadStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** Options that say where what is too large for the repository lies. */
export function withDataOptions(command) {
  return withWeightsOption(command).option(
    '--images <file>',
    'tar.gz of CIFAR-10 as JPEGs: train/<class>/NNNN.jpg, test/<class>/NNNN.jpg',
    '../shared/data/cifar10-images.tar.gz',
  );
}

/** The option that says where a backbone in Keras's form lies. */
export function withWeightsOption(command) {
  return command.option(
    '--weights <file>',
    'Keras .h5 of InceptionV3 without top',
    '../shared/backbone/inception_v3_notop.h5',
  );
}

/** Unpacks the first so many images per class by name. */
export async function unpackImages(archive, folder, perClass) {
  await unpack(archive, folder, (split, number) => (number < perClass[split] ? split : undefined), perClass);
}

/** Unpacks training images only: the first of each class to train on, and as test images those that follow them. */
export async function unpackHeldOut(archive, folder, { train, heldOut }) {
  const splitOf = (split, number) => {
    if (split !== 'train' || number >= train + heldOut) return undefined;
    return number < train ? 'train' : 'test';
  };
  await unpack(archive, folder, splitOf, { train, test: heldOut });
}

/** @param splitOf names the split that an image goes to, if any. @param perClass images of each class by split. */
async function unpack(archive, folder, splitOf, perClass) {
  const wanted = new Map();
  const entries = createReadStream(archive).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    const [, from, name, number] = /^(?:\.\/)?(train|test)\/([a-z]+)\/(\d+)\.jpg$/.exec(entry.header.name) ?? [];
    const split = from && splitOf(from, Number(number));
    if (!split) {
      entry.resume();
      continue;
    }
    const place = `${split}/${name}`;
    const path = join(folder, place, `${number}.jpg`);
    await mkdir(dirname(path), { recursive: true });
    const chunks = [];
    for await (const chunk of entry) chunks.push(chunk);
    await writeFile(path, Buffer.concat(chunks));
    wanted.set(place, (wanted.get(place) ?? 0) + 1);
  }
  for (const [name, count] of wanted) {
    if (count !== perClass[name.split('/')[0]]) throw new Error(`${name} has ${count} images`);
  }
  if ((await readdir(join(folder, 'train'))).length !== 10) throw new Error(`${archive} has not ten classes`);
}
