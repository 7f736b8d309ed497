import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { convolutions, gammaName, matchBackbone } from '../../src/network/backbone-weights.js';
import { readSafetensors } from '../../src/network/safetensors.js';
import { FORWARD_ENGINES } from '../support/engines.js';
import { expectGolden, goldenLayers } from '../support/golden-layers.js';

/** Made by test/reference/efficientnet_lite0_layers.py, in float64 from the bundled backbone. */
const { sizes, pictures } = goldenLayers('efficientnet_lite0_layers.json');

const cases = FORWARD_ENGINES.flatMap((engine) => Object.keys(sizes).map((side) => ({ ...engine, side })));

it('the bundled weights have the gammas that training with the statistics of batches needs', () => {
  const { weights } = readSafetensors(readFileSync('backbones/efficientnet_lite0_imagenet.safetensors'));
  const { layers } = matchBackbone(weights);
  for (const layer of convolutions(layers)) expect(weights.get(gammaName(layer))?.shape).toEqual([layer.filters]);
});

it.each(cases)(
  "EfficientNet-Lite0 at $side pixels by $name is the reference's, to 1e-4 of each layer's deviation",
  async ({ open, side }) => {
    const backbone = readSafetensors(readFileSync('backbones/efficientnet_lite0_imagenet.safetensors')).weights;
    const golden = sizes[side]!;
    const size = { input: pictures.width, image: Number(side) };
    const names = [...Object.keys(golden.layers), 'avg_pool'];
    expectGolden(await (await open()).layerValues(backbone, size, pictures, names), golden);
  },
  60_000,
);
