import sharp from 'sharp';
import { HubError } from '../errors.js';
import { inOrder } from './in-order.js';
import { quoted } from './names.js';
import { type FileEntry, inMemory, type Source, type SourceEntry } from './source.js';

/** Where CIFAR-10's binary archive is published, and what it must be. */
export const CIFAR10_BINARY = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  bytes: 170_052_171,
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
} as const;

/** In the order of the labels, as batches.meta.txt lists them. */
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'] as const;

const SIDE = 32;
const PLANE = SIDE * SIDE;
/** One label byte, then the red, the green and the blue plane, row by row. */
const RECORD_BYTES = 1 + 3 * PLANE;

const BATCH = /(?:^|\/)(data_batch_[1-5]|test_batch)\.bin$/;
const CLASS_LIST = /(?:^|\/)batches\.meta\.txt$/;
/** The published list has 61; more than this is not read. */
const CLASS_LIST_BYTES = 1024;

/** The records of CIFAR-10's binary archive as PNG files: `train/cat/data_batch_1-00042.png`. */
export class Cifar10BinarySource implements Source {
  readonly #archive: Source;

  /** `archive` gives the entries of cifar-10-binary.tar.gz. */
  constructor(archive: Source) {
    this.#archive = archive;
  }

  async *entries(signal: AbortSignal): AsyncGenerator<SourceEntry> {
    for await (const entry of this.#archive.entries(signal)) {
      if (entry.kind !== 'file') continue;
      const batch = BATCH.exec(entry.path)?.[1];
      if (batch !== undefined) yield* readBatch(entry, batch);
      else if (CLASS_LIST.test(entry.path)) await checkClassList(entry);
    }
  }
}

async function* readBatch(entry: FileEntry, batch: string): AsyncGenerator<SourceEntry> {
  const split = batch === 'test_batch' ? 'test' : 'train';
  let index = 0;
  for await (const { className, encoded } of inOrder(records(entry), (record) => encode(record, entry.path))) {
    const path = `${split}/${className}/${batch}-${String(index).padStart(5, '0')}.png`;
    yield { kind: 'file', path, bytes: encoded.length, content: () => inMemory([encoded]) };
    index += 1;
  }
}

async function* records(entry: FileEntry): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of entry.content()) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    // Copied, so that a record does not keep its whole chunk in memory.
    for (; start + RECORD_BYTES <= data.length; start += RECORD_BYTES) {
      yield Buffer.from(data.subarray(start, start + RECORD_BYTES));
    }
    rest = Buffer.from(data.subarray(start));
  }
  if (rest.length > 0) {
    throw new HubError(
      'DATASET_REFUSED',
      `${quoted(entry.path)} does not end after a whole record of ${RECORD_BYTES} bytes.`,
    );
  }
}

async function encode(record: Buffer, batchPath: string): Promise<{ className: string; encoded: Buffer }> {
  const className = CLASSES[record[0]!];
  if (className === undefined) {
    throw new HubError('DATASET_REFUSED', `${quoted(batchPath)} has a record of label ${record[0]}, not 0 to 9.`);
  }
  const pixels = Buffer.alloc(3 * PLANE);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < PLANE; i++) pixels[3 * i + channel] = record[1 + channel * PLANE + i]!;
  }
  // Not packed: deflate's output differs between machines, and with it the hash of the same dataset.
  const image = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } }).png({ compressionLevel: 0 });
  return { className, encoded: await image.toBuffer() };
}

async function checkClassList(entry: FileEntry): Promise<void> {
  const chunks: Uint8Array[] = [];
  if (entry.bytes <= CLASS_LIST_BYTES) for await (const chunk of entry.content()) chunks.push(chunk);
  const names = Buffer.concat(chunks).toString('latin1').split(/\s+/).filter(Boolean);
  if (names.join() === CLASSES.join()) return;
  throw new HubError(
    'DATASET_REFUSED',
    `${quoted(entry.path)} does not list the ten classes of CIFAR-10 in their order.`,
  );
}
