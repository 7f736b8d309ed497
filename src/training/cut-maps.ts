import { randomBeta } from 'd3-random';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Features, Mix } from '../engines/engine.js';
import type { Shape } from '../network/layers.js';
import { shuffle, uniform } from '../random.js';

/** A rectangle of places of maps. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Examples of a pass whose box comes from a partner. `own` is the share of places that stays, and weighs their targets. */
export interface CutMix extends Mix {
  readonly box: Box;
}

/**
 * CutMix (Yun et al., 2019): a box of each example comes from a partner, and their targets are mixed by its area. The box is
 * drawn once per batch: its center anywhere, its sides the square root of 1 - Beta(alpha, alpha) of the maps', cut off at
 * their edge. The activations at the first trained layer are cut, not images, so features can still be cached.
 * @returns a function that draws the partners of the batch's next pass, from that pass.
 */
export function drawCutMixes(alpha: number, shape: Shape, random: RandomGenerator): (rows: number) => CutMix {
  const side = Math.sqrt(1 - randomBeta.source(() => uniform(random))(alpha, alpha)());
  const box = drawBox(side, shape, random);
  const own = 1 - (box.width * box.height) / (shape.width * shape.height);
  return (rows) => ({
    ...{ box, own },
    partners: shuffle(
      Int32Array.from({ length: rows }, (_, row) => row),
      random,
    ),
  });
}

/** A copy of the features with the boxes of partners. @param features rows x height x width x channels. */
export function pasteBoxes(features: Features, shape: Shape, { box, partners }: CutMix): Features {
  const pasted = features.slice();
  const values = shape.height * shape.width * shape.channels;
  for (const [row, partner] of partners.entries()) {
    for (const [from, to] of linesOf(box, shape)) {
      pasted.set(features.subarray(partner * values + from, partner * values + to), row * values + from);
    }
  }
  return pasted;
}

/**
 * Cutout (DeVries and Taylor, 2017): a copy of the features with a square of zeros in each example, its center anywhere, cut
 * off at the edge of the maps. As for CutMix, activations are cut.
 * @param features rows x height x width x channels. @param side of the square, as a share of the maps'.
 */
export function cutOut(features: Features, shape: Shape, side: number, random: RandomGenerator): Features {
  const cut = features.slice();
  const values = shape.height * shape.width * shape.channels;
  for (let row = 0; row < features.length; row += values) {
    for (const [from, to] of linesOf(drawBox(side, shape, random), shape)) cut.fill(0, row + from, row + to);
  }
  return cut;
}

/** @param side as a share of the sides of the maps. */
function drawBox(side: number, { height, width }: Shape, random: RandomGenerator): Box {
  const [left, right] = drawSpan(side, width, random);
  const [top, bottom] = drawSpan(side, height, random);
  return { left, top, width: right - left, height: bottom - top };
}

/** The places from the first to before the second. */
function drawSpan(side: number, places: number, random: RandomGenerator): [number, number] {
  const length = Math.round(side * places);
  const first = Math.floor(uniform(random) * places) - Math.floor(length / 2);
  return [Math.max(0, first), Math.min(places, first + length)];
}

/** The lines of a box: from a value of an example to before another. */
function* linesOf({ left, top, width, height }: Box, shape: Shape): Generator<[number, number]> {
  for (let line = top; line < top + height; line++) {
    const from = (line * shape.width + left) * shape.channels;
    yield [from, from + width * shape.channels];
  }
}
