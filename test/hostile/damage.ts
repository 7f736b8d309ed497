import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { randomStream } from '../../src/random.js';

/** Copies of a file, each cut off or changed in some bytes at places that the seed decides. */
export function damagedCopies(content: Uint8Array, seed: string, count: number): [string, Buffer][] {
  const random = randomStream(1, seed);
  return Array.from({ length: count }, (_, i): [string, Buffer] => {
    if (i % 3 === 0) {
      const end = uniformInt(random, 1, content.length - 1);
      return [`cut off at ${end}`, Buffer.from(content.subarray(0, end))];
    }
    const copy = Buffer.from(content);
    // The first bytes say what is what, so half of the changes are there.
    const places = Array.from({ length: i % 3 }, () =>
      uniformInt(random, 0, i % 2 ? Math.min(600, copy.length - 1) : copy.length - 1),
    );
    for (const place of places) copy[place] = uniformInt(random, 0, 255);
    return [`changed at ${places.join(' and ')}`, copy];
  });
}
