import { BufferReader, Parser } from 'pickleparser';
import { z } from 'zod';
import { HubError } from '../errors.js';
import { type Cifar10Format, type Cifar10Record, IMAGE_BYTES } from './cifar10.js';
import { quoted } from './names.js';
import { type FileEntry, readWhole } from './source.js';

/** Largest pickle that is read; a published batch has 31 MB. */
const PICKLE_BYTES = 64 * 1024 ** 2;

/** Text, or Python 3's bytes in its place: what `encoding="bytes"` reads from a published batch. */
const text = z.union([
  z.string(),
  z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString('latin1')),
]);
const strings = z.array(text);
const metaSchema = z.map(text, z.unknown()).transform((meta) => strings.parse(meta.get('label_names')));

/** cifar-10-python.tar.gz */
export const PYTHON_FORMAT: Cifar10Format = {
  batch: /(?:^|\/)(data_batch_[1-5]|test_batch)$/,
  classList: /(?:^|\/)batches\.meta$/,
  records,
  classes: (entry) => unpickle(entry, metaSchema),
};

/** numpy's byte arrays: the only objects in CIFAR-10's pickles besides numbers, text, lists and dictionaries. */
class NumpyBytes {
  rows = 0;
  bytes = Buffer.alloc(0);

  /** @param state version, shape, type, order and bytes, as numpy's own __setstate__ takes them. */
  __setstate__(state: unknown): void {
    const [, [rows, columns], { code }, columnsFirst, raw] = arrayState.parse(state);
    if (columns !== IMAGE_BYTES || code !== 'u1' || columnsFirst) throw new Error('an array of another shape or type');
    this.rows = rows;
    this.bytes = typeof raw === 'string' ? Buffer.from(raw, 'latin1') : Buffer.from(raw);
    if (this.bytes.length !== rows * columns) throw new Error('an array with fewer bytes than its shape needs');
  }
}

const arrayState = z.tuple([
  z.number(),
  z.tuple([z.number(), z.number()]),
  z.object({ code: z.string() }),
  z.boolean(),
  z.union([z.string(), z.instanceof(Uint8Array)]),
]);

const batchSchema = z
  .map(text, z.unknown())
  .transform((batch) => ({
    labels: z.array(z.int()).parse(batch.get('labels')),
    data: z.instanceof(NumpyBytes).parse(batch.get('data')),
  }))
  .refine(({ labels, data }) => labels.length === data.rows);

async function* records(entry: FileEntry): AsyncGenerator<Cifar10Record> {
  const { labels, data } = await unpickle(entry, batchSchema);
  for (const [i, label] of labels.entries()) {
    yield { label, planes: data.bytes.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES) };
  }
}

/**
 * Reads a pickle as data. Any object other than numpy's byte arrays is refused, so that no code of the pickle ever runs.
 * @throws DATASET_REFUSED.
 */
async function unpickle<T>(entry: FileEntry, schema: z.ZodType<T>): Promise<T> {
  const content = await readWhole(entry, PICKLE_BYTES);
  if (content === null) {
    throw new HubError('DATASET_REFUSED', `${quoted(entry.path)} has more than ${PICKLE_BYTES} bytes.`);
  }
  const parser = new Parser({ nameResolver: { resolve: makerOf }, unpicklingTypeOfDictionary: 'Map' });
  try {
    return schema.parse(parser.read(new ByteReader(content)));
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it lacks the fields of its file name' : (error as Error).message;
    throw new HubError('DATASET_REFUSED', `${quoted(entry.path)} is not a CIFAR-10 pickle: ${why}.`);
  }
}

/** Reads Python 2's byte strings as one character per byte. */
class ByteReader extends BufferReader {
  override string(size: number, encoding: 'ascii' | 'utf-8'): string {
    const bytes = Buffer.from(this.bytes(size));
    return bytes.toString(encoding === 'ascii' ? 'latin1' : 'utf8');
  }
}

/** An array of protocol 5, as numpy's own `_frombuffer` takes its parts. */
function fromBuffer(...[bytes, type, shape, order]: readonly unknown[]): NumpyBytes {
  const made = new NumpyBytes();
  made.__setstate__([1, shape, type, order !== 'C', bytes]);
  return made;
}

type Maker = (...args: unknown[]) => unknown;

/** Makers by Python's names, without the underscore that numpy 2 puts before `core`. */
function makerOf(module: string, name: string): Maker {
  const makers: Readonly<Record<string, Maker>> = {
    'numpy.core.multiarray _reconstruct': () => new NumpyBytes(),
    'numpy.core.numeric _frombuffer': fromBuffer,
    'numpy ndarray': () => new NumpyBytes(),
    'numpy dtype': (code) => ({ code, __setstate__() {} }),
    '_codecs encode': (text) => Buffer.from(String(text), 'latin1'), // Python 3's encoding of bytes for Python 2
  };
  const key = `${module.replace(/^numpy\._core\./, 'numpy.core.')} ${name}`;
  const maker = Object.hasOwn(makers, key) ? makers[key] : undefined;
  if (!maker) throw new Error(`it needs ${quoted(`${module}.${name}`)}`);
  return maker;
}
