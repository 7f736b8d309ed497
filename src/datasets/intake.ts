import { createHash } from 'node:crypto';
import { HubError } from '../errors.js';
import { IMAGE_HEAD_BYTES, isImage, measureImage, notAnImage } from './decode.js';
import { inOrder } from './in-order.js';
import { splitPath } from './layout.js';
import { checkLimit, type DatasetLimits } from './limits.js';
import type { ImageRecord } from './manifest.js';
import { quoted } from './names.js';
import type { Rejections } from './rejections.js';
import type { ShardWriter } from './shard-writer.js';
import type { FileEntry, Source } from './source.js';

/** An image that decodes and is packed; what it shows is not known yet. */
export type StoredImage = Omit<ImageRecord, 'label' | 'split'>;

/** What has been taken in so far. */
export interface Progress {
  readonly images: number;
  readonly rejected: number;
  /** Encoded bytes of the images. */
  readonly bytes: number;
}

export interface IntakeOptions {
  readonly limits: DatasetLimits;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface Intake {
  readonly images: readonly StoredImage[];
  /** Every folder that was seen, as parts of its path, whether or not an image of it was taken. */
  readonly folders: readonly (readonly string[])[];
}

interface ImageFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Reads a source once: every image is decoded and packed, everything else goes to `rejections`. */
export async function takeIn(
  source: Source,
  writer: ShardWriter,
  rejections: Rejections,
  { limits, signal, onProgress }: IntakeOptions,
): Promise<Intake> {
  const folders = new Map<string, readonly string[]>();
  const images: StoredImage[] = [];
  let bytes = 0;
  const files = readImages(source, folders, rejections, limits, signal);
  for await (const { file, size } of inOrder(files, (file) => measure(file, limits))) {
    signal.throwIfAborted();
    if (typeof size === 'string') {
      rejections.add(file.name, size);
    } else {
      checkLimit(limits, 'maxImages', images.length + 1, 'The source', 'images');
      const sha256 = createHash('sha256').update(file.content).digest('hex');
      const place = await writer.append(file.content, sha256);
      images.push({ name: file.name, sha256, ...place, bytes: file.content.length, ...size });
      bytes += file.content.length;
    }
    onProgress({ images: images.length, rejected: rejections.count, bytes });
  }
  return { images, folders: [...folders.values()] };
}

/** One image at a time; notes folders and rejects whatever is not an image on its way. */
async function* readImages(
  source: Source,
  folders: Map<string, readonly string[]>,
  rejections: Rejections,
  limits: DatasetLimits,
  signal: AbortSignal,
): AsyncGenerator<ImageFile> {
  let entries = 0;
  for await (const entry of source.entries(signal)) {
    entries += 1;
    checkLimit(limits, 'maxEntries', entries, 'The source', 'files and folders');
    const parts = splitPath(entry.path, limits);
    if (parts === null) continue;
    const folder = entry.kind === 'folder' ? parts : parts.slice(0, -1);
    folders.set(folder.join('/'), folder);
    const name = parts.join('/');
    if (entry.kind === 'refused') rejections.add(name, entry.reason);
    if (entry.kind !== 'file') continue;
    const content = await readImage(entry, limits);
    if (content === null) rejections.add(name, notAnImage().message);
    else yield { name, content };
  }
}

/** The whole content, or null as soon as its beginning is no image's. */
async function readImage(entry: FileEntry, limits: DatasetLimits): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of entry.content()) {
    chunks.push(chunk);
    const before = bytes;
    bytes += chunk.length;
    if (bytes < IMAGE_HEAD_BYTES) continue;
    if (before < IMAGE_HEAD_BYTES && !isImage(Buffer.concat(chunks))) return null;
    const stated = Math.max(bytes, entry.bytes);
    checkLimit(limits, 'maxImageBytes', stated, `The image ${quoted(entry.path)}`, 'bytes');
  }
  const content = Buffer.concat(chunks, bytes);
  return isImage(content) ? content : null;
}

/** The size in pixels, or the reason why the file is rejected. */
async function measure(
  file: ImageFile,
  limits: DatasetLimits,
): Promise<{ file: ImageFile; size: { width: number; height: number } | string }> {
  try {
    return { file, size: await measureImage(file.content, limits.maxPixels) };
  } catch (error) {
    if (error instanceof HubError && error.code === 'IMAGE_REFUSED') return { file, size: error.message };
    throw error;
  }
}
