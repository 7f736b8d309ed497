// Takes an even part of a folder of CIFAR-10 JPEGs into samples/: an archive, and one photo per class that is not in it.
// node scripts/make-sample.mjs FOLDER   (FOLDER holds train/<class>/NNNN.jpg and test/<class>/NNNN.jpg)
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** Every 25th of 5,000 training images and every 20th of 1,000 test images per class. */
const STEPS = { test: 20, train: 25 };
/** Which test image of a class becomes its photo; no multiple of the step. */
const PHOTO = 10;

const [source] = process.argv.slice(2);
if (!source) throw new Error('usage: node scripts/make-sample.mjs FOLDER');
const samples = join(import.meta.dirname, '..', 'samples');
await mkdir(join(samples, 'photos'), { recursive: true });

const archive = pack();
const content = buffer(archive);
for (const [split, step] of Object.entries(STEPS)) {
  for (const className of (await readdir(join(source, split))).sort()) {
    const files = (await readdir(join(source, split, className))).sort();
    for (const file of files.filter((_, place) => place % step === 0)) {
      const header = { name: `cifar10-sample/${split}/${className}/${file}`, mode: 0o644, mtime: new Date(0) };
      archive.entry(header, await readFile(join(source, split, className, file)));
    }
    if (split === 'test') {
      const photo = files[PHOTO];
      await copyFile(join(source, split, className, photo), join(samples, 'photos', `${className}-${photo}`));
    }
  }
}
archive.finalize();
const packed = gzipSync(await content, { level: 9 });
// The gzip header names the system that packed it; 255 is "unknown", so that every system writes the same.
packed[9] = 255;
await writeFile(join(samples, 'cifar10-sample.tar.gz'), packed);
