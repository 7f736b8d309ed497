import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { images, tarOf, zipOf } from '../datasets/archives.js';
import { damagedCopies } from './damage.js';
import { type HostileCase, registering } from './hostile-case.js';

/** A whole archive is refused, or what is wrong in it left out. */
const REFUSED = ['DATASET_REFUSED', 'LIMIT_EXCEEDED'];
const REFUSED_OR_LEFT_OUT = [...REFUSED, null];

const MIB = 1024 ** 2;
const END_OF_TAR = Buffer.alloc(1024);

/** A tar entry, byte by byte, so that it may lie. `size` is what the header says. */
function entry(
  name: string | Buffer,
  content: Buffer = Buffer.alloc(0),
  { size, type = '0', link = '' }: { size?: string | Buffer; type?: string; link?: string } = {},
): Buffer {
  const header = Buffer.alloc(512);
  Buffer.from(name as string).copy(header, 0, 0, 100);
  header.write('0000644\x000000000\x000000000\0', 100, 'latin1');
  Buffer.from((size ?? `${content.length.toString(8).padStart(11, '0')}\0`) as string, 'latin1').copy(header, 124);
  header.write('00000000000\0        ', 136, 'latin1');
  header.write(type, 156, 'latin1');
  header.write(link, 157, 'latin1');
  header.write('ustar\0' + '00', 257, 'latin1');
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  );
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const base256 = (high: number, low: number): Buffer => {
  const size = Buffer.alloc(12);
  size[0] = high;
  size.writeUInt32BE(low, 8);
  size.fill(high === 0xff ? 0xff : 0, 1, 8);
  return size;
};

/** A zip of one entry, field by field, so that it may lie. */
function lyingZip(
  says: {
    packed?: number;
    unpacked?: number;
    method?: number;
    entries?: number;
    offset?: number;
    checksum?: number;
    extra?: Buffer;
    flags?: number;
  },
  content: Buffer,
): Buffer {
  const name = Buffer.from('cat/9.png');
  const data = deflateRawSync(content);
  const {
    packed = data.length,
    unpacked = content.length,
    method = 8,
    entries = 1,
    offset = 0,
    checksum = crc32(content),
    extra = Buffer.alloc(0),
    flags = 0,
  } = says;
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(flags, 2);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt32LE(checksum, 10);
  fields.writeUInt32LE(packed, 14);
  fields.writeUInt32LE(unpacked, 18);
  fields.writeUInt16LE(name.length, 22);
  fields.writeUInt16LE(extra.length, 24);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, extra, data]);
  const place = Buffer.alloc(14);
  place.writeUInt32LE(offset, 10);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), fields, place, name, extra]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries, 4);
  end.writeUInt16LE(entries, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from('PK\x05\x06'), end]);
}

const NAMES: readonly (readonly [string, string | Buffer])[] = [
  ['an absolute path', '/etc/cron.d/9.png'],
  ['a way up', '../../../9.png'],
  ['a way up in the middle', 'cat/../../../9.png'],
  ['a way up with backslashes', 'cat\\..\\..\\9.png'],
  ["a path of Windows's", 'C:\\Windows\\9.png'],
  ['a share of Windows', '\\\\server\\share\\9.png'],
  ['a device of Windows', 'CON/NUL.png'],
  ['a stream of Windows', 'cat/9.png:hidden'],
  ['an empty name', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['only slashes', '////'],
  ['a zero byte', 'cat/9\0.png'],
  ['a line end', 'cat/9\n.png'],
  ['an escape sequence', 'cat/\x1b[2J9.png'],
  ['a right-to-left mark', 'cat/\u202egnp.9'],
  ['bytes that are no UTF-8', Buffer.from('cat/\xff\xfe\xc0\xaf.png', 'latin1')],
  ['a surrogate alone', Buffer.from('cat/\xed\xa0\x80.png', 'latin1')],
  ["JavaScript's own names", '__proto__/9.png'],
  ['a name of 100 letters', `${'c'.repeat(96)}.png`],
];

/** Archives that lie, burst or climb. */
export async function archiveCases(): Promise<HostileCase[]> {
  const honest = await images(['cat', 'dog'], 2);
  const picture = honest['cat/0.png'] as Buffer;
  const good = (await tarOf(honest)).subarray(0, -1024);
  const tar = (...parts: Buffer[]): Buffer => Buffer.concat([good, ...parts, END_OF_TAR]);
  const named = NAMES.flatMap(([what, name]) => [
    registering(`a tar with ${what}`, () => tar(entry(name, picture)), REFUSED_OR_LEFT_OUT),
    registering(`a tar.gz with ${what}`, () => gzipSync(tar(entry(name, picture))), REFUSED_OR_LEFT_OUT),
    registering(
      `a tar with a folder that is ${what}`,
      () => tar(entry(name, undefined, { type: '5' })),
      REFUSED_OR_LEFT_OUT,
    ),
  ]);
  const links = ['1', '2', '3', '4', '6', '7', 'S', 'Z', '\xff'].flatMap((type) =>
    ['/etc/passwd', '../../token', 'cat/0.png'].map((link) =>
      registering(
        `a tar entry of type ${JSON.stringify(type)} to ${link}`,
        () => tar(entry('cat/9.png', undefined, { type, link })),
        REFUSED_OR_LEFT_OUT,
      ),
    ),
  );
  const sizes: [string, string | Buffer][] = [
    ['no number', 'x'.repeat(12)],
    ['an octal number of 8 GiB', '77777777777\0'],
    ['2^63 bytes', base256(0x80, 0xffffffff)],
    ['less than nothing', base256(0xff, 0xffffff00)],
    ['a negative text', '-0000000001\0'],
    ['a word too few', '00000000001\0'],
  ];
  const lying = sizes.map(([what, size]) =>
    registering(
      `a tar header that says ${what}`,
      () => tar(entry('cat/9.png', picture, { size })),
      REFUSED_OR_LEFT_OUT,
    ),
  );
  const pax = (text: string): Buffer => entry('PaxHeader', Buffer.from(text), { type: 'x' });
  const headers: [string, () => Buffer][] = [
    ['a pax header that lies about its length', () => tar(pax('999999 path=x\n'), entry('cat/9.png', picture))],
    ['a pax header without a length', () => tar(pax('path=../../x\n'), entry('cat/9.png', picture))],
    ['a pax header with a way up', () => tar(pax('20 path=../../../x\n'), entry('cat/9.png', picture))],
    ['a pax header with a size of its own', () => tar(pax('24 size=99999999999999\n'), entry('cat/9.png', picture))],
    ['a pax header that names __proto__', () => tar(pax('18 __proto__=evil\n'), entry('cat/9.png', picture))],
    [
      'a long name of 64 MB',
      () =>
        gzipSync(tar(entry('././@LongLink', Buffer.alloc(64 * MIB, 'a'), { type: 'L' }), entry('cat/9.png', picture))),
    ],
    [
      'a pax header of 16 MB',
      () => tar(entry('PaxHeader', Buffer.alloc(16 * MIB, 'a'), { type: 'x' }), entry('cat/9.png', picture)),
    ],
    ['20,000 pax headers', () => gzipSync(tar(...Array.from({ length: 20_000 }, () => pax('10 path=x\n'))))],
  ];
  const bombs: [string, () => Promise<Buffer> | Buffer, readonly (string | null)[]][] = [
    ['a tar.gz of 80 MB of zeros', () => gzipSync(tar(entry('cat/9.bin', Buffer.alloc(80 * MIB)))), REFUSED],
    ['a gzip in a gzip', () => gzipSync(gzipSync(tar())), REFUSED],
    ['a gzip of nothing', () => gzipSync(Buffer.alloc(0)), REFUSED],
    [
      'a gzip with letters behind it',
      () => Buffer.concat([gzipSync(tar()), Buffer.from('letters')]),
      REFUSED_OR_LEFT_OUT,
    ],
    ['a zip of 80 MB of zeros', () => lyingZip({}, Buffer.alloc(80 * MIB)), REFUSED],
    ['a zip that says less than it holds', () => lyingZip({ unpacked: 1 }, Buffer.alloc(MIB)), REFUSED],
    ['a zip that says more than it holds', () => lyingZip({ unpacked: 0xfffffffe }, picture), REFUSED],
    ['a zip that is packed to more than the file', () => lyingZip({ packed: 0xfffffff0 }, picture), REFUSED],
    ['a zip of an entry outside the file', () => lyingZip({ offset: 0x7fffffff }, picture), REFUSED],
    ['a zip that says 65,534 entries', () => lyingZip({ entries: 65_534 }, picture), REFUSED],
    ['a zip with a wrong checksum', () => lyingZip({ checksum: 1 }, picture), REFUSED],
    ['a zip of an unknown method', () => lyingZip({ method: 99 }, picture), REFUSED],
    ['an encrypted zip', () => lyingZip({ flags: 1 }, picture), REFUSED],
    [
      'a zip64 extra of 2^64 bytes',
      () =>
        lyingZip(
          { packed: 0xffffffff, unpacked: 0xffffffff, extra: Buffer.from([1, 0, 16, 0, ...new Array(16).fill(255)]) },
          picture,
        ),
      REFUSED,
    ],
    ['a zip with a cut extra', () => lyingZip({ extra: Buffer.from([1, 0, 255, 255]) }, picture), REFUSED],
    ['an empty zip', () => Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1'), REFUSED],
    ['a file of no kind', () => Buffer.from('letters'), REFUSED],
    ['nothing', () => Buffer.alloc(0), REFUSED],
    ['a zstd frame that says 2^60 bytes', () => Buffer.from('28b52ffde0000000000000001001000000', 'hex'), REFUSED],
    ['a zstd frame of one byte repeated', () => Buffer.from(`28b52ffd2400${'fbff0f00'.repeat(2000)}`, 'hex'), REFUSED],
    [
      'one name 500 times',
      () => tar(...Array.from({ length: 500 }, () => entry('cat/9.png', picture))),
      REFUSED_OR_LEFT_OUT,
    ],
    [
      "names that differ in their letters' case",
      () => tar(entry('cat/A.png', picture), entry('CAT/a.png', picture)),
      REFUSED_OR_LEFT_OUT,
    ],
    [
      '2,000 classes',
      () => gzipSync(tar(...Array.from({ length: 2000 }, (_, i) => entry(`class${i}/9.png`, picture)))),
      REFUSED,
    ],
    ['100 folders in each other', () => tar(entry(`${'a/'.repeat(45)}9.png`, picture)), REFUSED_OR_LEFT_OUT],
  ];
  const damaged = [
    ...damagedCopies(tar(), 'tar', 8),
    ...damagedCopies(gzipSync(tar()), 'gz', 6),
    ...damagedCopies(await zipOf(honest), 'zip', 8),
  ].map(([how, copy]) => registering(`an archive ${how}`, () => copy, REFUSED_OR_LEFT_OUT));
  return [
    ...named,
    ...links,
    ...lying,
    ...headers.map(([what, make]) => registering(what, make, REFUSED_OR_LEFT_OUT)),
    ...bombs.map(([what, make, answers]) => registering(what, make, answers)),
    ...damaged,
  ];
}
