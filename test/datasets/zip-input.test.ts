import { mkdir, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { pictures, png, tarOf } from './archives.js';
import { archiveOf, pairOf, raw, ZIPS_NAMED, ZIPS_READ, ZIPS_UNSTATED } from './cases/zips.js';
import { fileOf, folderOf } from './fixtures.js';
import { outcomeOf } from './outcome.js';
import { rawZip } from './raw-zip.js';

const ingest = async (zip: Buffer) => outcomeOf(await fileOf(zip));

describe('a zip archive', () => {
  it.each(ZIPS_READ)('with %s has its classes', async (_, pair, expected) => {
    const { counts, rejected } = await ingest(rawZip(await archiveOf(...pairOf(pair))));
    expect(counts.toSorted()).toEqual([`train ${expected} 2`, 'train dog 2'].sort());
    expect(rejected).toEqual([]);
  });

  it('of a Mac is ingested without its system files', async () => {
    const names = ['__MACOSX/cat/._1.png', 'cat/._1.png', '.DS_Store', 'cat/.DS_Store', 'Thumbs.db', 'cat/1.png'];
    const outcome = await ingest(rawZip(await archiveOf(...names.map((name) => ({ name })))));
    expect(outcome).toEqual({ counts: ['train cat 1', 'train dog 2'], rejected: [] });
  });

  it.each(ZIPS_UNSTATED)('with names in %s is refused', async (_, entry, shown) => {
    await expect(ingest(rawZip(await archiveOf(entry)))).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message:
        `The zip archive has the name ${shown}, which is not UTF-8; its encoding is unknown. Name the encoding ` +
        '(nameEncoding, --name-encoding), pack the folder as tar.gz, as a zip with names in UTF-8 (in 7-Zip the parameter cu=on), or upload the folder itself.',
    });
  });

  it.each(ZIPS_NAMED)('with names in %s that is told so has its classes: %#', async (encoding, pair, expected) => {
    const zip = await fileOf(rawZip(await archiveOf(...pairOf(pair))));
    const { counts } = await outcomeOf(zip, { testFraction: 0 }, encoding);
    expect(counts.toSorted()).toEqual([`train ${expected} 2`, 'train dog 2'].sort());
  });

  it('with names in another encoding than it is told is refused, and so is an unknown one', async () => {
    const zip = await fileOf(rawZip(await archiveOf({ name: raw('\xff\xff/1.png') })));
    const told = (path: string, encoding: string) => outcomeOf(path, { testFraction: 0 }, encoding);
    await expect(told(zip, 'shift_jis')).rejects.toThrow(
      'has the name "\\xff\\xff/1.png", which is not shift_jis. Name',
    );
    await expect(told(zip, 'utf-9')).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^nameEncoding must be one of cp437, .+, euc-kr; received "utf-9"\.$/),
    });
    const files = await pictures('cat/1.png', 'dog/1.png');
    await expect(told(await fileOf(await tarOf(files)), 'gbk')).rejects.toThrow('but the source is a tar archive');
    await expect(told(await folderOf(files), 'gbk')).rejects.toThrow('but the source is a folder: leave it out.');
  });

  it('of Unix with a backslash in a name is refused', async () => {
    const zip = rawZip(await archiveOf({ name: 'cat\\1.png', host: 3 }));
    await expect(ingest(zip)).rejects.toThrow('"cat\\1.png" has a backslash');
  });

  it('cannot climb out of its folder by backslashes', async () => {
    const zip = rawZip(await archiveOf({ name: '..\\cat\\1.png', host: 0 }));
    await expect(ingest(zip)).rejects.toThrow('"../cat/1.png" climbs out');
  });

  it('of 65,536 files without zip64, which states 0, keeps all of them', async () => {
    const ends = await archiveOf({ name: 'cat/1.png' }, { name: 'cat/2.png' });
    const folders = Array.from({ length: 65_536 - ends.length }, () => ({ name: 'cat/' }));
    const zip = rawZip([...ends.slice(0, 3), ...folders, ...ends.slice(3)]);
    expect((await ingest(zip)).counts).toEqual(['train cat 2', 'train dog 2']);
  });

  it('with zip64 and with sizes after the content keeps all files', async () => {
    const zip = new ZipFile();
    for (const [name, content] of Object.entries(await pictures('cat/1.png', 'cat/2.png', 'dog/1.png'))) {
      zip.addReadStream(Readable.from([content]), name);
    }
    zip.end({ forceZip64Format: true, comment: '' });
    expect((await ingest(await buffer(zip.outputStream))).counts).toEqual(['train cat 2', 'train dog 1']);
  });

  it.each([0, 2, 5])('that states %d of its 4 entries is refused', async (count) => {
    const zip = rawZip(await archiveOf({ name: 'cat/1.png' }, { name: 'cat/2.png' }), { count });
    await expect(ingest(zip)).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringContaining('The zip archive is damaged or incomplete: '),
    });
  });

  it('whose directory is elsewhere, as in one of more than 4 GiB by macOS, is refused', async () => {
    const zip = rawZip(await archiveOf({ name: 'cat/1.png' }));
    zip.writeUInt32LE(zip.readUInt32LE(zip.length - 6) - 1, zip.length - 6);
    await expect(ingest(zip)).rejects.toThrow(/not where its end record says.+Pack the folder as tar\.gz/);
  });
});

describe('a tar archive', () => {
  it('with names that are not UTF-8 is refused', async () => {
    const tar = await tarOf({ ...(await pictures('dog/1.png')), 'cafX/1.png': await png(1) });
    const header = tar.indexOf('cafX/1.png');
    tar[header + 3] = 0xe9;
    tar.write(`${(sum(tar.subarray(header, header + 512)) | 0).toString(8).padStart(6, '0')}\0 `, header + 148);
    await expect(outcomeOf(await fileOf(tar))).rejects.toThrow('has a name that is not UTF-8');
  });

  it('that was cut after an entry is refused', async () => {
    const tar = await tarOf(await pictures('cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/2.png'));
    const cut = tar.subarray(0, tar.indexOf('dog/2.png'));
    await expect(outcomeOf(await fileOf(cut))).rejects.toThrow('without the block of zeros that ends a tar archive');
  });
});

describe.runIf(process.platform === 'linux')('a folder', () => {
  it('with names that are not UTF-8 is refused', async () => {
    const folder = await folderOf(await pictures('dog/1.png', 'dog/2.png'));
    const cat = Buffer.concat([Buffer.from(`${folder}/`), raw('caf\xe9')]);
    await mkdir(cat);
    await writeFile(Buffer.concat([cat, Buffer.from('/1.png')]), await png(3));
    await expect(outcomeOf(folder)).rejects.toThrow('has a name that is not UTF-8');
  });
});

/** The checksum of a tar header, for which its own field counts as spaces. */
function sum(header: Buffer): number {
  return header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
}
