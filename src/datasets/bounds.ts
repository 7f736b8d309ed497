import { HubError } from '../errors.js';
import { DEFAULT_PHOTO_MEMORY } from './decode-memory.js';

const MIB = 1024 ** 2;

/** Bounds of one ingestion. Every error names the bound, its value and the received value. */
export interface DatasetBounds {
  /** Accepted images. */
  readonly maxImages: number;
  /** Bytes of one encoded image. */
  readonly maxImageBytes: number;
  /** Bytes of a table of labels. */
  readonly maxTableBytes: number;
  /** Bytes of everything in the source, unpacked. */
  readonly maxTotalBytes: number;
  /** Unpacked bytes per byte of the archive. JPEG barely compresses: an honest archive stays near 1. */
  readonly maxCompressionRatio: number;
  /** Bytes of one decoded image, before it is shrunk. */
  readonly maxPhotoMemory: number;
  readonly maxClasses: number;
  /** Files and folders in the source, including ignored ones. */
  readonly maxEntries: number;
  /** UTF-16 code units of one path. */
  readonly maxPathLength: number;
  /** Rejected files that are recorded by name; the others are only counted. */
  readonly maxRejected: number;
  /** Further columns of a table of labels that are kept. */
  readonly maxColumns: number;
  /** UTF-16 code units of a value, and of the name, of a column that is kept. */
  readonly maxValueLength: number;
}

export const DATASET_BOUNDS: DatasetBounds = {
  maxImages: 200_000,
  maxImageBytes: 50_000_000,
  maxTableBytes: 64 * MIB,
  maxTotalBytes: 8192 * MIB,
  maxCompressionRatio: 200,
  maxPhotoMemory: DEFAULT_PHOTO_MEMORY,
  maxClasses: 1000,
  maxEntries: 400_000,
  maxPathLength: 512,
  maxRejected: 1000,
  maxColumns: 32,
  maxValueLength: 100,
};

/** Bytes from which the ratio is checked: small archives of small, flat images compress well. */
const RATIO_CHECKED_FROM = 64 * MIB;

/** @param subject beginning of the message, for example "The source". @throws LIMIT_EXCEEDED over the bound. */
export function checkBound(
  bounds: DatasetBounds,
  bound: keyof DatasetBounds,
  received: number,
  subject: string,
  unit: string,
): void {
  const value = bounds[bound];
  if (received <= value) return;
  const text = unit === 'bytes' ? `is ${megabytes(received, Math.ceil)}` : `has ${received} ${unit}`;
  const limit = unit === 'bytes' ? megabytes(value, Math.floor) : value;
  throw new HubError('LIMIT_EXCEEDED', `${subject} ${text}; the limit ${bound} is ${limit}.`, {
    limit: bound,
    value,
    received,
  });
}

/** Why an image is rejected, by its encoded size; null for one within the bound. */
export function imageSizeFault({ maxImageBytes }: DatasetBounds, bytes: number): string | null {
  if (bytes <= maxImageBytes) return null;
  return `${megabytes(bytes, Math.ceil)}; the limit is ${megabytes(maxImageBytes, Math.floor)}`;
}

/** Kilobytes at least, rounded away from the limit, so that a size over it never looks equal to it: `50.001 MB`. */
function megabytes(bytes: number, round: (value: number) => number): string {
  return `${round(bytes / 1000) / 1000} MB`;
}

/** Counts bytes while a source is unpacked, so that a small archive cannot unpack to a huge one. */
export class UnpackMeter {
  readonly #bounds: DatasetBounds;
  #packed = 0;
  #unpacked = 0;

  constructor(bounds: DatasetBounds) {
    this.#bounds = bounds;
  }

  /** Adds bytes read from the archive. */
  addPacked(bytes: number): void {
    this.#packed += bytes;
  }

  /** Adds unpacked bytes. @throws LIMIT_EXCEEDED over `maxTotalBytes` or `maxCompressionRatio`. */
  addUnpacked(bytes: number): void {
    this.#unpacked += bytes;
    checkBound(this.#bounds, 'maxTotalBytes', this.#unpacked, 'The source', 'bytes unpacked');
    if (this.#unpacked < RATIO_CHECKED_FROM) return;
    const ratio = Math.ceil(this.#unpacked / Math.max(1, this.#packed));
    checkBound(this.#bounds, 'maxCompressionRatio', ratio, 'The archive', 'bytes unpacked for each of its bytes');
  }
}
