import { mkdir, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { fileOf, folderOf, png, tarOf } from './fixtures.js';
import { outcomeOf, pictures } from './outcome.js';
import { type RawEntry, rawZip, unicodePath } from './raw-zip.js';

const NFC = 'caf\u00e9';
const NFD = 'cafe\u0301';

/** A name in Latin-1, one byte per character, for bytes that are not UTF-8. */
const raw = (name: string) => Buffer.from(name, 'latin1');

/** Two images of the class "dog", then images with these names and fields. */
async function archiveOf(...entries: readonly RawEntry[]): Promise<RawEntry[]> {
  const all = [{ name: 'dog/0.png' }, { name: 'dog/1.png' }, ...entries];
  return Promise.all(all.map(async (entry, i) => ({ ...entry, content: await png(i) })));
}

const ingest = async (zip: Buffer) => outcomeOf(await fileOf(zip));

const unicode = (name: string, header: Buffer): RawEntry => ({ name: header, extra: unicodePath(name, header) });

describe('a zip archive', () => {
  it.each<[string, RawEntry[], string]>([
    ['UTF-8 names with their flag', [{ name: `${NFC}/1.png`, flags: 0x800 }], `train ${NFC} 1`],
    ['UTF-8 names without it, as macOS writes them', [{ name: `${NFD}/1.png` }], `train ${NFC} 1`],
    ['Japanese names without it', [{ name: '猫/1.png' }], 'train 猫 1'],
    ['a class in both Unicode forms', [{ name: `${NFC}/1.png` }, { name: `${NFD}/2.png` }], `train ${NFC} 2`],
    ['a Unicode path next to CP437', [unicode(`${NFC}/1.png`, raw('caf\x82/1.png'))], `train ${NFC} 1`],
    ['a Unicode path next to Shift-JIS', [unicode('猫/1.png', raw('\x94\x4c/1.png'))], 'train 猫 1'],
    ['backslashes of PowerShell 5', [{ name: 'cat\\1.png', host: 0 }], 'train cat 1'],
    ['backslashes of NTFS', [{ name: 'cat\\1.png', host: 10 }], 'train cat 1'],
  ])('with %s has its classes', async (_, entries, expected) => {
    const { counts, rejected } = await ingest(rawZip(await archiveOf(...entries)));
    expect(counts.toSorted()).toEqual([expected, 'train dog 2'].sort());
    expect(rejected).toEqual([]);
  });

  it('of a Mac is ingested without its system files', async () => {
    const names = ['__MACOSX/cat/._1.png', 'cat/._1.png', '.DS_Store', 'cat/.DS_Store', 'Thumbs.db', 'cat/1.png'];
    const outcome = await ingest(rawZip(await archiveOf(...names.map((name) => ({ name })))));
    expect(outcome).toEqual({ counts: ['train cat 1', 'train dog 2'], rejected: [] });
  });

  it.each<[string, RawEntry, string]>([
    ['CP437', { name: raw('caf\x82/1.png') }, '"caf\\x82/1.png"'],
    ['Windows-1252', { name: raw('caf\xe9/1.png') }, '"caf\\xe9/1.png"'],
    ['Shift-JIS', { name: raw('\x94\x4c/1.png') }, '"\\x94L/1.png"'],
    ['Shift-JIS with a backslash in a letter', { name: raw('\x95\x5c/1.png'), host: 0 }, '"\\x95\\/1.png"'],
    ['another encoding than its flag says', { name: raw('caf\xe9/1.png'), flags: 0x800 }, '"caf\\xe9/1.png"'],
    [
      'a Unicode path of another name',
      { name: raw('b\xe9/1.png'), extra: unicodePath('x', raw('y')) },
      '"b\\xe9/1.png"',
    ],
  ])('with names in %s is refused', async (_, entry, shown) => {
    await expect(ingest(rawZip(await archiveOf(entry)))).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message:
        `The zip archive has the name ${shown}, which is not UTF-8; its encoding is unknown. Name the encoding ` +
        '(nameEncoding, --name-encoding), pack the folder as tar.gz, as a zip with names in UTF-8 (in 7-Zip the parameter cu=on), or upload the folder itself.',
    });
  });

  it.each<[string, RawEntry, string]>([
    ['CP437', { name: raw('caf\x82/1.png') }, NFC],
    ['cp850', { name: raw('caf\x82/1.png'), host: 0 }, NFC],
    ['windows-1252', { name: raw('caf\xe9/1.png') }, NFC],
    ['shift_jis', { name: raw('\x94\x4c/1.png') }, '猫'],
    ['shift_jis', { name: raw('\x95\x5c\\1.png'), host: 0 }, '表'],
    ['euc-jp', { name: raw('\xc7\xad/1.png') }, '猫'],
    ['gbk', { name: raw('\xc3\xa8/1.png') }, '猫'],
    ['big5', { name: raw('\xbf\xdf/1.png') }, '貓'],
    ['euc-kr', { name: raw('\xb0\xed/1.png') }, '고'],
    ['windows-1251', { name: raw('\xea\xee\xf2/1.png') }, 'кот'],
    ['cp866', { name: raw('\xaa\xae\xe2/1.png') }, 'кот'],
    ['gbk', { name: `${NFC}/1.png`, flags: 0x800 }, NFC],
    ['gbk', unicode(`${NFC}/1.png`, raw('caf\x82/1.png')), NFC],
  ])('with names in %s that is told so has its classes: %#', async (encoding, entry, expected) => {
    const zip = await fileOf(rawZip(await archiveOf(entry)));
    const { counts } = await outcomeOf(zip, { testFraction: 0 }, encoding);
    expect(counts.toSorted()).toEqual([`train ${expected} 1`, 'train dog 2'].sort());
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
