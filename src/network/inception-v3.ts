import type { Architecture } from './architecture.js';
import { withPooling } from './cut.js';
import { type ConcatLayer, type ConvLayer, type Layer, NETWORK_INPUT, type Padding, type PoolLayer } from './layers.js';

/** Ends of the inception blocks. */
const BLOCKS = [
  'mixed0',
  'mixed1',
  'mixed2',
  'mixed3',
  'mixed4',
  'mixed5',
  'mixed6',
  'mixed7',
  'mixed8',
  'mixed9',
  'mixed10',
] as const;

export const INCEPTION_V3 = {
  name: 'InceptionV3',
  blocks: BLOCKS,
  fineTuneFrom: { late: 'mixed5', early: 'mixed2' },
  smallestImage: 75, // below it the last windows no longer fit
  suggestedImageSize: 75,
  preprocessing: { scale: 1 / 127.5, shift: 1, formula: 'x / 127.5 - 1' },
  keras: true,
  firstConvolution: { name: 'conv2d', filters: 32 },
  layers: inceptionV3,
} as const satisfies Architecture;

/**
 * InceptionV3 without its top, followed by global average pooling (`avg_pool`).
 *
 * Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2015), as Keras-applications
 * builds it; layer names and creation order are Keras's, so that its weight files fit. Shapes in the comments are for
 * images of 299 x 299 and width 1.
 *
 * @param width multiplies every number of filters: 1 is the real network, k/16 keeps all of them whole (tests).
 */
export function inceptionV3(width = 1): readonly Layer[] {
  const b = new Builder(width);
  let x = b.conv(NETWORK_INPUT, 32, [3, 3], 2, 'valid'); // 149 x 149 x 32
  x = b.conv(x, 32, [3, 3], 1, 'valid'); // 147 x 147 x 32
  x = b.conv(x, 64, [3, 3]); // 147 x 147 x 64
  x = b.pool('maxPool', x, 2, 'valid'); // 73 x 73 x 64
  x = b.conv(x, 80, [1, 1], 1, 'valid'); // 73 x 73 x 80
  x = b.conv(x, 192, [3, 3], 1, 'valid'); // 71 x 71 x 192
  x = b.pool('maxPool', x, 2, 'valid'); // 35 x 35 x 192

  for (const [index, pooled] of [32, 64, 64].entries()) {
    const one = b.conv(x, 64);
    const five = b.conv(b.conv(x, 48), 64, [5, 5]);
    const three = b.conv(b.conv(b.conv(x, 64), 96, [3, 3]), 96, [3, 3]);
    const pool = b.conv(b.pool('averagePool', x, 1, 'same'), pooled);
    x = b.concat(`mixed${index}`, [one, five, three, pool]); // 35 x 35 x 256, 288, 288
  }
  {
    const three = b.conv(x, 384, [3, 3], 2, 'valid');
    const double = b.conv(b.conv(b.conv(x, 64), 96, [3, 3]), 96, [3, 3], 2, 'valid');
    x = b.concat('mixed3', [three, double, b.pool('maxPool', x, 2, 'valid')]); // 17 x 17 x 768
  }
  for (const [index, inner] of [128, 160, 160, 192].entries()) {
    const one = b.conv(x, 192);
    const seven = b.conv(b.conv(b.conv(x, inner), inner, [1, 7]), 192, [7, 1]);
    let double = b.conv(b.conv(x, inner), inner, [7, 1]);
    double = b.conv(b.conv(b.conv(double, inner, [1, 7]), inner, [7, 1]), 192, [1, 7]);
    const pool = b.conv(b.pool('averagePool', x, 1, 'same'), 192);
    x = b.concat(`mixed${index + 4}`, [one, seven, double, pool]); // 17 x 17 x 768
  }
  {
    const three = b.conv(b.conv(x, 192), 320, [3, 3], 2, 'valid');
    const seven = b.conv(b.conv(b.conv(b.conv(x, 192), 192, [1, 7]), 192, [7, 1]), 192, [3, 3], 2, 'valid');
    x = b.concat('mixed8', [three, seven, b.pool('maxPool', x, 2, 'valid')]); // 8 x 8 x 1280
  }
  for (const index of [9, 10]) {
    const one = b.conv(x, 320);
    const three = b.fork(b.conv(x, 384), `mixed${index}_three`);
    const double = b.fork(b.conv(b.conv(x, 448), 384, [3, 3]), `mixed${index}_double`);
    const pool = b.conv(b.pool('averagePool', x, 1, 'same'), 192);
    x = b.concat(`mixed${index}`, [one, three, double, pool]); // 8 x 8 x 2048
  }
  return withPooling(b.layers);
}

/** Collects layers and numbers them as Keras does: convolutions with their normalizations, in creation order. */
class Builder {
  readonly layers: Layer[] = [];
  readonly #channels = new Map<string, number>([[NETWORK_INPUT, 3]]);
  readonly #counts = { conv: 0, maxPool: 0, averagePool: 0 };

  constructor(private readonly width: number) {}

  conv(
    input: string,
    filters: number,
    kernel: readonly [number, number] = [1, 1],
    stride: 1 | 2 = 1,
    padding: Padding = 'same',
  ): string {
    const suffix = numbered(this.#counts.conv++);
    const layer: ConvLayer = {
      kind: 'conv',
      name: `conv2d${suffix}`,
      norm: `batch_normalization${suffix}`,
      inputs: [input],
      inChannels: this.#channelsOf(input),
      filters: this.#scaled(filters),
      kernel,
      stride,
      padding,
      depthwise: false,
      activation: 'relu',
    };
    return this.#add(layer, layer.filters);
  }

  pool(kind: PoolLayer['kind'], input: string, stride: 1 | 2, padding: PoolLayer['padding']): string {
    const keras = kind === 'maxPool' ? 'max_pooling2d' : 'average_pooling2d';
    const name = `${keras}${numbered(this.#counts[kind]++)}`;
    return this.#add({ kind, name, inputs: [input], stride, padding }, this.#channelsOf(input));
  }

  concat(name: string, inputs: readonly string[]): string {
    const layer: ConcatLayer = { kind: 'concat', name, inputs };
    return this.#add(
      layer,
      inputs.reduce((sum, input) => sum + this.#channelsOf(input), 0),
    );
  }

  /** A 1x3 and a 3x1 convolution side by side. */
  fork(input: string, name: string): string {
    return this.concat(name, [this.conv(input, 384, [1, 3]), this.conv(input, 384, [3, 1])]);
  }

  #add(layer: Layer, channels: number): string {
    this.layers.push(layer);
    this.#channels.set(layer.name, channels);
    return layer.name;
  }

  #channelsOf(name: string): number {
    return this.#channels.get(name) as number;
  }

  #scaled(filters: number): number {
    const scaled = filters * this.width;
    if (!Number.isInteger(scaled)) throw new RangeError(`width ${this.width} makes ${scaled} filters of ${filters}`);
    return scaled;
  }
}

/** Keras's suffix: none for the first layer of a type, `_1` for the second. */
function numbered(count: number): string {
  return count === 0 ? '' : `_${count}`;
}
