import { expect, it } from 'vitest';
import { FORWARD_ENGINES } from '../support/engines.js';
import { reference, relativeError } from '../support/reference.js';

/** Made by test/reference/resize.py: a 5 x 7 picture enlarged to 11 x 11 by tf.image.resize, then x / 127.5 - 1. */
const { input, output } = reference<{
  input: { height: number; width: number; pixels: number[] };
  output: { height: number; width: number; values: number[] };
}>('resize.json');

it.each(FORWARD_ENGINES)('$name resizes and scales as TensorFlow does', async ({ open }) => {
  const { preprocessed } = await open();
  const picture = { ...input, pixels: Uint8Array.from(input.pixels), count: 1 };
  expect(relativeError(await preprocessed(picture, output.height, output.width), output.values)).toBeLessThan(5e-6);
});
