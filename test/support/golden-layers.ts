import { expect } from 'vitest';
import { reference } from './reference.js';

/** Outputs of the layers of a network for some pictures, by the side of the image: a file of test/reference. */
interface Golden {
  /** RGB, 32 x 32 x 3 values each. */
  readonly pixelsUint8: readonly (readonly number[])[];
  readonly sizes: Readonly<Record<string, GoldenSize>>;
}

/** Some values of the first and of the last picture, `step` apart, with the deviation of all. */
interface GoldenLayer {
  readonly shape: readonly number[];
  readonly std: number;
  readonly step: number;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

interface GoldenSize {
  readonly layers: Readonly<Record<string, GoldenLayer>>;
  readonly pooled: readonly (readonly number[])[];
  readonly pooledStep: number;
}

/** Reads a file of golden layers. */
export function goldenLayers(file: string) {
  const { pixelsUint8, sizes } = reference<Golden>(file);
  const pixels = Uint8Array.from(pixelsUint8.flat());
  return { sizes, pictures: { pixels, count: pixelsUint8.length, height: 32, width: 32 } };
}

/**
 * Expects outputs within 1e-4 of each layer's deviation, and pooled features to four places.
 * @param values by the network's names of layers. @param nameOf the network's name of a golden layer.
 */
export function expectGolden(
  values: ReadonlyMap<string, Float32Array>,
  { layers, pooled, pooledStep }: GoldenSize,
  nameOf = (golden: string): string => golden,
): void {
  const count = pooled.length;
  for (const [name, { shape, std, step, first, last }] of Object.entries(layers)) {
    const data = values.get(nameOf(name))!;
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
}
