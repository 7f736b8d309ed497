/** Red, green, blue. */
export type Channels = readonly [number, number, number];

/** Facts of an image's pixels, kept so that a dataset can be inspected without decoding it again. */
export interface ImageFacts {
  /** Mean of each channel, 0 to 255. */
  readonly mean: Channels;
  /** Standard deviation of each channel. */
  readonly deviation: Channels;
  /** 128 bits as 32 hexadecimal digits (`fingerprintOf`); null for an image that is too small or too flat for one. */
  readonly fingerprint: string | null;
}

/** Pixels that are read, evenly spread; more would not improve the facts. */
const MOST_PIXELS = 2 ** 18;
/** Pixels that are read where only the fingerprint is wanted. */
const MOST_OF_FINGERPRINT = 2 ** 14;
/** Cells of the grid in each direction. */
const GRID = 9;
/** Standard deviation of the grid's brightness, of 255, below which a fingerprint would be noise. */
const LEAST_CONTRAST = 4;

/** The facts of an image. @param pixels width * height * 3 bytes, RGB, row by row. */
export function imageFacts(pixels: Uint8Array, width: number, height: number, mostPixels = MOST_PIXELS): ImageFacts {
  const stride = Math.max(1, Math.ceil(Math.sqrt((width * height) / mostPixels)));
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  const brightness = new Float64Array(GRID * GRID);
  const counts = new Uint32Array(GRID * GRID);
  let count = 0;
  for (let y = 0; y < height; y += stride) {
    const row = GRID * Math.floor((y * GRID) / height);
    for (let x = 0; x < width; x += stride) {
      const at = 3 * (y * width + x);
      const [red, green, blue] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
      sums[0]! += red;
      sums[1]! += green;
      sums[2]! += blue;
      squares[0]! += red * red;
      squares[1]! += green * green;
      squares[2]! += blue * blue;
      const cell = row + Math.floor((x * GRID) / width);
      brightness[cell]! += 0.299 * red + 0.587 * green + 0.114 * blue; // ITU-R BT.601
      counts[cell]! += 1;
      count += 1;
    }
  }
  const mean = sums.map((sum) => sum / count);
  const deviation = squares.map((square, i) => Math.sqrt(Math.max(0, square / count - mean[i]! ** 2)));
  return {
    mean: rounded(mean),
    deviation: rounded(deviation),
    fingerprint: counts.includes(0) ? null : fingerprintOf(brightness.map((sum, cell) => sum / counts[cell]!)),
  };
}

/** The fingerprint of a photo as a network takes it. @param pixels [side, side, 3]. */
export function fingerprintOfPixels(pixels: Uint8Array, side: number): string | null {
  return imageFacts(pixels, side, side, MOST_OF_FINGERPRINT).fingerprint;
}

/**
 * dHash (N. Krawetz, 2013): whether brightness rises from each cell of the grid to the next, 64 bits to the right and 64
 * bits downwards. It hardly changes when an image is scaled, recompressed or brightened.
 */
function fingerprintOf(brightness: Float64Array): string | null {
  const mean = brightness.reduce((sum, value) => sum + value, 0) / brightness.length;
  const variance = brightness.reduce((sum, value) => sum + (value - mean) ** 2, 0) / brightness.length;
  if (Math.sqrt(variance) < LEAST_CONTRAST) return null;
  const rises = (step: number): string => {
    let digits = '';
    for (let y = 0; y < GRID - 1; y++) {
      let byte = 0;
      for (let x = 0; x < GRID - 1; x++) {
        const cell = y * GRID + x;
        byte = (byte << 1) | Number(brightness[cell + step]! > brightness[cell]!);
      }
      digits += byte.toString(16).padStart(2, '0');
    }
    return digits;
  };
  return rises(1) + rises(GRID);
}

/** Rounds to two decimals: further ones would only reflect the rounding of pixels to bytes. */
function rounded(values: readonly number[]): Channels {
  const [red, green, blue] = values.map((value) => Math.round(value * 100) / 100);
  return [red!, green!, blue!];
}
