import { HubError } from '../errors.js';

const MIB = 1024 ** 2;

/** What one registration may hold. Every refusal names the limit, its value and what was received. */
export interface DatasetBounds {
  /** Images that are kept. */
  readonly maxImages: number;
  /** Bytes of one encoded image. */
  readonly maxImageBytes: number;
  /** Bytes of a table of labels. */
  readonly maxTableBytes: number;
  /** Bytes of everything in the source, unpacked. */
  readonly maxTotalBytes: number;
  /** Unpacked bytes for each byte of the archive. JPEG barely packs: an honest archive stays near 1. */
  readonly maxCompressionRatio: number;
  /** Pixels of one image: the first frame, width times height. */
  readonly maxPixels: number;
  readonly maxClasses: number;
  /** Files and folders in the source, those that are ignored included. */
  readonly maxEntries: number;
  /** UTF-16 code units of one path. */
  readonly maxPathLength: number;
  /** Rejected files that are kept by name; the rest is only counted. */
  readonly maxRejected: number;
}

export const DATASET_BOUNDS: DatasetBounds = {
  maxImages: 200_000,
  maxImageBytes: 20 * MIB,
  maxTableBytes: 64 * MIB,
  maxTotalBytes: 8192 * MIB,
  maxCompressionRatio: 200,
  maxPixels: 25_000_000,
  maxClasses: 1000,
  maxEntries: 400_000,
  maxPathLength: 512,
  maxRejected: 1000,
};

/** Small archives of small flat images pack well; the ratio says something only from here on. */
const RATIO_CHECKED_FROM = 64 * MIB;

/** Throws LIMIT_EXCEEDED when `received` is more than the limit. `subject` begins the sentence: "The source". */
export function checkBound(
  bounds: DatasetBounds,
  limit: keyof DatasetBounds,
  received: number,
  subject: string,
  unit: string,
): void {
  const value = bounds[limit];
  if (received <= value) return;
  throw new HubError('LIMIT_EXCEEDED', `${subject} has ${received} ${unit}; the limit ${limit} is ${value}.`, {
    limit,
    value,
    received,
  });
}

/** Counts what a source unpacks while it unpacks it, so that a small archive cannot become a large one. */
export class UnpackMeter {
  readonly #bounds: DatasetBounds;
  #packed = 0;
  #unpacked = 0;

  constructor(bounds: DatasetBounds) {
    this.#bounds = bounds;
  }

  /** Bytes of the archive that were taken in. */
  addPacked(bytes: number): void {
    this.#packed += bytes;
  }

  /** Bytes that came out. Throws LIMIT_EXCEEDED past `maxTotalBytes` or `maxCompressionRatio`. */
  addUnpacked(bytes: number): void {
    this.#unpacked += bytes;
    checkBound(this.#bounds, 'maxTotalBytes', this.#unpacked, 'The source', 'bytes unpacked');
    if (this.#unpacked < RATIO_CHECKED_FROM) return;
    const ratio = Math.ceil(this.#unpacked / Math.max(1, this.#packed));
    checkBound(this.#bounds, 'maxCompressionRatio', ratio, 'The archive', 'bytes unpacked for each of its bytes');
  }
}
