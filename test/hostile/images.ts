import { crc32, deflateSync } from 'node:zlib';
import { noise } from '../datasets/archives.js';
import { damagedCopies } from './damage.js';
import { classifying, type HostileCase } from './hostile-case.js';

const REFUSED = ['IMAGE_REFUSED', 'LIMIT_EXCEEDED'];
/** What a decoder makes of some damages is a picture. */
const REFUSED_OR_SEEN = [...REFUSED, null];
const MIB = 1024 ** 2;

function chunk(type: string, data: Buffer, says = data.length): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(says, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}

/** A PNG of any stated size, with chunks of any kind before its pixels. */
function png(
  width: number,
  height: number,
  chunks: readonly Buffer[] = [],
  pixels = deflateSync(Buffer.alloc(4 * 13)),
): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const parts = [chunk('IHDR', head), ...chunks, chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]);
}

const text = (content: string): Buffer => Buffer.from(content, 'latin1');

/** A picture with numbers of it replaced, by place. */
const patched = (picture: Buffer, at: number, ...bytes: number[]): Buffer => {
  const copy = Buffer.from(picture);
  copy.set(bytes, at);
  return copy;
};

/** Photos that flood, lie, or are something else. */
export async function imageCases(): Promise<HostileCase[]> {
  const source = noise(1, 40, 30);
  const formats = { jpeg: 0, png: 0, webp: 0, gif: 0, tiff: 0, avif: 0 };
  const honest = await Promise.all(
    (Object.keys(formats) as (keyof typeof formats)[]).map(
      async (format) => [format, await source.clone().toFormat(format).toBuffer()] as const,
    ),
  );
  const of = Object.fromEntries(honest) as Record<keyof typeof formats, Buffer>;
  const bomb = deflateSync(Buffer.alloc(200 * MIB));
  const frame = of.gif.indexOf(0x2c);
  const frames = (count: number): Buffer =>
    Buffer.concat([
      of.gif.subarray(0, frame),
      ...Array.from({ length: count }, () => of.gif.subarray(frame, -1)),
      of.gif.subarray(-1),
    ]);
  const sof = of.jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>';
  const floods: [string, () => Buffer][] = [
    ['a PNG of 2^31 - 1 by 2^31 - 1 pixels', () => png(2 ** 31 - 1, 2 ** 31 - 1)],
    ['a PNG of 50,000 by 50,000 pixels', () => png(50_000, 50_000, [], bomb)],
    ['a PNG of 25,000,001 by 1 pixels', () => png(25_000_001, 1)],
    ['a PNG of 200,000,001 by 1 pixels', () => png(200_000_001, 1)],
    ['a PNG of no pixels', () => png(0, 0)],
    ['a JPEG of 65,535 by 65,535 pixels', () => patched(of.jpeg, sof + 5, 255, 255, 255, 255)],
    ['a JPEG of no height', () => patched(of.jpeg, sof + 5, 0, 0)],
    ['a WebP that says 4 GiB', () => patched(of.webp, 4, 255, 255, 255, 255)],
    ['a TIFF whose directory lies outside', () => patched(of.tiff, 4, 255, 255, 255, 127)],
    ['a TIFF whose directory is itself', () => patched(of.tiff, 4, 0, 0, 0, 0)],
  ];
  const metadata: [string, () => Buffer][] = [
    [
      'a PNG with 15 MB of text',
      () => png(4, 4, [chunk('tEXt', Buffer.concat([text('Comment\0'), Buffer.alloc(15 * MIB, 'a')]))]),
    ],
    ['a PNG with packed text of 200 MB', () => png(4, 4, [chunk('zTXt', Buffer.concat([text('Comment\0\0'), bomb]))])],
    [
      'a PNG with packed international text of 200 MB',
      () => png(4, 4, [chunk('iTXt', Buffer.concat([text('Comment\0\x01\0\0\0'), bomb]))]),
    ],
    ['a PNG with a colour profile of 200 MB', () => png(4, 4, [chunk('iCCP', Buffer.concat([text('p\0\0'), bomb]))])],
    ['a PNG whose chunk says 2 GiB', () => png(4, 4, [chunk('tEXt', text('a\0b'), 2 ** 31 - 1)])],
    [
      'a PNG with 50,000 chunks',
      () =>
        png(
          4,
          4,
          Array.from({ length: 50_000 }, () => chunk('tEXt', text('a\0b'))),
        ),
    ],
    [
      'a JPEG with 15 MB of comments',
      () =>
        Buffer.concat([
          of.jpeg.subarray(0, 2),
          ...Array.from({ length: 230 }, () =>
            Buffer.concat([Buffer.from([0xff, 0xfe, 0xff, 0xff]), Buffer.alloc(65_533, 'a')]),
          ),
          of.jpeg.subarray(2),
        ]),
    ],
    [
      'a JPEG with an EXIF directory that is itself',
      () =>
        Buffer.concat([
          of.jpeg.subarray(0, 2),
          Buffer.from([0xff, 0xe1, 0, 34]),
          text('Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\xff\xff\xff\xff\x08\0\0\0'),
          of.jpeg.subarray(2),
        ]),
    ],
    ['a GIF of 65,535 by 65,535 pixels, of which a frame has few', () => patched(of.gif, 6, 255, 255, 255, 255)],
    ['a GIF of 3,000 frames', () => frames(3000)],
  ];
  const strangers: [string, Buffer][] = [
    ['an SVG that reads a file', text(svg)],
    ['an SVG behind a byte order mark', text(`\xef\xbb\xbf${svg}`)],
    ["an SVG behind a JPEG's first bytes", Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), text(svg)])],
    [
      'XML with entities of entities',
      text('<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;</svg>'),
    ],
    ['a PDF', text('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj')],
    ['PostScript', text('%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run')],
    ['HTML', text('<html><script>alert(1)</script></html>')],
    ['a script of ImageMagick', text('push graphic-context\nfill \'url(https://a"|id > /tmp/x")\'')],
    ['a bitmap of Windows', text(`BM${'\0'.repeat(60)}`)],
    ['an icon', text(`\0\0\x01\0\x01\0${'\0'.repeat(60)}`)],
    ['a Photoshop file', text(`8BPS\0\x01${'\0'.repeat(60)}`)],
    ['a HEIC file', text(`\0\0\0\x18ftypheic\0\0\0\0mif1heic${'\0'.repeat(60)}`)],
    ['an OpenEXR file', text(`\x76\x2f\x31\x01${'\0'.repeat(60)}`)],
    ['a MATLAB file', text(`MATLAB 5.0 MAT-file${' '.repeat(110)}`)],
    ['a zip', text('PK\x03\x04')],
    ['nothing', Buffer.alloc(0)],
    ['one byte', text('\xff')],
    ['zeros', Buffer.alloc(1000)],
    ['more than 50 MB', Buffer.alloc(50_000_001, 0xff)],
  ];
  const polyglots = honest.flatMap(([format, picture]): [string, Buffer][] => [
    [`a ${format} with a zip behind it`, Buffer.concat([picture, text('PK\x05\x06'), Buffer.alloc(18)])],
    [`a ${format} with a script behind it`, Buffer.concat([picture, text('<script>alert(1)</script>')])],
    [`two of ${format} in one`, Buffer.concat([picture, picture])],
    [`a ${format} behind a space`, Buffer.concat([text(' '), picture])],
  ]);
  const damaged = honest.flatMap(([format, picture]) =>
    damagedCopies(picture, format, 6).map(([how, copy]): [string, Buffer] => [`a ${format} ${how}`, copy]),
  );
  return [
    ...floods.map(([name, make]) => classifying(name, make, REFUSED)),
    ...metadata.map(([name, make]) => classifying(name, make, REFUSED_OR_SEEN)),
    ...strangers.map(([name, content]) => classifying(name, () => content, REFUSED)),
    ...[...polyglots, ...damaged].map(([name, content]) => classifying(name, () => content, REFUSED_OR_SEEN)),
  ];
}
