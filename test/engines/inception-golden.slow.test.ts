import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src/network/safetensors.js';
import type { Weights } from '../../src/network/tensor.js';
import { TESTED_ENGINES } from '../support/engines.js';
import { reference } from '../support/reference.js';

/** Made by test/reference/inception_v3_layers.py with Keras from the bundled backbone. */
interface Golden {
  pixelsUint8: number[][];
  sizes: Record<
    string,
    {
      layers: Record<string, { shape: number[]; std: number; step: number; first: number[]; last: number[] }>;
      pooled: number[][];
      pooledStep: number;
    }
  >;
}

/** The two layers of the stem that the script names itself. */
const STEM: Record<string, string> = { stem_conv_1: 'conv2d', stem_conv_5: 'conv2d_4' };

const golden = reference<Golden>('inception_v3_layers.json');
const count = golden.pixelsUint8.length;
const pictures = { pixels: Uint8Array.from(golden.pixelsUint8.flat()), count, height: 32, width: 32 };
let backbone: Weights;

beforeAll(() => {
  backbone = readSafetensors(readFileSync('backbones/inception_v3_tiny_imagenet_2.safetensors')).weights;
});

/** JavaScript takes minutes for the larger pictures. */
const cases = TESTED_ENGINES.flatMap((engine) =>
  (engine.real ? ['75', '96', '299'] : ['75']).map((side) => ({ ...engine, side })),
);

describe.each(cases)('InceptionV3 at $side pixels by $name', ({ open, side }) => {
  const expected = golden.sizes[side]!;

  it("computes what Keras computes, to 1e-4 of each layer's deviation", async () => {
    const names = Object.keys(expected.layers).map((name) => STEM[name] ?? name);
    const size = { input: pictures.width, image: Number(side) };
    const values = await (await open()).layerValues(backbone, size, pictures, [...names, 'avg_pool']);
    for (const [name, { shape, std, step, first, last }] of Object.entries(expected.layers)) {
      const data = values.get(STEM[name] ?? name)!;
      const perImage = shape.reduce((product, length) => product * length, 1);
      expect(data.length, name).toBe(count * perImage);
      for (const [image, samples] of [
        [0, first],
        [count - 1, last],
      ] as const) {
        const worst = Math.max(...samples.map((value, i) => Math.abs(value - data[image * perImage + i * step]!)));
        expect(worst / std, `${name} of image ${image}`).toBeLessThan(1e-4);
      }
    }
    const pooled = values.get('avg_pool')!;
    for (const [image, samples] of expected.pooled.entries()) {
      for (const [i, value] of samples.entries()) {
        expect(pooled[(image * pooled.length) / count + i * expected.pooledStep]).toBeCloseTo(value, 4);
      }
    }
  }, 180_000); // six pictures of 299 pixels with all their activations, on a busy machine
});
