import { randomStream, uniform } from '../random.js';

/** Directions that are searched at once; the two that are kept converge faster with more. */
const DIRECTIONS = 6;
/** Most passes over the rows. */
const PASSES = 40;
/** Change of both shares of variance below which the search ends. */
const STILL = 1e-6;

/** Rows as points of a plane. */
export interface Projection {
  /** x and y of each row, in the units of the features. */
  readonly points: Float32Array;
  /** Share of the variance of the rows along x and along y. */
  readonly explained: readonly [number, number];
}

/**
 * Principal component analysis: the projection onto the two directions of the largest variance, found by subspace iteration
 * on the covariance matrix, which is never formed. Source: Halko, Martinsson and Tropp, "Finding Structure with Randomness"
 * (2011), section 4.5. Deterministic for a seed. The sign of an axis is such that its largest point by size is positive.
 * @param rows n x width. Centered in place.
 */
export function principalPlane(rows: Float32Array, width: number, seed: number): Projection {
  const n = rows.length / width;
  center(rows, width);
  const total = rows.reduce((sum, value) => sum + value * value, 0);
  if (total === 0) return { points: new Float32Array(2 * n), explained: [0, 0] };
  const random = randomStream(seed, 'projection');
  let basis: Float64Array[] = Array.from({ length: Math.min(DIRECTIONS, width) }, () =>
    Float64Array.from({ length: width }, () => uniform(random) - 0.5),
  );
  let shares: readonly number[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    basis = orthonormal(basis);
    const before = shares;
    const places = basis.map((direction) => along(rows, width, direction));
    shares = places.map((place) => place.reduce((sum, value) => sum + value * value, 0) / total);
    if ([0, 1].every((i) => Math.abs((shares[i] ?? 0) - (before[i] ?? Number.POSITIVE_INFINITY)) < STILL)) break;
    basis = places.map((place) => back(rows, width, place));
  }
  basis = orthonormal(basis);
  const points = new Float32Array(2 * n);
  const explained: [number, number] = [0, 0];
  for (const [axis, direction] of basis.slice(0, 2).entries()) {
    const place = along(rows, width, direction);
    const largest = place.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    for (const [i, value] of place.entries()) points[2 * i + axis] = largest < 0 ? -value : value;
    explained[axis] = place.reduce((sum, value) => sum + value * value, 0) / total;
  }
  return { points, explained };
}

function center(rows: Float32Array, width: number): void {
  const means = new Float64Array(width);
  for (const [i, value] of rows.entries()) means[i % width]! += value;
  for (let i = 0; i < rows.length; i++) rows[i]! -= means[i % width]! / (rows.length / width);
}

/** Place of each row along a direction. */
function along(rows: Float32Array, width: number, direction: Float64Array): Float64Array {
  const places = new Float64Array(rows.length / width);
  for (let i = 0, at = 0; i < places.length; i++) {
    let sum = 0;
    for (let column = 0; column < width; column++, at++) sum += rows[at]! * direction[column]!;
    places[i] = sum;
  }
  return places;
}

/** The sum of the rows, each times its place. */
function back(rows: Float32Array, width: number, places: Float64Array): Float64Array {
  const sum = new Float64Array(width);
  for (let i = 0, at = 0; i < places.length; i++) {
    const place = places[i]!;
    for (let column = 0; column < width; column++, at++) sum[column]! += rows[at]! * place;
  }
  return sum;
}

/** Modified Gram-Schmidt; a direction that the ones before it span becomes 0. */
function orthonormal(directions: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const direction of directions) {
    const rest = direction.slice();
    const size = norm(rest);
    for (const other of done) {
      const share = rest.reduce((sum, value, i) => sum + value * other[i]!, 0);
      for (let i = 0; i < rest.length; i++) rest[i]! -= share * other[i]!;
    }
    const length = norm(rest);
    done.push(length > 1e-10 * size ? rest.map((value) => value / length) : rest.fill(0));
  }
  return done;
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
