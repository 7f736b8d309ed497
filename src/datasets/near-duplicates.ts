import { setImmediate } from 'node:timers/promises';
import { groupBy } from '../group-by.js';

/**
 * Largest number of differing bits between fingerprints of near duplicates. CIFAR-10's 60,000 images have 839 such pairs;
 * of 96 pairs checked by eye, over all distances, one was not a duplicate.
 */
export const NEAR_DISTANCE = 15;
/** Bands of 16 bits. When 15 of 128 bits differ, one of the eight bands differs in at most one bit. */
const BANDS = 8;
const BAND_BITS = 16;
const WORDS = 4;
/** A band that more fingerprints share is skipped; their other bands still distinguish them. */
const MOST_PER_BAND = 4096;
/** Comparisons between two turns of the event loop. */
const AT_ONCE = 500_000;

/** Two positions, and the number of bits in which their fingerprints differ. */
export interface NearPair {
  readonly a: number;
  readonly b: number;
  readonly distance: number;
}

/**
 * All pairs of fingerprints within NEAR_DISTANCE bits, some more than once. Compares only pairs with a band that differs
 * in at most one bit (M. Norouzi et al., "Fast search in Hamming space with multi-index hashing", 2012).
 * @param fingerprints 32 hexadecimal digits each; null has no pairs.
 */
export async function* nearPairs(fingerprints: readonly (string | null)[]): AsyncGenerator<NearPair> {
  const known = [...fingerprints.keys()].filter((place) => fingerprints[place] !== null);
  const words = Uint32Array.from(known.flatMap((place) => wordsOf(fingerprints[place] as string)));
  let compared = 0;
  for (let band = 0; band < BANDS; band++) {
    for (const [one, other] of neighbors(groupBy(known.keys(), (place) => bandOf(words, place, band)))) {
      for (const [i, a] of one.entries()) {
        for (let j = one === other ? i + 1 : 0; j < other.length; j++) {
          const b = other[j]!;
          const distance = distanceBetween(words, a, words, b);
          if (distance <= NEAR_DISTANCE) yield { a: known[a]!, b: known[b]!, distance };
          compared += 1;
          if (compared % AT_ONCE === 0) await setImmediate();
        }
      }
    }
  }
}

/** Fingerprints, and whether another one is that of a near duplicate of one of them. Compares with each. */
export class Fingerprints {
  #words = new Uint32Array(4 * 1024);
  #count = 0;

  add(fingerprint: string): void {
    if (WORDS * (this.#count + 1) > this.#words.length) {
      const larger = new Uint32Array(2 * this.#words.length);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words.set(wordsOf(fingerprint), WORDS * this.#count);
    this.#count += 1;
  }

  hasNear(fingerprint: string): boolean {
    const words = Uint32Array.from(wordsOf(fingerprint));
    for (let i = 0; i < this.#count; i++) {
      if (distanceBetween(this.#words, i, words, 0) <= NEAR_DISTANCE) return true;
    }
    return false;
  }
}

/** Each list paired with itself, and all pairs of lists whose keys differ in one bit. */
function* neighbors(
  lists: ReadonlyMap<number, readonly number[]>,
): Generator<readonly [readonly number[], readonly number[]]> {
  const small = new Map([...lists].filter(([, list]) => list.length <= MOST_PER_BAND));
  for (const [key, list] of small) {
    yield [list, list];
    for (let bit = 1; bit < 2 ** BAND_BITS; bit *= 2) {
      const other = (key & bit) === 0 ? small.get(key | bit) : undefined;
      if (other) yield [list, other];
    }
  }
}

/** The fingerprint as four numbers of 32 bits. */
function wordsOf(fingerprint: string): number[] {
  return Array.from({ length: WORDS }, (_, word) => Number.parseInt(fingerprint.slice(word * 8, (word + 1) * 8), 16));
}

function bandOf(words: Uint32Array, place: number, band: number): number {
  const word = words[place * WORDS + (band >> 1)]!;
  return band % 2 === 0 ? word >>> BAND_BITS : word & (2 ** BAND_BITS - 1);
}

/** Differing bits; counting stops above NEAR_DISTANCE. */
function distanceBetween(words: Uint32Array, a: number, others: Uint32Array, b: number): number {
  let distance = 0;
  for (let word = 0; word < WORDS && distance <= NEAR_DISTANCE; word++) {
    const differing = words[a * WORDS + word]! ^ others[b * WORDS + word]!;
    distance += BIT_COUNTS[differing & 0xffff]! + BIT_COUNTS[differing >>> 16]!;
  }
  return distance;
}

const BIT_COUNTS = new Uint8Array(2 ** 16);
for (let value = 1; value < BIT_COUNTS.length; value++) BIT_COUNTS[value] = BIT_COUNTS[value >> 1]! + (value & 1);
