import { setImmediate } from 'node:timers/promises';
import { groupBy } from '../group-by.js';

/** Bits in which two fingerprints of the same picture differ at most. */
export const NEAR_DISTANCE = 7;
/** One more than that: whatever the bits that differ, one band of two fingerprints is equal. */
const BANDS = NEAR_DISTANCE + 1;
/** Bits of a band, which makes 128 in all. */
const BAND_BITS = 16;
/** A band that more fingerprints share tells nothing of them; their other bands still do. */
const MOST_PER_BAND = 4096;
/** Comparisons after which others have their turn. */
const AT_ONCE = 500_000;

/** Two places, and the bits in which their fingerprints differ. */
export interface NearPair {
  readonly a: number;
  readonly b: number;
  readonly distance: number;
}

/**
 * All pairs of fingerprints within NEAR_DISTANCE bits, some more than once. Only those with an equal band are compared
 * (M. Norouzi et al., "Fast search in Hamming space with multi-index hashing", 2012).
 * @param fingerprints 32 hexadecimal digits each; null is near to none.
 */
export async function* nearPairs(fingerprints: readonly (string | null)[]): AsyncGenerator<NearPair> {
  const known = [...fingerprints.keys()].filter((place) => fingerprints[place] !== null);
  const bands = known.map((place) => bandsOf(fingerprints[place] as string));
  let compared = 0;
  for (let band = 0; band < BANDS; band++) {
    for (const sharing of groupBy(bands.keys(), (place) => bands[place]![band]!).values()) {
      if (sharing.length > MOST_PER_BAND) continue;
      for (const [i, a] of sharing.entries()) {
        for (const b of sharing.slice(i + 1)) {
          const distance = distanceBetween(bands[a]!, bands[b]!);
          if (distance <= NEAR_DISTANCE) yield { a: known[a]!, b: known[b]!, distance };
          compared += 1;
          if (compared % AT_ONCE === 0) await setImmediate();
        }
      }
    }
  }
}

function bandsOf(fingerprint: string): Uint16Array {
  const digits = BAND_BITS / 4;
  return Uint16Array.from({ length: BANDS }, (_, band) =>
    Number.parseInt(fingerprint.slice(band * digits, (band + 1) * digits), 16),
  );
}

function distanceBetween(a: Uint16Array, b: Uint16Array): number {
  let distance = 0;
  for (let band = 0; band < BANDS; band++) distance += BIT_COUNTS[a[band]! ^ b[band]!]!;
  return distance;
}

const BIT_COUNTS = new Uint8Array(2 ** BAND_BITS);
for (let value = 1; value < BIT_COUNTS.length; value++) BIT_COUNTS[value] = BIT_COUNTS[value >> 1]! + (value & 1);
