import { readFileSync } from 'node:fs';
import { Float16Array } from '@petamoriken/float16';
import { beforeAll, expect, it } from 'vitest';
import type { ClassifierSpec } from '../../src/engines/engine.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { head } from '../../src/network/head.js';
import { readSafetensors } from '../../src/network/safetensors.js';
import type { Weights } from '../../src/network/tensor.js';
import { hashedHead } from '../support/hashed-head.js';
import { reference, relativeError } from '../support/reference.js';

/** Made by test/reference/grad_cam.py: TensorFlow's gradients of each class's logit by the last maps of a photo. */
const keras = reference<{
  hidden: number;
  classes: number;
  cases: { size: number; layer: string; shape: [number, number, number]; mapsFloat16: string; places: number[][] }[];
}>('grad_cam.json');

let backbone: Weights;
beforeAll(() => {
  backbone = readSafetensors(readFileSync('backbones/inception_v3_tiny_imagenet_2.safetensors')).weights;
});

it.each(keras.cases)('finds the places that speak for each class as Keras does, at $size px from $layer', async (c) => {
  const layers = head(2048, { classes: keras.classes, hidden: keras.hidden, dropout: 0 });
  const size = { input: 32, image: c.size };
  const spec: ClassifierSpec = { backbone, head: layers, headWeights: hashedHead(keras), size };
  const gradCam = await new OnnxEngine(2).gradCam(spec);
  const maps = channelsFirst(c.mapsFloat16, c.shape);
  for (const [label, places] of c.places.entries()) {
    const got = await gradCam.explain(maps, label);
    expect(relativeError(got, places), `class ${label}`).toBeLessThan(1e-4);
  }
  await gradCam.dispose();
});

function channelsFirst(base64: string, [height, width, channels]: readonly [number, number, number]): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  const halves = new Float16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const places = height * width;
  return Float32Array.from({ length: halves.length }, (_, i) => {
    const [channel, place] = [Math.floor(i / places), i % places];
    return halves[place * channels + channel] as number;
  });
}
