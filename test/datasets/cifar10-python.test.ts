import { describe, expect, it } from 'vitest';
import { CIFAR10_CLASSES } from '../../src/datasets/cifar10.js';
import { openArchive } from '../../src/datasets/detect.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import { tarGzOf } from './archives.js';
import { fileOf, temporaryStore } from './fixtures.js';

/** Pickles of protocol 2 as Python 2 wrote them, opcode by opcode (Lib/pickletools.py lists them). */
const op = (code: string, ...rest: readonly (Buffer | string)[]) =>
  Buffer.concat([Buffer.from(code, 'latin1'), ...rest.map((part) => Buffer.from(part as string, 'latin1'))]);
const integer = (value: number) => op('J', Buffer.from(Int32Array.of(value).buffer));
const string = (bytes: Buffer | string) => {
  const content = Buffer.from(bytes as string, 'latin1');
  return op('T', Buffer.from(Uint32Array.of(content.length).buffer), content);
};
const tuple = (...items: Buffer[]) => op('(', ...items, op('t'));
const list = (...items: Buffer[]) => op('](', ...items, op('e'));
const dictionary = (...items: Buffer[]) => op('}(', ...items, op('u'));
const named = (module: string, name: string) => op('c', `${module}\n${name}\n`);
const call = (maker: Buffer, ...args: Buffer[]) => Buffer.concat([maker, tuple(...args), op('R')]);
const pickle = (value: Buffer) => op('\x80\x02', value, op('.'));

function array(rows: number, columns: number, bytes: Buffer, code = 'u1'): Buffer {
  const type = Buffer.concat([
    call(named('numpy', 'dtype'), string(code), integer(0), integer(1)),
    tuple(integer(3), string('|'), op('N'), op('N'), op('N'), integer(-1), integer(-1), integer(0)),
    op('b'),
  ]);
  const made = call(
    named('numpy.core.multiarray', '_reconstruct'),
    named('numpy', 'ndarray'),
    tuple(integer(0)),
    string('b'),
  );
  const state = tuple(integer(1), tuple(integer(rows), integer(columns)), type, op('\x89'), string(bytes));
  return Buffer.concat([made, state, op('b')]);
}

/** One picture of each class: every byte value occurs. */
const planes = (shade: number) =>
  Buffer.concat(
    CIFAR10_CLASSES.map((_, label) =>
      Buffer.from(Array.from({ length: 3072 }, (_, i) => (i * 7 + label * shade) % 256)),
    ),
  );

const LABELS = list(...CIFAR10_CLASSES.map((_, label) => integer(label)));

const batch = (data: Buffer, labels = LABELS) =>
  pickle(dictionary(string('batch_label'), string('any'), string('labels'), labels, string('data'), data));

const meta = (classes: readonly string[]) => pickle(dictionary(string('label_names'), list(...classes.map(string))));

const python = (change: Record<string, Buffer> = {}) =>
  tarGzOf({
    'cifar-10-batches-py/batches.meta': meta(CIFAR10_CLASSES),
    'cifar-10-batches-py/data_batch_1': batch(array(10, 3072, planes(3))),
    'cifar-10-batches-py/test_batch': batch(array(10, 3072, planes(5))),
    'cifar-10-batches-py/readme.html': Buffer.from('<html>'),
    ...change,
  });

const ingest = async (content: Buffer) =>
  ingestImages(await openArchive(await fileOf(content)), (await temporaryStore()).blobs);

describe("CIFAR-10's Python archive", () => {
  it('is the same dataset as the binary archive of the same images', async () => {
    const records = (shade: number) =>
      Buffer.concat(
        CIFAR10_CLASSES.flatMap((_, i) => [Buffer.from([i]), planes(shade).subarray(i * 3072, (i + 1) * 3072)]),
      );
    const binary = await tarGzOf({
      'cifar-10-batches-bin/data_batch_1.bin': records(3),
      'cifar-10-batches-bin/test_batch.bin': records(5),
    });
    const [one, other] = [await ingest(await python()), await ingest(binary)];
    expect(one.counts).toMatchObject({ train: 10, test: 10 });
    expect(one.manifest.contentHash).toBe(other.manifest.contentHash);
    expect(one.manifest.images.map(({ name }) => name)).toEqual(other.manifest.images.map(({ name }) => name));
  });

  it.each([
    ['a function of the system', batch(call(named('os', 'system'), string('true'))), 'it needs "os.system"'],
    ["a name of an object's own", batch(named('__proto__', 'constructor')), 'it needs "__proto__.constructor"'],
    ['an array of numbers', batch(array(10, 3072, planes(3), 'f4')), 'an array of another shape or type'],
    ['an array of other pictures', batch(array(30, 1024, planes(3))), 'an array of another shape or type'],
    ['an array that is too short', batch(array(11, 3072, planes(3))), 'fewer bytes than its shape needs'],
    [
      'fewer labels than pictures',
      batch(array(10, 3072, planes(3)), list(integer(1))),
      'lacks the fields of its file name',
    ],
    ['no pictures', pickle(list()), 'lacks the fields of its file name'],
    ['an end too early', batch(array(10, 3072, planes(3))).subarray(0, 900), 'Unexpected end of file'],
    [
      'a label above 9',
      batch(array(1, 3072, planes(3).subarray(0, 3072)), list(integer(10))),
      'a record with the label 10',
    ],
  ])('is refused with %s in it', async (_, content, message) => {
    const archive = await python({ 'cifar-10-batches-py/data_batch_1': content });
    await expect(ingest(archive)).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringContaining(message),
    });
  });

  it('is refused with other classes', async () => {
    const archive = await python({ 'cifar-10-batches-py/batches.meta': meta(['cat', 'dog']) });
    await expect(ingest(archive)).rejects.toThrow('does not list the ten classes of CIFAR-10 in their order');
  });
});
