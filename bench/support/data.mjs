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
  const wanted = new Map();
  const entries = createReadStream(archive).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    const match = /^(?:\.\/)?((train|test)\/[a-z]+)\/(\d+)\.jpg$/.exec(entry.header.name);
    if (!match || Number(match[3]) >= perClass[match[2]]) {
      entry.resume();
      continue;
    }
    const path = join(folder, match[1], `${match[3]}.jpg`);
    await mkdir(dirname(path), { recursive: true });
    const chunks = [];
    for await (const chunk of entry) chunks.push(chunk);
    await writeFile(path, Buffer.concat(chunks));
    wanted.set(match[1], (wanted.get(match[1]) ?? 0) + 1);
  }
  for (const [name, count] of wanted) {
    if (count !== perClass[name.split('/')[0]]) throw new Error(`${name} has ${count} images`);
  }
  if ((await readdir(join(folder, 'train'))).length !== 10) throw new Error(`${archive} has not ten classes`);
}
