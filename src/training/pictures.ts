import type { ImageRecord, Manifest } from '../datasets/manifest.js';

/** An image as the network sees it. */
export interface Picture {
  readonly image: ImageRecord;
  /** Left for right. */
  readonly mirrored: boolean;
}

/**
 * What features are computed of: every image in the order of the manifest and, where a run sees images mirrored, the
 * mirrored ones behind them in the same order. A frozen base makes either exact; they take twice the room.
 */
export function picturesOf({ images }: Manifest, mirror: boolean): readonly Picture[] {
  const seen = (mirrored: boolean): Picture[] => images.map((image) => ({ image, mirrored }));
  return mirror ? [...seen(false), ...seen(true)] : seen(false);
}

/** How many of them there are. */
export function pictureCount(images: number, mirror: boolean): number {
  return mirror ? 2 * images : images;
}

/** The place of an image's mirrored picture. */
export function mirroredRow(row: number, { images }: Manifest): number {
  return images.length + row;
}
