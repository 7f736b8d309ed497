import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DATASET_BOUNDS, imageSizeFault } from '../datasets/bounds.js';
import { openSource } from '../datasets/detect.js';
import { isTable } from '../datasets/labels-table.js';
import { splitPath } from '../datasets/layout.js';
import { SPLITS } from '../datasets/manifest.js';
import { readManifest, ShardReader } from '../datasets/read-manifest.js';
import { type FileEntry, readWhole, type Source } from '../datasets/source.js';
import { type BlobStore, pieces } from '../storage/blobs.js';
import type { PredictionTask } from './job.js';
import { type PredictionRow, readRows } from './prediction-rows.js';

/** A photo to classify: its encoded bytes, or why it is refused. */
export interface ListedPhoto extends Pick<PredictionRow, 'photo' | 'split' | 'truth'> {
  readonly content: Uint8Array | string;
}

/** The photos of a prediction job that are not answered yet, in the order of their source. */
export interface PhotoList {
  photos(signal: AbortSignal): AsyncIterable<ListedPhoto>;
  /** Number of photos of the source, those that are answered and those that will be refused included. */
  count(signal: AbortSignal): Promise<number>;
  /** Share of the source that was read, 0 to 1; null when unknown. */
  readonly share: number | null;
  close(): Promise<void>;
}

/** @throws NOT_FOUND, DATASET_REFUSED, LIMIT_EXCEEDED or BLOB_CORRUPT. */
export async function openPhotos(task: PredictionTask, blobs: BlobStore): Promise<PhotoList> {
  const { source } = task;
  if (source.kind === 'dataset') return openDataset(source, task, blobs);
  const answered = await namesOf(task, blobs);
  if (source.kind === 'path') {
    const { path, nameEncoding } = source;
    return openFiles(() => openSource(path, DATASET_BOUNDS, nameEncoding), answered);
  }
  const archive = await blobs.open(source.blob);
  await pipeline(Readable.from(pieces(archive)), createWriteStream(task.temporary, { mode: 0o600 })).finally(() =>
    archive.close(),
  );
  const remove = () => rm(task.temporary, { force: true });
  try {
    const { nameEncoding } = source;
    return await openFiles(() => openSource(task.temporary, DATASET_BOUNDS, nameEncoding), answered, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function openDataset(
  { manifestBlob, split }: Extract<PredictionTask['source'], { readonly kind: 'dataset' }>,
  { answered }: PredictionTask,
  blobs: BlobStore,
): Promise<PhotoList> {
  const manifest = await readManifest(blobs, manifestBlob);
  const splits = split === null ? SPLITS : [split];
  const images = manifest.images.filter((image) => splits.includes(image.split));
  const shards = new ShardReader(blobs, manifest);
  let read = answered.photos;
  return {
    async *photos() {
      for (const image of images.slice(answered.photos)) {
        const { name, label } = image;
        yield {
          photo: name,
          split: image.split,
          truth: manifest.classes[label] as string,
          content: await shards.read(image),
        };
        read += 1;
      }
    },
    count: async () => images.length,
    get share() {
      return images.length === 0 ? null : read / images.length;
    },
    close: () => shards.close(),
  };
}

/** How often each name is among the photos that are answered already: the files of a folder may change in between. */
async function namesOf({ answered }: PredictionTask, blobs: BlobStore): Promise<Map<string, number>> {
  const names = new Map<string, number>();
  for (const blob of answered.blobs) {
    for (const { photo } of await readRows(blobs, blob)) names.set(photo, (names.get(photo) ?? 0) + 1);
  }
  return names;
}

/** The files of a source. @param open opens it, again to count. */
async function openFiles(
  open: () => Promise<Source>,
  answered: Map<string, number>,
  close = async (): Promise<void> => undefined,
): Promise<PhotoList> {
  const source = await open();
  return {
    async *photos(signal) {
      for await (const { entry, photo } of filesOf(source, signal)) {
        const times = answered.get(photo) ?? 0;
        answered.set(photo, times - 1);
        if (times > 0) continue;
        const content = entry.kind === 'refused' ? entry.reason : await contentOf(entry);
        yield { photo, split: null, truth: null, content };
      }
    },
    async count(signal) {
      let count = 0;
      for await (const _ of filesOf(await open(), signal)) count += 1;
      return count;
    },
    get share() {
      return source.share;
    },
    close,
  };
}

/** All files of a source but system files, hidden ones and tables of labels. */
async function* filesOf(source: Source, signal: AbortSignal) {
  for await (const entry of source.entries(signal)) {
    const parts = splitPath(entry.path, DATASET_BOUNDS);
    if (entry.kind === 'folder' || !parts || parts.some((part) => part.startsWith('.')) || isTable(parts)) continue;
    yield { entry, photo: parts.join('/') };
  }
}

async function contentOf(entry: FileEntry): Promise<Uint8Array | string> {
  const fault = imageSizeFault(DATASET_BOUNDS, entry.bytes);
  if (fault !== null) return fault;
  const { maxImageBytes } = DATASET_BOUNDS;
  return (await readWhole(entry, maxImageBytes)) ?? (imageSizeFault(DATASET_BOUNDS, maxImageBytes + 1) as string);
}
