import { describe, expect, it } from 'vitest';
import { describeArchitecture } from '../../src/domain/architecture/architecture.js';
import { networkName, networkNamed } from '../../src/network/networks.js';

describe('a network', () => {
  it.each([
    'InceptionV3',
    'InceptionV3 x 0.0625',
    'InceptionV3 to mixed7',
    'InceptionV3 x 0.5 to mixed3',
    'EfficientNet-Lite0',
    'EfficientNet-Lite0 x 0.125 to block7',
  ])('is built from its name in records, %s', (name) => {
    const network = networkNamed(name);
    expect(networkName(network)).toBe(name);
    expect(network.layers.at(-1)).toMatchObject({ name: 'avg_pool', inputs: [network.end] });
  });

  it.each(['VGG16', 'InceptionV3 x 3', 'InceptionV3 to mixed11'])('is not built from the name %s', (name) => {
    expect(() => networkNamed(name)).toThrow();
  });
});

describe('the description of an architecture', () => {
  it.each([
    ['InceptionV3', { smallestImage: 75, preprocessing: 'x / 127.5 - 1', features: 2048 }, 'mixed5', 'mixed2'],
    [
      'EfficientNet-Lite0',
      { smallestImage: 32, preprocessing: '(x - 127) / 128', features: 1280 },
      'block10',
      'block4',
    ],
    ['InceptionV3 to mixed3', { features: 768 }, 'mixed3', 'mixed2'],
  ])('of %s says how it is trained', (name, facts, late, early) => {
    const described = describeArchitecture(networkNamed(name));
    expect(described).toMatchObject({ name, ...facts, fineTuneFrom: late });
    expect(described.firstTrainedLayers).toContain(early);
    const layers = described.pipelines.map(({ stages }) => stages.map(({ recipe }) => recipe.splitLayer));
    expect(layers).toEqual([['avg_pool'], ['avg_pool', late, late], ['avg_pool', late], ['avg_pool', early]]);
  });
});
