import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp, { type Sharp } from 'sharp';
import { type Header, pack } from 'tar-stream';
import { ZipFile } from 'yazl';

/** Path and content, in the order of the archive. A null content is a folder. */
export type Files = Readonly<Record<string, Buffer | null>>;

/** Noise of its own for every seed: no two are equal, and none packs well. */
export function noise(seed: number, width = 8, height = 8, channels: 3 | 4 = 3): Sharp {
  const random = xoroshiro128plus(seed);
  const pixels = Buffer.from(Array.from({ length: width * height * channels }, () => uniformInt(random, 0, 255)));
  return sharp(pixels, { raw: { width, height, channels } });
}

export function png(seed: number, width = 8, height = 8): Promise<Buffer> {
  return noise(seed, width, height).png().toBuffer();
}

/** `perFolder` different images in each folder: `cat/0.png`, `cat/1.png`, ... */
export async function images(folders: readonly string[], perFolder: number): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const [at, folder] of folders.entries()) {
    for (let i = 0; i < perFolder; i++) files[`${folder}/${i}.png`] = await png(1000 * at + i);
  }
  return files;
}

export async function tarOf(
  files: Files,
  links: readonly (Partial<Header> & { name: string })[] = [],
): Promise<Buffer> {
  const archive = pack();
  const content = buffer(archive);
  for (const [name, data] of Object.entries(files)) {
    if (data === null) archive.entry({ name, type: 'directory' });
    else archive.entry({ name }, data);
  }
  for (const link of links) archive.entry(link);
  archive.finalize();
  return content;
}

export async function tarGzOf(files: Files): Promise<Buffer> {
  return gzipSync(await tarOf(files));
}

export async function zipOf(
  files: Files,
  { links = [], compress = true }: { links?: readonly string[]; compress?: boolean } = {},
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, data] of Object.entries(files)) {
    if (data === null) zip.addEmptyDirectory(name);
    else zip.addBuffer(data, name, { compress });
  }
  for (const name of links) zip.addBuffer(Buffer.from('target'), name, { mode: 0o120777 });
  zip.end();
  return buffer(zip.outputStream);
}

/** A different image for every name. */
export async function pictures(...names: string[]): Promise<Record<string, Buffer>> {
  return Object.fromEntries(await Promise.all(names.map(async (name, i) => [name, await png(i)] as const)));
}
