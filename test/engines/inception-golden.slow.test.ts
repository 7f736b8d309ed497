import { readFileSync } from 'node:fs';
import { beforeAll, describe, it } from 'vitest';
import { readSafetensors } from '../../src/network/safetensors.js';
import type { Weights } from '../../src/network/tensor.js';
import { FORWARD_ENGINES } from '../support/engines.js';
import { expectGolden, goldenLayers } from '../support/golden-layers.js';

/** The two layers of the stem that the script names itself. */
const STEM: Record<string, string> = { stem_conv_1: 'conv2d', stem_conv_5: 'conv2d_4' };

/** Made by test/reference/inception_v3_layers.py with Keras from the bundled backbone. */
const { sizes, pictures } = goldenLayers('inception_v3_layers.json');
let backbone: Weights;

beforeAll(() => {
  backbone = readSafetensors(readFileSync('backbones/inception_v3_tiny_imagenet_2.safetensors')).weights;
});

const cases = FORWARD_ENGINES.flatMap((engine) => ['75', '96', '299'].map((side) => ({ ...engine, side })));

describe.each(cases)('InceptionV3 at $side pixels by $name', ({ open, side }) => {
  const golden = sizes[side]!;

  it("computes what Keras computes, to 1e-4 of each layer's deviation", async () => {
    const nameOf = (name: string): string => STEM[name] ?? name;
    const names = Object.keys(golden.layers).map(nameOf);
    const size = { input: pictures.width, image: Number(side) };
    const values = await (await open()).layerValues(backbone, size, pictures, [...names, 'avg_pool']);
    expectGolden(values, golden, nameOf);
  }, 180_000); // six pictures of 299 pixels with all their activations, on a busy machine
});
