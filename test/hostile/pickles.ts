import { tarGzOf } from '../datasets/archives.js';
import { damagedCopies } from './damage.js';
import { type HostileCase, registering } from './hostile-case.js';

const REFUSED = ['DATASET_REFUSED', 'LIMIT_EXCEEDED'];

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const little = (value: number): string => Buffer.from(Uint32Array.of(value).buffer).toString('latin1');
const eight = '\xff'.repeat(7);
const MIB = 1024 ** 2;

/** Opcodes of Python's Lib/pickletools.py. */
const PICKLES: readonly (readonly [string, string])[] = [
  ['that runs a command', "cos\nsystem\n(S'touch /tmp/hub-hostile'\ntR."],
  ['that runs a command by Python 3', '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.'],
  ['that evaluates', "c__builtin__\neval\n(S'1+1'\ntR."],
  ['that makes an object of a class', '(ios\nsystem\n.'],
  ['that builds on a prototype', '}S"__proto__"\n}S"polluted"\nI1\nsss.'],
  ['that names a constructor', 'cconstructor\nconstructor\n(S"return process"\ntR.'],
  ['that reconstructs with __proto__', 'c__proto__\n__proto__\n)R.'],
  ['of a text of 4 GiB', `\x80\x02X${little(0xfffffff0)}a.`],
  ['of a text of less than nothing', `\x80\x02T${little(0x80000000)}a.`],
  ['of a text of 2^63 bytes', `\x80\x04\x8d${eight}\x7fa.`],
  ['of bytes of 2^63', `\x80\x04\x8e${eight}\x7fa.`],
  ['of an array of bytes of 2^63', `\x80\x05\x96${eight}\x7fa.`],
  ['of a number of 2 GiB', `\x80\x02\x8b${little(0x7fffffff)}a.`],
  ['of a number of less than nothing', `\x80\x02\x8b${little(0xffffffff)}a.`],
  ['of a frame of 2^63', `\x80\x04\x95${eight}\x7f.`],
  ['of an unknown opcode', '\x80\x02\xfe.'],
  ['of an unknown protocol', '\x80\xffN.'],
  ['without an end', '\x80\x02}'],
  ['of an end alone', '.'],
  ['that takes from an empty stack', '\x80\x020000.'],
  ['that has no mark', '\x80\x02u.'],
  ['that gets what was never put', '\x80\x02h\x05.'],
  ['that puts at 2^32', `\x80\x02Nr${little(0xffffffff)}.`],
  ['that holds itself', '\x80\x02]q\0h\0a.'],
  ['of 200,000 lists in each other', `\x80\x02${']'.repeat(200_000)}${'a'.repeat(199_999)}.`],
  ['of 200,000 marks', `\x80\x02${'('.repeat(200_000)}.`],
  ['that doubles 30 times', `\x80\x02]q\0${'(h\0h\0lq\0'.repeat(30)}.`],
  ['of an extension', '\x80\x02\x82\x01.'],
  ['of something persistent', '\x80\x02Pid\n.'],
  ['of a buffer that is elsewhere', '\x80\x05\x97.'],
];

/** CIFAR-10 archives whose pickles lie, and binary ones whose records do. */
export async function pickleCases(): Promise<HostileCase[]> {
  const archive =
    (batch: Buffer): (() => Promise<Buffer>) =>
    () =>
      tarGzOf({ 'cifar-10-batches-py/batches.meta': batch, 'cifar-10-batches-py/data_batch_1': batch });
  const honest = latin(`\x80\x02}(U\x06labels](K\x00K\x01eU\x04dataU\x04abcdu.`);
  const binary =
    (content: Buffer, classes = Buffer.from('cat\ndog\n')): (() => Promise<Buffer>) =>
    () =>
      tarGzOf({ 'cifar-10-batches-bin/batches.meta.txt': classes, 'cifar-10-batches-bin/data_batch_1.bin': content });
  const binaries: [string, () => Promise<Buffer>][] = [
    ['of a record and a byte', binary(Buffer.alloc(3074))],
    ['of a record too short', binary(Buffer.alloc(3072))],
    ['of labels that there are not', binary(Buffer.alloc(3073, 255))],
    ['of nothing', binary(Buffer.alloc(0))],
    ['of no classes', binary(Buffer.alloc(3073), Buffer.alloc(0))],
    [
      'of 5,000 classes',
      binary(Buffer.alloc(3073), Buffer.from(Array.from({ length: 5000 }, (_, i) => `c${i}`).join('\n'))),
    ],
    ['of 65 MB', binary(Buffer.alloc(65 * MIB, 255))],
  ];
  return [
    ...PICKLES.map(([name, content]) => registering(`a pickle ${name}`, archive(latin(content)), REFUSED)),
    ...damagedCopies(honest, 'pickle', 12).map(([how, copy]) => registering(`a pickle ${how}`, archive(copy), REFUSED)),
    registering('a pickle of 65 MB', archive(Buffer.alloc(65 * MIB, 'N')), REFUSED),
    ...binaries.map(([name, make]) => registering(`a binary archive ${name}`, make, REFUSED)),
  ];
}
