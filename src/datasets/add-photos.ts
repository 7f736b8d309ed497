import { HubError } from '../errors.js';
import type { BlobStore } from '../storage/blobs.js';
import { DATASET_BOUNDS, type DatasetBounds } from './bounds.js';
import { type Description, described, descriptionOf } from './columns.js';
import { type StoredVersion, storeVersion } from './ingest.js';
import { duplicatesOf } from './inspect.js';
import { type ImageRecord, type Manifest, manifestOf } from './manifest.js';
import { quoted } from './names.js';
import { type PackedImage, packImages } from './pack-images.js';
import { type Rejection, Rejections } from './rejections.js';
import { ShardWriter } from './shard-writer.js';
import { inMemory, type Source } from './source.js';

/** A photo whose class is known. */
export interface LabeledPhoto {
  /** SHA-256 of its bytes. */
  readonly sha256: string;
  readonly className: string;
}

/** The description of a photo: there is no table, and what the version calls its source is another one. */
const JUDGED: Description = { values: new Map(), source: 'judged photos' };

/** A version with photos that were added, and what became of the others. */
export interface PhotosAdded extends StoredVersion {
  /** SHA-256 of the photos that were added. */
  readonly added: ReadonlySet<string>;
  /** Photos that the version had already, in whatever class and split. */
  readonly present: number;
  /** Photos left out since they look like an image of the test or validation split. */
  readonly likeTest: number;
  readonly rejected: readonly Rejection[];
  readonly rejectedCount: number;
}

/**
 * Adds photos to the training split of a version. Photos that look like its test or validation images are left out, since
 * accuracy measured on images that a network was trained on is too high. Only one may run at a time on one store, like
 * `ingestImages`.
 * @param read the bytes of a photo; null for one that was deleted meanwhile, which is left out.
 * @throws BAD_INPUT for a class that the version does not have, and where no photo could be added.
 */
export async function addPhotos(
  parent: Manifest,
  photos: readonly LabeledPhoto[],
  read: (photo: LabeledPhoto) => Promise<Uint8Array | null>,
  blobs: BlobStore,
  bounds: DatasetBounds = DATASET_BOUNDS,
): Promise<PhotosAdded> {
  const labels = labelsOf(parent, photos);
  const known = new Set(parent.images.map(({ sha256 }) => sha256));
  const unknown = photos.filter(({ sha256 }) => !known.has(sha256));
  const present = photos.length - unknown.length;
  const writer = new ShardWriter(blobs);
  const rejections = new Rejections(bounds.maxRejected);
  try {
    const options = { bounds, signal: new AbortController().signal, onProgress: () => undefined };
    const packed = await packImages(sourceOf(unknown, read), writer, rejections, options);
    const fresh = await unlikeTest(parent, packed.images);
    const likeTest = packed.images.length - fresh.length;
    if (fresh.length === 0) throw nothingToAdd(photos.length, { present, likeTest, rejected: rejections.count });
    const shards = [...parent.shards, ...(await writer.finish())];
    const images = [
      ...parent.images.map((image) => ({ ...image, description: descriptionOf(parent, image) })),
      ...fresh.map((image) => ({ ...recordOf(image, parent.shards.length, labels), description: JUDGED })),
    ];
    const { images: records, ...descriptions } = described(images, parent.columns ?? []);
    const manifest = manifestOf(parent.classes, shards, records, descriptions);
    const added = new Set(fresh.map(({ sha256 }) => sha256));
    const rejected = { rejected: rejections.kept, rejectedCount: rejections.count };
    return { ...(await storeVersion(manifest, blobs)), added, present, likeTest, ...rejected };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** The label of each photo by its hash. @throws BAD_INPUT for a class that the version does not have. */
function labelsOf({ classes }: Manifest, photos: readonly LabeledPhoto[]): ReadonlyMap<string, number> {
  const labels = new Map(photos.map(({ sha256, className }) => [sha256, classes.indexOf(className)]));
  const missing = new Set(photos.map(({ className }) => className).filter((name) => !classes.includes(name)));
  if (missing.size === 0) return labels;
  const named = [...missing].map(quoted).join(', ');
  throw new HubError(
    'BAD_INPUT',
    `The version has no class ${named}, which judged photos show; it has ${classes.map(quoted).join(', ')}. Add them to a version with these classes.`,
    { received: [...missing] },
  );
}

/** Photos as a source, of which each is named by its hash. */
function sourceOf(photos: readonly LabeledPhoto[], read: (photo: LabeledPhoto) => Promise<Uint8Array | null>): Source {
  return {
    share: null,
    async *entries() {
      for (const photo of photos) {
        const bytes = await read(photo);
        if (bytes === null) continue;
        yield { kind: 'file', path: photo.sha256, bytes: bytes.length, content: () => inMemory([bytes]) };
      }
    },
  };
}

/** Photos that look like no image of the test or validation split. */
async function unlikeTest(parent: Manifest, photos: readonly PackedImage[]): Promise<PackedImage[]> {
  const before = parent.images.length;
  const groups = await duplicatesOf([...parent.images, ...photos], 'near');
  const like = new Set(
    groups
      .filter(({ images }) => images.some((row) => row < before && parent.images[row]?.split !== 'train'))
      .flatMap(({ images }) => images),
  );
  return photos.filter((_, i) => !like.has(before + i));
}

function recordOf(image: PackedImage, shards: number, labels: ReadonlyMap<string, number>): ImageRecord {
  return { ...image, shard: shards + image.shard, label: labels.get(image.sha256) as number, split: 'train' };
}

function nothingToAdd(all: number, left: Readonly<Record<'present' | 'likeTest' | 'rejected', number>>): HubError {
  const { present, likeTest, rejected } = left;
  const reasons = [
    `${present} already in the version`,
    `${likeTest} like its test or validation images`,
    `${rejected} refused as images`,
    `${all - present - likeTest - rejected} deleted meanwhile`,
  ].filter((reason) => !reason.startsWith('0 '));
  return new HubError('BAD_INPUT', `No judged photo can be added: ${reasons.join(', ')}.`, { added: 0 });
}
