import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * A stream of random numbers for a purpose. The same seed and purpose give the same numbers, independent of other draws, so
 * a resumed run draws the same numbers as an uninterrupted one.
 */
export function randomStream(seed: number, ...purpose: readonly (string | number)[]): RandomGenerator {
  const digest = createHash('sha256')
    .update([seed, ...purpose].join('/'))
    .digest();
  return xoroshiro128plus(digest.readInt32LE(0));
}

/** Shuffles in place (Fisher-Yates) and returns the array. */
export function shuffle<T extends { length: number; [index: number]: unknown }>(values: T, random: RandomGenerator): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}

/**
 * The factors of inverted dropout: 0 with probability `rate`, else 1 / (1 - rate). Each element takes 16 random bits, so the
 * rate is exact to 1 / 65536.
 */
export function dropoutFactors(elements: number, rate: number, random: RandomGenerator): Float32Array {
  const factors = new Float32Array(elements);
  const threshold = Math.round(rate * 65536);
  const kept = 1 / (1 - rate);
  for (let i = 0; i < elements; i += 2) {
    const bits = random.next();
    factors[i] = (bits & 0xffff) < threshold ? 0 : kept;
    if (i + 1 < elements) factors[i + 1] = bits >>> 16 < threshold ? 0 : kept;
  }
  return factors;
}

/** A float in [0, 1) with 32 random bits. */
export function uniform(random: RandomGenerator): number {
  return (random.next() >>> 0) / 2 ** 32;
}
