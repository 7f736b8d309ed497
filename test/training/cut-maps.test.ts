import { expect, it } from 'vitest';
import { newFeatures } from '../../src/engines/engine.js';
import { randomStream } from '../../src/random.js';
import { cutOut, drawCutMixes, pasteBoxes } from '../../src/training/cut-maps.js';

const SHAPE = { height: 6, width: 8, channels: 3 };
const PLACES = SHAPE.height * SHAPE.width;
const VALUES = PLACES * SHAPE.channels;
const DRAWS = 3000;

/** Examples whose every value is their row, from 1, as floats or as bits of 16-bit floats. */
const examples = (rows: number, type: 'float32' | 'float16' = 'float32') =>
  newFeatures(type, rows * VALUES).map((_, i) => 1 + Math.floor(i / VALUES));

/** The places of an example where a condition holds: all channels of a place agree. */
function placesOf(features: ArrayLike<number>, row: number, holds: (value: number) => boolean): number[] {
  return Array.from({ length: PLACES }, (_, place) => place).filter((place) => {
    const from = row * VALUES + place * SHAPE.channels;
    const channels = Array.from({ length: SHAPE.channels }, (_, channel) => holds(features[from + channel]!));
    if (new Set(channels).size > 1) throw new Error(`place ${place} of row ${row} is cut in part`);
    return channels[0];
  });
}

/** Height times width of the smallest rectangle around the places. */
function areaAround(places: readonly number[]): number {
  if (places.length === 0) return 0;
  const [lines, columns] = [places.map((p) => Math.floor(p / SHAPE.width)), places.map((p) => p % SHAPE.width)];
  const span = (values: number[]): number => Math.max(...values) - Math.min(...values) + 1;
  return span(lines) * span(columns);
}

it.each(['float32', 'float16'] as const)('CutMix puts one box of a partner into each example of %s', (type) => {
  const rows = 5;
  const features = examples(rows, type);
  const before = features.slice();
  for (let step = 0; step < 50; step++) {
    const cut = drawCutMixes(0.8, SHAPE, randomStream(1, 'test', step))(rows);
    const pasted = pasteBoxes(features, SHAPE, cut);
    expect(features).toEqual(before);
    for (const [row, partner] of cut.partners.entries()) {
      const foreign = placesOf(pasted, row, (value) => value !== row + 1);
      if (partner === row) expect(foreign).toEqual([]);
      else {
        expect(foreign).toEqual(placesOf(pasted, row, (value) => value === partner + 1));
        expect(foreign).toHaveLength(areaAround(foreign)); // a whole rectangle
        expect(cut.own).toBeCloseTo(1 - foreign.length / PLACES, 10);
      }
    }
  }
});

it('the boxes of CutMix have every size and place, those of a batch the same', () => {
  const cuts = Array.from({ length: DRAWS }, (_, step) => drawCutMixes(1, SHAPE, randomStream(1, 'test', step)));
  const boxes = cuts.map((draw) => draw(2).box);
  for (const [i, draw] of cuts.slice(0, 20).entries()) expect(draw(2).box).toEqual(boxes[i]);
  expect(new Set(boxes.map(({ left }) => left)).size).toBe(SHAPE.width);
  expect(new Set(boxes.map(({ height }) => height)).size).toBe(SHAPE.height + 1);
  for (const { left, top, width, height } of boxes) {
    expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
    expect(left + width).toBeLessThanOrEqual(SHAPE.width);
    expect(top + height).toBeLessThanOrEqual(SHAPE.height);
  }
  // Without an edge the area would be uniform from 0 to 1; the edge cuts off less than half of it.
  const mean = cuts.reduce((sum, draw) => sum + 1 - draw(1).own, 0) / DRAWS;
  expect(mean).toBeGreaterThan(0.25);
  expect(mean).toBeLessThan(0.5);
});

it.each([0.25, 0.5, 0.75])('Cutout sets a square of at most %f of the sides to zero, its center anywhere', (side) => {
  const rows = 200;
  const cut = cutOut(examples(rows), SHAPE, side, randomStream(1, 'test'));
  const whole = Math.round(side * SHAPE.height) * Math.round(side * SHAPE.width);
  const seen = new Set<number>();
  const sizes = Array.from({ length: rows }, (_, row) => {
    const zeros = placesOf(cut, row, (value) => value === 0);
    expect(zeros).toHaveLength(areaAround(zeros));
    expect(zeros.length + placesOf(cut, row, (value) => value === row + 1).length).toBe(PLACES);
    for (const place of zeros) seen.add(place);
    return zeros.length;
  });
  expect(Math.max(...sizes)).toBe(whole);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(Math.min(...sizes)).toBeLessThan(whole); // cut off at an edge
  expect(seen.size).toBe(PLACES);
});

it('draws the same cuts again, and others for another step', () => {
  const draw = (step: number) => {
    const cut = drawCutMixes(0.5, SHAPE, randomStream(1, 'test', step))(4);
    return { cut, zeros: cutOut(examples(4), SHAPE, 0.5, randomStream(1, 'test', step)) };
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(2).cut).not.toEqual(draw(1).cut);
  expect(draw(2).zeros).not.toEqual(draw(1).zeros);
});
