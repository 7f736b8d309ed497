import sharp from 'sharp';
import { HubError } from '../errors.js';
import type { MeasuredImage } from './decode.js';
import { imageFacts } from './image-facts.js';
import { inOrder } from './in-order.js';
import { isSystemPath } from './layout.js';
import { quoted } from './names.js';
import { type FileEntry, inMemory, type Source, type SourceEntry } from './source.js';

/** CIFAR-10's classes, in the order of their labels. */
export const CIFAR10_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

const BATCHES = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}`).concat('test_batch');

const SIDE = 32;
const PLANE = SIDE * SIDE;
/** Bytes of an image: the red, green and blue planes, row by row. */
export const IMAGE_BYTES = 3 * PLANE;

/** An image of a batch. */
export interface Cifar10Record {
  readonly label: number;
  readonly planes: Uint8Array;
}

/** A published format of the archive. */
export interface Cifar10Format {
  /** Matches the paths of batches; the first group is the batch's name. */
  readonly batch: RegExp;
  readonly classList: RegExp;
  records(entry: FileEntry): AsyncIterable<Cifar10Record>;
  /** In the order of the labels. */
  classes(entry: FileEntry): Promise<readonly unknown[]>;
}

/** File names of images, which do not belong to CIFAR-10. */
const IMAGE_NAME = /\.(?:jpe?g|png|webp|gif|tiff?|avif|bmp)$/i;

/** Whether a file is named like an image and not ignored. */
export function isImageName(path: string): boolean {
  return IMAGE_NAME.test(path) && !isSystemPath(path);
}

/** CIFAR-10's images, from the batches of a published format. Batches that are missing are refused entries. */
export class Cifar10Source implements Source {
  /** @param formats all formats: batches of another one than `format` are refused. */
  constructor(
    private readonly source: Source,
    private readonly format: Cifar10Format,
    private readonly formats: readonly Cifar10Format[],
  ) {}

  get share(): number | null {
    return this.source.share;
  }

  async *entries(signal: AbortSignal): AsyncGenerator<SourceEntry> {
    const { batch, classList, records, classes } = this.format;
    const missing = new Set(BATCHES);
    for await (const entry of this.source.entries(signal)) {
      if (entry.kind === 'folder') continue;
      const name = batch.exec(entry.path)?.[1];
      if (entry.kind === 'refused') refuseBatch(entry.path, entry.reason, name !== undefined);
      else if (name !== undefined) {
        missing.delete(name);
        yield* imageFiles(records(entry), name, entry.path);
      } else if (classList.test(entry.path)) checkClassList(await classes(entry), entry.path);
      else this.#refuseOther(entry.path);
    }
    for (const path of missing)
      yield { kind: 'refused', path, reason: 'missing: the source has only a part of CIFAR-10' };
  }

  /** @throws DATASET_REFUSED for images that would be missing. */
  #refuseOther(path: string): void {
    const isBatch = this.formats.some((format) => format !== this.format && format.batch.test(path));
    if (!isBatch && !isImageName(path)) return;
    const other = isBatch ? 'in another format' : 'that is no part of it';
    throw new HubError(
      'DATASET_REFUSED',
      `The source is CIFAR-10, with ${quoted(path)} ${other} next to its batches: register the two apart.`,
    );
  }
}

/** @throws DATASET_REFUSED for a batch that the source does not open. */
function refuseBatch(path: string, reason: string, isBatch: boolean): void {
  if (isBatch) throw new HubError('DATASET_REFUSED', `The batch ${quoted(path)} cannot be read: ${reason}.`);
}

/**
 * The records of a batch as PNG files: `train/cat/data_batch_1-00042.png`. Both published formats yield the same files,
 * hence the same dataset.
 */
async function* imageFiles(
  records: AsyncIterable<Cifar10Record>,
  batch: string,
  batchPath: string,
): AsyncGenerator<SourceEntry> {
  const split = batch === 'test_batch' ? 'test' : 'train';
  let index = 0;
  for await (const { className, encoded, measured } of inOrder(records, (record) => encode(record, batchPath))) {
    const path = `${split}/${className}/${batch}-${String(index).padStart(5, '0')}.png`;
    yield { kind: 'file', path, bytes: encoded.length, content: () => inMemory([encoded]), measured };
    index += 1;
  }
}

/** @throws DATASET_REFUSED unless these are the ten classes in their order. */
function checkClassList(names: readonly unknown[], path: string): void {
  if (names.join() === CIFAR10_CLASSES.join()) return;
  throw new HubError('DATASET_REFUSED', `${quoted(path)} does not list the ten classes of CIFAR-10 in their order.`);
}

async function encode(
  { label, planes }: Cifar10Record,
  batchPath: string,
): Promise<{ className: string; encoded: Buffer; measured: MeasuredImage }> {
  const className = CIFAR10_CLASSES[label];
  if (className === undefined) {
    throw new HubError(
      'DATASET_REFUSED',
      `${quoted(batchPath)} has a record with the label ${label}; labels are 0 to 9.`,
    );
  }
  const pixels = Buffer.alloc(IMAGE_BYTES);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < PLANE; i++) pixels[3 * i + channel] = planes[channel * PLANE + i]!;
  }
  // Uncompressed: deflate's output differs between machines, and with it the hash of the same dataset.
  const image = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } }).png({ compressionLevel: 0 });
  const measured = { width: SIDE, height: SIDE, facts: imageFacts(pixels, SIDE, SIDE) };
  return { className, encoded: await image.toBuffer(), measured };
}
