import { createHash } from 'node:crypto';
import { HubError } from '../errors.js';
import { checkBound, type DatasetBounds, imageSizeFault } from './bounds.js';
import { type MeasuredImage, measureImage } from './decode.js';
import { foreignReason, IMAGE_HEAD_BYTES } from './image-kind.js';
import { inOrder } from './in-order.js';
import { isTable, type LabelsTable } from './labels-table.js';
import { splitPath } from './layout.js';
import type { ImageRecord } from './manifest.js';
import { quoted } from './names.js';
import type { Surroundings } from './placement.js';
import type { Rejections } from './rejections.js';
import type { ShardWriter } from './shard-writer.js';
import { type FileEntry, readWhole, type Source } from './source.js';

/** An image that was decoded and packed, without class and split yet. */
export type PackedImage = Omit<ImageRecord, 'label' | 'split'>;

/** Progress of an ingestion. */
export interface IngestProgress {
  /** Accepted images. */
  readonly images: number;
  /** Rejected files. */
  readonly rejected: number;
  /** Bytes of the accepted images, encoded. */
  readonly bytes: number;
  /** Share of the source that was read, 0 to 1; null when unknown. */
  readonly share: number | null;
}

export interface PackOptions {
  readonly bounds: DatasetBounds;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: IngestProgress) => void;
}

/** The content of a source, with its images packed. */
export interface PackedSource extends Surroundings {
  readonly images: readonly PackedImage[];
}

/** Folders, links and tables found among the images. */
interface Found {
  readonly folders: Map<string, readonly string[]>;
  readonly links: (readonly string[])[];
  readonly tables: LabelsTable[];
}

interface ImageFile {
  readonly name: string;
  readonly content: Buffer;
  /** Measured by the source; undefined for an image that is not decoded yet. */
  readonly measured: MeasuredImage | undefined;
}

/** Reads a source once: decodes and packs every image and adds other files to `rejections`. */
export async function packImages(
  source: Source,
  writer: ShardWriter,
  rejections: Rejections,
  { bounds, signal, onProgress }: PackOptions,
): Promise<PackedSource> {
  const found: Found = { folders: new Map(), links: [], tables: [] };
  const images: PackedImage[] = [];
  let bytes = 0;
  const files = readImages(source, found, rejections, bounds, signal);
  for await (const { file, measured } of inOrder(files, (file) => measure(file, bounds))) {
    signal.throwIfAborted();
    if (typeof measured === 'string') {
      rejections.add(file.name, measured);
    } else {
      checkBound(bounds, 'maxImages', images.length + 1, 'The source', 'images');
      const sha256 = createHash('sha256').update(file.content).digest('hex');
      const place = await writer.append(file.content, sha256);
      images.push({ name: file.name, sha256, ...place, bytes: file.content.length, ...measured });
      bytes += file.content.length;
    }
    onProgress({ images: images.length, rejected: rejections.count, bytes, share: source.share });
  }
  return { ...found, images, folders: [...found.folders.values()] };
}

/** Yields images one at a time, collects folders and tables, and rejects other files. */
async function* readImages(
  source: Source,
  { folders, links, tables }: Found,
  rejections: Rejections,
  bounds: DatasetBounds,
  signal: AbortSignal,
): AsyncGenerator<ImageFile> {
  let entries = 0;
  for await (const entry of source.entries(signal)) {
    entries += 1;
    checkBound(bounds, 'maxEntries', entries, 'The source', 'files and folders');
    const parts = splitPath(entry.path, bounds);
    if (parts === null) continue;
    const hidden = parts.find((part) => part.startsWith('.'));
    if (hidden !== undefined) {
      if (entry.kind !== 'folder') rejections.add(parts.join('/'), `hidden, since ${quoted(hidden)} begins with a dot`);
      continue;
    }
    const folder = entry.kind === 'folder' ? parts : parts.slice(0, -1);
    folders.set(folder.join('/'), folder);
    const name = parts.join('/');
    if (entry.kind === 'refused') {
      rejections.add(name, entry.reason);
      if (entry.isFolder) links.push(parts);
    }
    if (entry.kind !== 'file') continue;
    if (isTable(parts)) {
      const others = tables.reduce((sum, { content }) => sum + content.length, 0);
      tables.push({ path: parts, content: await readTable(entry, others, bounds) });
      continue;
    }
    const content = await readImage(entry, bounds);
    if (typeof content === 'string') rejections.add(name, content);
    else yield { name, content, measured: entry.measured };
  }
}

/** The whole content, or the reason for its rejection: its first bytes are not those of an image, or it is too large. */
async function readImage(entry: FileEntry, bounds: DatasetBounds): Promise<Buffer | string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of entry.content()) {
    chunks.push(chunk);
    const before = bytes;
    bytes += chunk.length;
    if (bytes < IMAGE_HEAD_BYTES) continue;
    const reason = before < IMAGE_HEAD_BYTES ? foreignReason(Buffer.concat(chunks)) : null;
    const fault = reason ?? imageSizeFault(bounds, Math.max(bytes, entry.bytes));
    if (fault !== null) return fault;
  }
  const content = Buffer.concat(chunks, bytes);
  return foreignReason(content) ?? content;
}

/** The reason of a refused image. @throws any other error. */
function reasonOf(error: unknown): string {
  if (error instanceof HubError && error.code === 'IMAGE_REFUSED') return error.message;
  throw error;
}

/** @param others bytes of the tables before it, which count towards the same limit. */
async function readTable(entry: FileEntry, others: number, bounds: DatasetBounds): Promise<Buffer> {
  const content = await readWhole(entry, bounds.maxTableBytes - others);
  const received = others + (content?.length ?? Math.max(entry.bytes, bounds.maxTableBytes - others + 1));
  const subject = `The table ${quoted(entry.path)}${others > 0 ? ', with the tables before it,' : ''}`;
  checkBound(bounds, 'maxTableBytes', received, subject, 'bytes');
  return content!;
}

/** Measures an image, or returns the reason for its rejection. */
async function measure(
  file: ImageFile,
  bounds: DatasetBounds,
): Promise<{ file: ImageFile; measured: MeasuredImage | string }> {
  try {
    return { file, measured: file.measured ?? (await measureImage(file.content, bounds.maxPhotoMemory)) };
  } catch (error) {
    return { file, measured: reasonOf(error) };
  }
}
