import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { writePreprocessing } from '../../src/engines/onnx/forward.js';
import { GraphBuilder } from '../../src/engines/onnx/graph.js';
import { createSession } from '../../src/engines/onnx/session.js';
import { reference } from '../support/reference.js';

/** Made by test/reference/resize.py: a 5 x 7 picture enlarged to 11 x 11 by tf.image.resize, then x / 127.5 - 1. */
const { input, output } = reference<{
  input: { height: number; width: number; pixels: number[] };
  output: { height: number; width: number; values: number[] };
}>('resize.json');

it('resizes and scales as TensorFlow does', async () => {
  const graph = new GraphBuilder();
  const pixels = graph.input('pixels', 'uint8', ['n', input.height, input.width, 3]);
  const scale = [output.height / input.height, output.width / input.width] as const;
  graph.output(writePreprocessing(graph, pixels, scale), 'picture', 'float32', ['n', 3, 'h', 'w']);
  const session = await createSession(graph.encode(), { threads: 1 });
  const data = Uint8Array.from(input.pixels);
  const result = await session.run({ pixels: new ort.Tensor('uint8', data, [1, input.height, input.width, 3]) });
  const picture = result.picture!.data as Float32Array;
  const places = output.height * output.width;
  expect(picture.length).toBe(3 * places);
  for (const [i, value] of output.values.entries()) {
    expect(picture[(i % 3) * places + Math.floor(i / 3)]).toBeCloseTo(value, 5);
  }
});
