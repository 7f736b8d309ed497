import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Files } from '../archives.js';

/** Pickles of two images, a cat and a dog, by the library that wrote them: of test/reference/cifar10_pickles.py. */
export function readPickles(reference: string): ReadonlyMap<string, Buffer> {
  const { pickles } = JSON.parse(readFileSync(join(reference, 'cifar10_pickles.json'), 'utf8')) as {
    pickles: Record<string, string>;
  };
  return new Map(Object.entries(pickles).map(([name, packed]) => [name, gunzipSync(Buffer.from(packed, 'base64'))]));
}

/** The image n of the script, as its red, green and blue planes. */
const planes = (n: number) => Buffer.from(Array.from({ length: 3072 }, (_, i) => (7 * i + 3 * n) % 256));

/** A record of a binary batch. */
export const record = (label: number, n: number) => Buffer.concat([Buffer.from([label]), planes(n)]);

/** The images of the pickles in a binary batch, and one for testing. */
export const BINARY = {
  'data_batch_1.bin': Buffer.concat([record(3, 0), record(5, 1)]),
  'test_batch.bin': record(3, 4),
};

export const COUNTS = ['train cat 1', 'train dog 1'];

/** The rejections for batches that a source lacks. */
export const missing = (...batches: (number | 'test')[]) =>
  batches.map((batch) => `${batch === 'test' ? 'test_batch' : `data_batch_${batch}`}: ${MISSING}`);
const MISSING = 'missing: the source has only a part of CIFAR-10';

const inFolder = (folder: string, files: Files) =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));

const binary = (...numbers: number[]) =>
  Object.fromEntries(numbers.map((n) => [`data_batch_${n}.bin`, record(n, 10 + n)]));
const SURROUNDINGS = { 'README.md': Buffer.from('CIFAR-10'), 'readme.html': Buffer.from('<html>') };

/** Sources of CIFAR-10: what they are, files, images per split and class, rejections. @param batch a pickle. */
export const cifarRead = (batch: Buffer): readonly (readonly [string, Files, string[], string[]])[] => [
  [
    'Python batches in a folder of their own',
    inFolder('cifar-10-batches-py', { ...SURROUNDINGS, data_batch_1: batch, test_batch: batch }),
    [...COUNTS, 'test cat 1', 'test dog 1'],
    missing(2, 3, 4, 5),
  ],
  [
    'binary batches in any folder',
    inFolder('data/any name', { ...SURROUNDINGS, ...BINARY }),
    [...COUNTS, 'test cat 1'],
    missing(2, 3, 4, 5),
  ],
  [
    'three of five batches',
    { ...BINARY, ...binary(2, 4) },
    ['train bird 1', 'train cat 1', 'train deer 1', 'train dog 1', 'test cat 1'],
    missing(3, 5),
  ],
];

/** Sources next to a batch that are refused, with the message. */
export const cifarRefused = (image: Buffer): readonly (readonly [string, Files, string])[] => [
  [
    'other images',
    { 'cat/1.png': image },
    'The source is CIFAR-10, with "cat/1.png" that is no part of it next to its batches: register the two apart.',
  ],
  ['batches in another format', inFolder('b', BINARY), '"b/data_batch_1.bin" in another format next to its batches'],
  ['a batch that was cut', { 'a/data_batch_2': Buffer.from('\x80\x02}') }, '"a/data_batch_2" is not a CIFAR-10 pickle'],
];
