import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp, { type Sharp } from 'sharp';
import { type Header, pack } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { ZipFile } from 'yazl';
import type { Source } from '../../src/datasets/source.js';
import { TarSource } from '../../src/datasets/tar-source.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { removeFolder } from '../support/remove-folder.js';

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

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-datasets-'));
  onTestFinished(() => removeFolder(folder));
  return folder;
}

export async function fileOf(content: Buffer): Promise<string> {
  const file = join(await temporaryFolder(), 'upload');
  await writeFile(file, content);
  return file;
}

export async function folderOf(files: Files): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, data] of Object.entries(files)) {
    const file = join(folder, ...name.split('/'));
    await mkdir(data === null ? file : dirname(file), { recursive: true });
    if (data !== null) await writeFile(file, data);
  }
  return folder;
}

/** The quickest way from files to a source. */
export async function sourceOf(files: Files): Promise<Source> {
  const file = await fileOf(await tarOf(files));
  return new TarSource(() => createReadStream(file));
}

export interface TemporaryStore {
  readonly blobs: FileBlobStore;
  /** Names of all files that the store holds. */
  files(): Promise<string[]>;
}

export async function temporaryStore(): Promise<TemporaryStore> {
  const folder = await temporaryFolder();
  const files = async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  };
  return { blobs: new FileBlobStore(folder), files };
}
