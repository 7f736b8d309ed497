import { png } from '../archives.js';
import { type RawEntry, unicodePath } from '../raw-zip.js';

const NFC = 'caf\u00e9';
const NFD = 'cafe\u0301';

/** A name in Latin-1, one byte per character, for bytes that are not UTF-8. */
export const raw = (name: string) => Buffer.from(name, 'latin1');

/** Two images of the class "dog", then images with these names and fields. */
export async function archiveOf(...entries: readonly RawEntry[]): Promise<RawEntry[]> {
  const all = [{ name: 'dog/0.png' }, { name: 'dog/1.png' }, ...entries];
  return Promise.all(all.map(async (entry, i) => ({ ...entry, content: await png(i) })));
}

const unicode = (name: string, header: Buffer): RawEntry => ({ name: header, extra: unicodePath(name, header) });

/** An entry for each of two files of a class. */
type Pair = (file: string) => RawEntry;
export const pairOf = (pair: Pair): RawEntry[] => ['1.png', '2.png'].map(pair);

/** Entries next to two images of "dog": what they are, and their class. */
export const ZIPS_READ: readonly (readonly [string, Pair, string])[] = [
  ['UTF-8 names with their flag', (file) => ({ name: `${NFC}/${file}`, flags: 0x800 }), NFC],
  ['UTF-8 names without it, as macOS writes them', (file) => ({ name: `${NFD}/${file}` }), NFC],
  ['Japanese names without it', (file) => ({ name: `猫/${file}` }), '猫'],
  ['a class in both Unicode forms', (file) => ({ name: `${file === '1.png' ? NFC : NFD}/${file}` }), NFC],
  ['a Unicode path next to CP437', (file) => unicode(`${NFC}/${file}`, raw(`caf\x82/${file}`)), NFC],
  ['a Unicode path next to Shift-JIS', (file) => unicode(`猫/${file}`, raw(`\x94\x4c/${file}`)), '猫'],
  ['backslashes of PowerShell 5', (file) => ({ name: `cat\\${file}`, host: 0 }), 'cat'],
  ['backslashes of NTFS', (file) => ({ name: `cat\\${file}`, host: 10 }), 'cat'],
];

/** Entries whose names are in an encoding that is not stated, and the names as messages show them. */
export const ZIPS_UNSTATED: readonly (readonly [string, RawEntry, string])[] = [
  ['CP437', { name: raw('caf\x82/1.png') }, '"caf\\x82/1.png"'],
  ['Windows-1252', { name: raw('caf\xe9/1.png') }, '"caf\\xe9/1.png"'],
  ['Shift-JIS', { name: raw('\x94\x4c/1.png') }, '"\\x94L/1.png"'],
  ['Shift-JIS with a backslash in a letter', { name: raw('\x95\x5c/1.png'), host: 0 }, '"\\x95\\/1.png"'],
  ['another encoding than its flag says', { name: raw('caf\xe9/1.png'), flags: 0x800 }, '"caf\\xe9/1.png"'],
  ['a Unicode path of another name', { name: raw('b\xe9/1.png'), extra: unicodePath('x', raw('y')) }, '"b\\xe9/1.png"'],
];

/** Encodings that are named, entries in them, and their classes. */
export const ZIPS_NAMED: readonly (readonly [string, Pair, string])[] = [
  ['CP437', (file) => ({ name: raw(`caf\x82/${file}`) }), NFC],
  ['cp850', (file) => ({ name: raw(`caf\x82/${file}`), host: 0 }), NFC],
  ['windows-1252', (file) => ({ name: raw(`caf\xe9/${file}`) }), NFC],
  ['shift_jis', (file) => ({ name: raw(`\x94\x4c/${file}`) }), '猫'],
  ['shift_jis', (file) => ({ name: raw(`\x95\x5c\\${file}`), host: 0 }), '表'],
  ['euc-jp', (file) => ({ name: raw(`\xc7\xad/${file}`) }), '猫'],
  ['gbk', (file) => ({ name: raw(`\xc3\xa8/${file}`) }), '猫'],
  ['big5', (file) => ({ name: raw(`\xbf\xdf/${file}`) }), '貓'],
  ['euc-kr', (file) => ({ name: raw(`\xb0\xed/${file}`) }), '고'],
  ['windows-1251', (file) => ({ name: raw(`\xea\xee\xf2/${file}`) }), 'кот'],
  ['cp866', (file) => ({ name: raw(`\xaa\xae\xe2/${file}`) }), 'кот'],
  ['gbk', (file) => ({ name: `${NFC}/${file}`, flags: 0x800 }), NFC],
  ['gbk', (file) => unicode(`${NFC}/${file}`, raw(`caf\x82/${file}`)), NFC],
];
