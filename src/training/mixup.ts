import { randomBeta } from 'd3-random';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Mix } from '../engines/engine.js';
import { shuffle, uniform } from '../random.js';

/**
 * Mixup (Zhang et al., 2018): each example and its target become a weighted mean of themselves and those of a partner, with
 * a weight from Beta(alpha, alpha) drawn once per batch. The activations at the first trained layer are mixed. With frozen
 * layers that is "manifold mixup" (Verma et al., 2019), not mixup of images, so features can still be computed once and
 * cached.
 * @returns a function that draws the mix of the batch's next pass; partners come from the same pass.
 */
export function drawMixes(alpha: number, random: RandomGenerator): (rows: number) => Mix {
  const own = randomBeta.source(() => uniform(random))(alpha, alpha)();
  return (rows) => ({
    own,
    partners: shuffle(
      Int32Array.from({ length: rows }, (_, row) => row),
      random,
    ),
  });
}

/** The targets of mixed examples. @param targets rows x classes. */
export function mixTargets(targets: Float32Array, { own, partners }: Mix): Float32Array {
  const classes = targets.length / partners.length;
  return targets.map((target, i) => {
    const partner = targets[partners[Math.floor(i / classes)]! * classes + (i % classes)]!;
    return partner + own * (target - partner);
  });
}
