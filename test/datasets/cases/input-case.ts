import type { Sharp } from 'sharp';
import { noise, pictures, png, tarGzOf, tarOf, zipOf } from '../archives.js';
import { type RawEntry, rawZip } from '../raw-zip.js';
import { cifarRead, cifarRefused, readPickles } from './cifar10.js';
import { COLORS_DECODED, FOREIGN_FILES, flat } from './images.js';
import { inFolders, LAYOUTS_READ, LAYOUTS_REFUSED } from './layouts.js';
import { TABLE_FILES, TABLES_READ, TABLES_REFUSED } from './tables.js';
import { archiveOf, pairOf, raw, ZIPS_NAMED, ZIPS_READ, ZIPS_UNSTATED } from './zips.js';

/** What a hub must make of a source: a version, or a refusal. */
export type Expected =
  | {
      /** Images per split and class: `train cat 2`. */
      readonly counts: readonly string[];
      /** Rejected files with the beginning of the reason: `a.txt: not an image`. */
      readonly rejected: readonly string[];
      /** Mean of the channels of all images, 0 to 255, to within 3. */
      readonly mean?: readonly number[];
    }
  | { readonly code: string; readonly message: string };

/** An archive of images, and what a hub must make of it. */
export interface InputCase {
  readonly kind: string;
  readonly name: string;
  readonly archive: () => Promise<Buffer>;
  readonly nameEncoding?: string;
  readonly expected: Expected;
}

const refusal = (message: string, code = 'DATASET_REFUSED'): Expected => ({ code, message });
const read = (counts: readonly string[], rejected: readonly string[] = []): Expected => ({ counts, rejected });

/** All cases that tests of `src/datasets` have as tables. @param reference the folder test/reference. */
export function inputCases(reference: string): InputCase[] {
  const batch = readPickles(reference).get('protocol 2 of numpy 1')!;
  return [...zips(), ...tables(), ...layouts(), ...cifar(batch), ...images(), ...archives()];
}

function zips(): InputCase[] {
  const of =
    (...entries: readonly RawEntry[]) =>
    async () =>
      rawZip(await archiveOf(...entries));
  const dogs = 'train dog 2';
  return [
    ...ZIPS_READ.map(([name, pair, label]) => ({
      ...{ name, archive: of(...pairOf(pair)), expected: read([`train ${label} 2`, dogs]) },
    })),
    ...ZIPS_UNSTATED.map(([name, entry, shown]) => ({
      ...{ name: `${name}, not stated`, archive: of(entry) },
      expected: refusal(`has the name ${shown}, which is not UTF-8`),
    })),
    ...ZIPS_NAMED.map(([nameEncoding, pair, name]) => ({
      ...{ name: `${name} in ${nameEncoding}, which is named`, archive: of(...pairOf(pair)), nameEncoding },
      expected: read([`train ${name} 2`, dogs]),
    })),
    {
      ...{ name: 'names in another encoding than is named', nameEncoding: 'shift_jis' },
      ...{ archive: of({ name: raw('\xff\xff/1.png') }), expected: refusal('which is not shift_jis') },
    },
  ].map((one) => ({ kind: 'zip', ...one }));
}

function tables(): InputCase[] {
  const pack = (name: string, content: string | Buffer) => async () =>
    tarGzOf({ ...(await pictures(...TABLE_FILES)), [name]: Buffer.from(content as string) });
  return [
    ...TABLES_READ.map(([name, file, content, rejected]) => ({
      ...{ name, archive: pack(file, content), expected: read(['train café 2', 'train dog 2'], rejected) },
    })),
    ...TABLES_REFUSED.map(([name, file, content, message]) => ({
      ...{ name, archive: pack(file, content), expected: refusal(message) },
    })),
  ].map((one) => ({ kind: 'table of labels', ...one }));
}

function layouts(): InputCase[] {
  return [
    ...LAYOUTS_READ.map(([name, files, counts, rejected]) => ({
      ...{ name, archive: async () => zipOf(await files()), expected: read(counts, rejected) },
    })),
    ...LAYOUTS_REFUSED.map(([name, folders, message]) => ({
      ...{ name, archive: async () => tarGzOf(await inFolders(...folders)), expected: refusal(message) },
    })),
    {
      ...{
        name: 'a link in the place of a class',
        expected: refusal('"dog" is a symbolic link in the place of a folder'),
      },
      archive: async () => zipOf(await inFolders('cat', 'emu'), { links: ['dog'] }),
    },
  ].map((one) => ({ kind: 'layout', ...one }));
}

function cifar(batch: Buffer): InputCase[] {
  return [
    ...cifarRead(batch).map(([name, files, counts, rejected]) => ({
      ...{ name, archive: () => tarGzOf(files), expected: read(counts, rejected) },
    })),
    ...['other images', 'batches in another format', 'a batch that was cut'].map((name, i) => ({
      name,
      archive: async () => {
        const [, files] = cifarRefused(await png(1))[i]!;
        return zipOf({ 'a/data_batch_1': batch, ...files });
      },
      expected: refusal(cifarRefused(Buffer.alloc(0))[i]![2]),
    })),
  ].map((one) => ({ kind: 'CIFAR-10', ...one }));
}

/** Pixels by the mean of two images that must be alike, and files that are no images by the reason of their rejection. */
function images(): InputCase[] {
  const ofColor = (color: readonly number[]) => flat(`rgb(${color.join()})`).png();
  const larger = (image: Sharp) => image.resize(5, 5, { kernel: 'nearest' }).toBuffer();
  const two = async () => pictures('cat/0.png', 'cat/1.png', 'dog/0.png', 'dog/1.png');
  return [
    ...COLORS_DECODED.map(([name, make, color]) => ({
      name,
      archive: async () =>
        zipOf({
          ...{ 'cat/0': await make().toBuffer(), 'cat/1': await larger(make()) },
          ...{ 'dog/0': await ofColor(color).toBuffer(), 'dog/1': await larger(ofColor(color)) },
        }),
      expected: { ...read(['train cat 2', 'train dog 2']), mean: color } as Expected,
    })),
    ...FOREIGN_FILES.map(([name, content, reason]) => ({
      name,
      archive: async () => tarOf({ ...(await two()), 'cat/x.jpg': content }),
      expected: read(['train cat 2', 'train dog 2'], [`cat/x.jpg: ${reason}`]),
    })),
    ...(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const).map((format) => ({
      name: `a ${format} that was cut`,
      archive: async () => {
        const encoded = await noise(2, 16, 16).toFormat(format).toBuffer();
        return zipOf({ ...(await two()), 'cat/x': encoded.subarray(0, encoded.length * 0.7) });
      },
      expected: read(['train cat 2', 'train dog 2'], ['cat/x: truncated or damaged']),
    })),
    {
      name: 'an image of more than 50 MB',
      archive: async () => tarOf({ ...(await two()), 'cat/x.png': Buffer.concat([await png(9), Buffer.alloc(51e6)]) }),
      expected: read(['train cat 2', 'train dog 2'], ['cat/x.png: 51.001 MB; the limit is 50 MB']),
    },
    {
      name: 'an image of 225 MP',
      archive: async () => tarOf({ ...(await two()), 'cat/x.png': await large() }),
      expected: read(['train cat 2', 'train dog 2'], ['cat/x.png: 225 MP (15000 x 15000); the limit is 200 MP']),
    },
  ].map((one) => ({ kind: 'image', ...one }));
}

const large = () => flat('red').resize(15_000, 15_000, { kernel: 'nearest' }).png({ compressionLevel: 9 }).toBuffer();

/** Archives that are damaged, or are none. */
function archives(): InputCase[] {
  const files = () => pictures('cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/2.png');
  const cut = (archive: Buffer) => archive.subarray(0, archive.length * 0.6);
  const of = (name: string, archive: () => Promise<Buffer>, message: string) => ({
    ...{ kind: 'archive', name, archive, expected: refusal(message) },
  });
  return [
    of('an empty file', async () => Buffer.alloc(0), 'not an archive that this hub reads'),
    of('a photo', () => png(1), 'not an archive that this hub reads'),
    of('a zip that was cut', async () => cut(await zipOf(await files())), 'The zip archive is damaged or incomplete'),
    of(
      'a tar.gz that was cut',
      async () => cut(await tarGzOf(await files())),
      'The tar archive is damaged or incomplete',
    ),
    of('a tar that was cut', async () => cut(await tarOf(await files())), 'The tar archive is damaged or incomplete'),
    of('an empty zip', () => zipOf({}), 'The source has no image with a class'),
    of('one class', async () => zipOf(await pictures('cat/1.png', 'cat/2.png')), 'There is one class, "cat"'),
    of('a path that climbs out', async () => tarOf({ '../x/1.png': await png(1) }), 'climbs out of its folder'),
  ];
}
