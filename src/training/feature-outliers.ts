import { UnitRows } from '../engines/onnx/unit-rows.js';

/** Neighbors whose distances are averaged. */
const NEIGHBORS = 10;
/** Images of a class with which each of its images is compared, spread evenly over it. */
const COMPARED = 5000;
/** Queries of one matrix product. */
const AT_ONCE = 64;
/** Fewest images of a class in which one can be an outlier. */
const FEWEST = 20;
/** Interquartile ranges above the upper quartile from which a distance is far out (J. W. Tukey, Exploratory Data Analysis, 1977). */
const FAR_OUT = 3;

/** An image far from the others of its class. */
export interface FeatureOutlier {
  readonly row: number;
  /** Mean distance (1 - cosine) to its nearest neighbors in the class, 0 to 2. */
  readonly distance: number;
  /** Distance from which images of the class are outliers. */
  readonly limit: number;
}

interface OutlierOptions {
  /** Rows x width, of any length. */
  readonly values: Float32Array;
  readonly width: number;
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Called with the number of images that were compared. */
  readonly onImages: (images: number) => void;
}

/**
 * Images whose mean distance to their nearest neighbors in their class is far out (S. Ramaswamy et al., "Efficient algorithms for
 * mining outliers from large data sets", 2000; by the mean over the neighbors instead of the last one). The farthest beyond its
 * limit comes first.
 */
export async function featureOutliers(options: OutlierOptions): Promise<FeatureOutlier[]> {
  const { labels, classes } = options;
  const byClass = Array.from({ length: classes }, (): number[] => []);
  for (let row = 0; row < labels.length; row++) byClass[labels[row]!]!.push(row);
  const found: FeatureOutlier[] = [];
  for (const rows of byClass) {
    if (rows.length >= FEWEST) found.push(...(await outliersAmong(rows, options)));
    else options.onImages(rows.length);
  }
  return found.sort((a, b) => b.distance / b.limit - a.distance / a.limit || a.row - b.row);
}

async function outliersAmong(rows: readonly number[], options: OutlierOptions): Promise<FeatureOutlier[]> {
  const { values, width, threads, signal, onImages } = options;
  const count = Math.min(COMPARED, rows.length);
  const compared = Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!);
  const own = new Float32Array(count * width);
  for (const [i, row] of compared.entries()) own.set(values.subarray(row * width, (row + 1) * width), i * width);
  const unit = await UnitRows.open(own, width, threads);
  const placeOf = new Map(compared.map((row, place) => [row, place]));
  const distances = new Float64Array(rows.length);
  try {
    for (let start = 0; start < rows.length; start += AT_ONCE) {
      signal.throwIfAborted();
      const part = rows.slice(start, start + AT_ONCE);
      const cosines = await unit.cosines(part.map((row) => values.subarray(row * width, (row + 1) * width)));
      for (const [i, row] of part.entries()) {
        distances[start + i] = 1 - meanOfLargest(cosines, i, part.length, placeOf.get(row) ?? -1);
      }
      onImages(part.length);
    }
  } finally {
    await unit.close();
  }
  const sorted = distances.toSorted();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  const limit = at(0.75) + FAR_OUT * (at(0.75) - at(0.25));
  return rows.flatMap((row, i) => (distances[i]! > limit ? [{ row, distance: distances[i]!, limit }] : []));
}

/** Mean of the largest values of a column, without that of the image itself. @param values rows x columns. */
function meanOfLargest(values: Float32Array, column: number, columns: number, without: number): number {
  const largest: number[] = []; // ascending
  for (let row = 0; row < values.length / columns; row++) {
    if (row === without) continue;
    const value = values[row * columns + column]!;
    if (largest.length === NEIGHBORS && value <= largest[0]!) continue;
    if (largest.length === NEIGHBORS) largest.shift();
    let place = largest.length;
    while (place > 0 && largest[place - 1]! > value) place--;
    largest.splice(place, 0, value);
  }
  return largest.reduce((sum, value) => sum + value, 0) / largest.length;
}
