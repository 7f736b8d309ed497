import { Matrix, QrDecomposition } from 'ml-matrix';
import { readSafetensors, writeSafetensors } from '../network/safetensors.js';
import { f32, type Tensor } from '../network/tensor.js';
import { randomStream, uniform } from '../random.js';

/** Most directions of a subspace: more of them improve the score little, and cost time. */
const DIRECTIONS = 64;
/** Rounds of subspace iteration; the directions that converge last explain about the same variance. */
const ROUNDS = 3;

/** The subspace of the features of training images: a mean, and the principal directions around it. */
export interface Subspace {
  /** A value per feature. */
  readonly mean: Float32Array;
  /** Orthonormal vectors, concatenated, each of the mean's length. */
  readonly directions: Float32Array;
}

/**
 * Fits the principal directions of features by subspace iteration. Source: Halko, Martinsson and Tropp, "Finding Structure
 * with Randomness" (2011), algorithm 4.4.
 * @param features n rows of `width` values, of training images.
 */
export function fitSubspace(features: Float32Array, width: number): Subspace {
  const n = features.length / width;
  const mean = new Float32Array(width);
  for (const [i, value] of features.entries()) mean[i % width]! += value / n;
  const centered = Matrix.from1DArray(
    n,
    width,
    Array.from(features, (value, i) => value - mean[i % width]!),
  );
  const transposed = centered.transpose();
  const random = randomStream(0, 'subspace');
  // At most half of the dimensions: with all of them every distance would be 0.
  const count = Math.max(1, Math.min(DIRECTIONS, Math.floor(width / 2), Math.floor(n / 2)));
  let found = new Matrix(
    Array.from({ length: width }, () => Array.from({ length: count }, () => uniform(random) - 0.5)),
  );
  for (let round = 0; round < ROUNDS; round++) {
    found = new QrDecomposition(transposed.mmul(centered.mmul(found))).orthogonalMatrix;
  }
  return { mean, directions: Float32Array.from(found.transpose().to1DArray()) };
}

/**
 * Squared distance of features from the subspace: the squared norm that remains after subtracting the mean and the
 * projection on the directions. Source: the residual of Wang et al., "ViM: Out-Of-Distribution with Virtual-logit Matching" (2022),
 * section 3.
 * @param features of one photo.
 */
export function distance(features: Float32Array, { mean, directions }: Subspace): number {
  const width = mean.length;
  const rest = features.map((value, i) => value - mean[i]!);
  let squared = 0;
  for (const value of rest) squared += value * value;
  for (let start = 0; start < directions.length; start += width) {
    let along = 0;
    for (let i = 0; i < width; i++) along += rest[i]! * directions[start + i]!;
    squared -= along * along;
  }
  return Math.max(0, squared);
}

/** The distance exceeded by a share of the given distances; always above 0, so that scores can be divided by it. */
export function thresholdOf(distances: readonly number[], share: number): number {
  const sorted = [...distances].sort((a, b) => a - b);
  return Math.max(Number.EPSILON, sorted[Math.ceil((1 - share) * sorted.length) - 1] as number);
}

/** Encodes a subspace as a safetensors file. */
export function writeSubspace({ mean, directions }: Subspace): Uint8Array {
  const width = mean.length;
  return writeSafetensors(
    new Map([
      ['mean', f32([width], mean)],
      ['directions', f32([directions.length / width, width], directions)],
    ]),
  );
}

/** Reads a file of `writeSubspace`. @throws WEIGHTS_REFUSED when it is not a safetensors file. */
export function readSubspace(file: Uint8Array): Subspace {
  const { weights } = readSafetensors(file);
  const [mean, directions] = ['mean', 'directions'].map((name) => (weights.get(name) as Tensor).data as Float32Array);
  return { mean: mean as Float32Array, directions: directions as Float32Array };
}
