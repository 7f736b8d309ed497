import { HubError } from '../errors.js';
import { type Cifar10Format, type Cifar10Record, IMAGE_BYTES } from './cifar10.js';
import { quoted } from './names.js';
import { type FileEntry, readWhole } from './source.js';

/** Address, size and checksum of CIFAR-10's binary archive. */
export const CIFAR10_BINARY = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  bytes: 170_052_171,
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
} as const;

/** A label byte, followed by the planes. */
const RECORD_BYTES = 1 + IMAGE_BYTES;

/** Largest list of classes that is read; the published one has 61 bytes. */
const CLASS_LIST_BYTES = 1024;

/** cifar-10-binary.tar.gz */
export const BINARY_FORMAT: Cifar10Format = {
  batch: /(?:^|\/)(data_batch_[1-5]|test_batch)\.bin$/,
  classList: /(?:^|\/)batches\.meta\.txt$/,
  records,
  classes,
};

async function* records(entry: FileEntry): AsyncGenerator<Cifar10Record> {
  let rest = Buffer.alloc(0);
  for await (const chunk of entry.content()) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (; start + RECORD_BYTES <= data.length; start += RECORD_BYTES) {
      // A copy, so that a record does not keep its whole chunk in memory.
      yield { label: data[start]!, planes: data.slice(start + 1, start + RECORD_BYTES) };
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

async function classes(entry: FileEntry): Promise<readonly string[]> {
  const text = await readWhole(entry, CLASS_LIST_BYTES);
  return text?.toString('latin1').split(/\s+/).filter(Boolean) ?? [];
}
