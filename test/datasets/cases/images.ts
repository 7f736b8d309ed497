import sharp, { type Sharp } from 'sharp';

export const flat = (background: string, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 4, height: 4, channels, background } });

/** Images of one color, and the color that a viewer shows, as red, green and blue. */
export const COLORS_DECODED: readonly (readonly [string, () => Sharp, readonly number[]])[] = [
  ['transparency onto white', () => flat('rgba(255, 0, 0, 0.5)', 4).png(), [255, 127, 127]],
  ['grey to RGB', () => flat('#808080').greyscale().jpeg(), [128, 128, 128]],
  ['grey with transparency to RGB', () => flat('rgba(0, 0, 0, 0)', 4).toColourspace('b-w').png(), [255, 255, 255]],
  ['CMYK to RGB', () => flat('white').toColourspace('cmyk').jpeg(), [255, 255, 255]],
  ['16 bits to 8', () => flat('#804020').toColourspace('rgb16').png(), [128, 64, 32]],
  ['16 bits of grey to 8 of RGB', () => flat('#808080').toColourspace('grey16').png(), [128, 128, 128]],
];

const head = (magic: string, at = 0) => Buffer.from(`${'\0'.repeat(at)}${magic}${'\0'.repeat(200)}`, 'latin1');

/** Files that are no image of a format that is read, and a part of the reason. */
export const FOREIGN_FILES: readonly (readonly [string, Buffer, string])[] = [
  ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'an SVG drawing'],
  ['an SVG with a declaration', Buffer.from('\n<?xml version="1.0"?>\n<!-- x --><svg/>'), 'an SVG drawing'],
  ['a PDF', Buffer.from('%PDF-1.7\n'), 'a PDF document'],
  ['a HEIC photo', head('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'in HEIC format: export it as JPEG'],
  ['a HEIF sequence', head('\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc'), 'in HEIC format'],
  ['HEVC by the brand of AVIF', head('\0\0\0\x18ftypavif\0\0\0\0mif1avifhvc1'), 'in HEIC format'],
  ['a video', head('\0\0\0\x18ftypisom\0\0\0\0isommp42'), 'a video'],
  ['a WebM video', head('\x1aE\xdf\xa3'), 'a video'],
  ['an AVI video', head('RIFF\0\0\0\0AVI LIST'), 'a video'],
  ['a Canon raw photo', head('II*\0\x10\0\0\0CR\x02\0'), 'a camera raw file'],
  ['a newer Canon raw photo', head('\0\0\0\x18ftypcrx \0\0\0\x01crx isom'), 'a camera raw file'],
  ['a Fujifilm raw photo', head('FUJIFILMCCD-RAW 0201'), 'a camera raw file'],
  ['a Photoshop file', head('8BPS\0\x01'), 'a Photoshop file'],
  ['a JPEG XL image', head('\xff\x0a'), 'in JPEG XL format'],
  ['a JPEG 2000 image', head('\0\0\0\x0cjP  \r\n\x87\n'), 'in JPEG 2000 format'],
  ['an icon', head('\0\0\x01\0\x01\0'), 'a Windows icon'],
  ['an OpenEXR image', head('v/1\x01'), 'a high dynamic range image'],
  ['a DICOM file', head('DICM', 128), 'a DICOM file'],
  ['nothing', Buffer.alloc(0), 'an empty file'],
  ['a text', Buffer.from('BMW is a make of cars, and this is a text'), 'not a JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP'],
];
