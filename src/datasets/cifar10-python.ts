import { BufferReader, Parser } from 'pickleparser';
import { z } from 'zod';
import { HubError } from '../errors.js';
import { type Cifar10Format, type Cifar10Record, IMAGE_BYTES } from './cifar10.js';
import { quoted } from './names.js';
import { type FileEntry, readWhole } from './source.js';

/** A published batch has 31 MB. */
const PICKLE_BYTES = 64 * 1024 ** 2;

const strings = z.array(z.string());
const metaSchema = z.map(z.string(), z.unknown()).transform((meta) => strings.parse(meta.get('label_names')));

/** cifar-10-python.tar.gz */
export const PYTHON_FORMAT: Cifar10Format = {
  batch: /(?:^|\/)(data_batch_[1-5]|test_batch)$/,
  classList: /(?:^|\/)batches\.meta$/,
  records,
  classes: (entry) => unpickle(entry, metaSchema),
};

/** The only things that a pickle of CIFAR-10 makes besides numbers, text, lists and dictionaries. */
class NumpyBytes {
  rows = 0;
  bytes = Buffer.alloc(0);

  /** @param state version, shape, type, order, bytes: what numpy's own __setstate__ takes. */
  __setstate__(state: unknown): void {
    const [, [rows, columns], { code }, columnsFirst, raw] = arrayState.parse(state);
    if (columns !== IMAGE_BYTES || code !== 'u1' || columnsFirst) throw new Error('an array of another form');
    this.rows = rows;
    this.bytes = typeof raw === 'string' ? Buffer.from(raw, 'latin1') : Buffer.from(raw);
    if (this.bytes.length !== rows * columns) throw new Error('an array of fewer bytes than it says');
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
  .map(z.string(), z.unknown())
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
 * Reads a pickle as data: whatever it asks to be made besides numpy's byte arrays is refused, so that nothing of it is
 * ever run. Throws DATASET_REFUSED.
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
    const why = error instanceof z.ZodError ? 'it does not hold what its name says' : (error as Error).message;
    throw new HubError('DATASET_REFUSED', `${quoted(entry.path)} is no pickle of CIFAR-10: ${why}.`);
  }
}

/** Python 2 keeps bytes in strings: each is one character here. */
class ByteReader extends BufferReader {
  override string(size: number, encoding: 'ascii' | 'utf-8'): string {
    const bytes = Buffer.from(this.bytes(size));
    return bytes.toString(encoding === 'ascii' ? 'latin1' : 'utf8');
  }
}

function makerOf(module: string, name: string): (...args: unknown[]) => unknown {
  const makers: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
    'numpy.core.multiarray _reconstruct': () => new NumpyBytes(),
    'numpy ndarray': () => new NumpyBytes(),
    'numpy dtype': (code) => ({ code, __setstate__() {} }),
    '_codecs encode': (text) => Buffer.from(String(text), 'latin1'), // how Python 3 writes bytes for Python 2
  };
  const maker = Object.hasOwn(makers, `${module} ${name}`) ? makers[`${module} ${name}`] : undefined;
  if (!maker) throw new Error(`it asks for ${quoted(`${module}.${name}`)}`);
  return maker;
}
