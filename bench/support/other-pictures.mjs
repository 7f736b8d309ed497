// Pictures that show none of CIFAR-10's classes, made by rules: the same in every run.
import { randomStream, uniform } from '../../out/random.js';

const SIDE = 32;
/** Which of the seven segments, as [left, top, right, bottom] in cells of 4 pixels, each digit has. */
const SEGMENTS = {
  a: [2, 1, 6, 2],
  b: [5, 1, 6, 4],
  c: [5, 3, 6, 7],
  d: [2, 6, 6, 7],
  e: [2, 3, 3, 7],
  f: [2, 1, 3, 4],
  g: [2, 3, 6, 4],
};
const DIGITS = ['abcdef', 'bc', 'abged', 'abgcd', 'fgbc', 'afgcd', 'afgedc', 'abc', 'abcdefg', 'abcdfg'];

/** By name, how a picture is made: from random numbers, a function from a place to its color. */
const KINDS = {
  noise: (random) => () => [0, 1, 2].map(() => 255 * uniform(random)),
  stripes: (random) => {
    const [first, second] = [color(random), color(random)];
    const [angle, period] = [Math.PI * uniform(random), 3 + 9 * uniform(random)];
    return (x, y) =>
      Math.sin((2 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / period) > 0 ? first : second;
  },
  digits: (random) => {
    const segments = [...DIGITS[Math.floor(10 * uniform(random))]].map((name) => SEGMENTS[name]);
    const inside =
      (x, y) =>
      ([left, top, right, bottom]) =>
        x >= 4 * left && x < 4 * right && y >= 4 * top && y < 4 * bottom;
    const [ink, paper] = [color(random), color(random)];
    return (x, y) => (segments.some(inside(x, y)) ? ink : paper);
  },
};

const color = (random) => [0, 1, 2].map(() => 255 * uniform(random));

/** @returns by kind, n x 32 x 32 x 3 bytes. */
export function otherPictures(n) {
  return Object.entries(KINDS).map(([name, kind]) => {
    const pixels = new Uint8Array(n * SIDE * SIDE * 3);
    for (let i = 0; i < n; i++) {
      const colourAt = kind(randomStream(1, name, i));
      for (let place = 0; place < SIDE * SIDE; place++) {
        pixels.set(colourAt(place % SIDE, Math.floor(place / SIDE)), (i * SIDE * SIDE + place) * 3);
      }
    }
    return [name, pixels];
  });
}
