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

/** Turns the rows of RGB pixels around, in place. */
export function mirrorPixels(pixels: Uint8Array, side: number): void {
  for (let y = 0; y < side; y++) {
    for (let left = 0, right = side - 1; left < right; left++, right--) {
      for (let c = 0; c < 3; c++) {
        const [a, b] = [(y * side + left) * 3 + c, (y * side + right) * 3 + c];
        const value = pixels[a] as number;
        pixels[a] = pixels[b] as number;
        pixels[b] = value;
      }
    }
  }
}
