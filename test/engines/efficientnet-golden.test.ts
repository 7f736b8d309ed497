import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readSafetensors } from '../../src/network/safetensors.js';
import { TESTED_ENGINES } from '../support/engines.js';
import { reference } from '../support/reference.js';

/** Made by test/reference/efficientnet_lite0_layers.py, in float64 from the bundled backbone. */
const golden = reference<{
  pixelsUint8: number[][];
  sizes: Record<
    string,
    {
      layers: Record<string, { shape: number[]; std: number; step: number; first: number[]; last: number[] }>;
      pooled: number[][];
      pooledStep: number;
    }
  >;
}>('efficientnet_lite0_layers.json');

const count = golden.pixelsUint8.length;
const pictures = { pixels: Uint8Array.from(golden.pixelsUint8.flat()), count, height: 32, width: 32 };

/** JavaScript takes long for the larger pictures. */
const cases = TESTED_ENGINES.flatMap((engine) =>
  (engine.real ? Object.keys(golden.sizes) : ['75']).map((side) => ({ ...engine, side })),
);

it.each(cases)(
  "EfficientNet-Lite0 at $side pixels by $name is the reference's, to 1e-4 of each layer's deviation",
  async ({ open, side }) => {
    const backbone = readSafetensors(readFileSync('backbones/efficientnet_lite0_imagenet.safetensors')).weights;
    const { layers, pooled, pooledStep } = golden.sizes[side]!;
    const size = { input: pictures.width, image: Number(side) };
    const values = await (await open()).layerValues(backbone, size, pictures, [...Object.keys(layers), 'avg_pool']);
    for (const [name, { shape, std, step, first, last }] of Object.entries(layers)) {
      const data = values.get(name)!;
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
    const features = values.get('avg_pool')!;
    for (const [image, samples] of pooled.entries()) {
      for (const [i, value] of samples.entries()) {
        expect(features[(image * features.length) / count + i * pooledStep]).toBeCloseTo(value, 4);
      }
    }
  },
  60_000,
);
