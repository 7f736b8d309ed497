import { expect, it } from 'vitest';
import { graphWeights } from '../../src/engines/onnx/graph-weights.js';
import { NETWORK_INPUT } from '../../src/network/layers.js';
import { costOf } from '../../src/network/multiply-adds.js';
import { networkNamed } from '../../src/network/networks.js';

it.each([
  [75, 0.77],
  [299, 1],
])('counts at %d px the weights of the ONNX file of InceptionV3: %d of all', (side, share) => {
  const { layers } = networkNamed('InceptionV3');
  const image = { height: side, width: side, channels: 3 };
  const counted = graphWeights(layers, image, NETWORK_INPUT) / costOf(layers, image, NETWORK_INPUT).weights;
  expect(counted).toBeCloseTo(share, 2);
});
