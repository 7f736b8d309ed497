import { HubError } from '../errors.js';
import { type Cifar10Record, checkClassList, PICTURE_BYTES, pictureFiles } from './cifar10.js';
import { quoted } from './names.js';
import { type FileEntry, readWhole, type Source, type SourceEntry } from './source.js';

/** Where CIFAR-10's binary archive is published, and what it must be. */
export const CIFAR10_BINARY = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  bytes: 170_052_171,
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
} as const;

/** One label byte, then the planes. */
const RECORD_BYTES = 1 + PICTURE_BYTES;

const BATCH = /(?:^|\/)(data_batch_[1-5]|test_batch)\.bin$/;
const CLASS_LIST = /(?:^|\/)batches\.meta\.txt$/;
/** The published list has 61; more than this is not read. */
const CLASS_LIST_BYTES = 1024;

/** The pictures of CIFAR-10's binary archive. */
export class Cifar10BinarySource implements Source {
  readonly #archive: Source;

  /** `archive` gives the entries of cifar-10-binary.tar.gz. */
  constructor(archive: Source) {
    this.#archive = archive;
  }

  get share(): number | null {
    return this.#archive.share;
  }

  async *entries(signal: AbortSignal): AsyncGenerator<SourceEntry> {
    for await (const entry of this.#archive.entries(signal)) {
      if (entry.kind !== 'file') continue;
      const batch = BATCH.exec(entry.path)?.[1];
      if (batch !== undefined) yield* pictureFiles(records(entry), batch, entry.path);
      else if (CLASS_LIST.test(entry.path)) checkClassList(await classList(entry), entry.path);
    }
  }
}

async function* records(entry: FileEntry): AsyncGenerator<Cifar10Record> {
  let rest = Buffer.alloc(0);
  for await (const chunk of entry.content()) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (; start + RECORD_BYTES <= data.length; start += RECORD_BYTES) {
      // Copied, so that a record does not keep its whole chunk in memory.
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

async function classList(entry: FileEntry): Promise<readonly string[]> {
  const text = await readWhole(entry, CLASS_LIST_BYTES);
  return text?.toString('latin1').split(/\s+/).filter(Boolean) ?? [];
}
