import { randomBeta } from 'd3-random';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Mix } from '../engines/engine.js';
import { shuffle, uniform } from '../random.js';

/**
 * Mixup (Zhang et al., 2018): an example and its target become a mean of its own and those of another one, with a share
 * from Beta(alpha, alpha) that is drawn once for a batch. What is mixed are the activations at the split layer, which is
 * mixup of the pictures only where nothing is frozen; where something is, it is "manifold mixup" (Verma et al., 2019) at
 * that layer. So features are computed once and cached, which those of mixed pictures could not be.
 * @returns draws the mix of a batch's next pass. Partners are of the same pass.
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
