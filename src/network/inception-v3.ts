import type { ConcatLayer, ConvLayer, Layer, Padding, PoolLayer, Shape } from './layers.js';
import { imageShapes, NETWORK_INPUT } from './layers.js';

/** Layers after which training can start: the ends of the inception blocks, and the pooling on top of them. */
export const FirstTrainedLayer = {
  mixed0: 'mixed0',
  mixed1: 'mixed1',
  mixed2: 'mixed2',
  mixed3: 'mixed3',
  mixed4: 'mixed4',
  mixed5: 'mixed5',
  mixed6: 'mixed6',
  mixed7: 'mixed7',
  mixed8: 'mixed8',
  mixed9: 'mixed9',
  mixed10: 'mixed10',
  avg_pool: 'avg_pool',
} as const;
export type FirstTrainedLayer = keyof typeof FirstTrainedLayer;
/** The same in the order of the network. */
export const FIRST_TRAINED_LAYERS = Object.values(FirstTrainedLayer);
/** Name of the head's input. */
export const POOLED = 'avg_pool' satisfies FirstTrainedLayer;

/** The last block of a network: all of them, or those up to a cut. */
export type LastBlock = Exclude<FirstTrainedLayer, typeof POOLED>;
const WHOLE: LastBlock = 'mixed10';

/** Below 75 pixels the last windows no longer fit. */
export const SMALLEST_IMAGE = 75;

/**
 * InceptionV3 without its top, or its blocks up to one of them, followed by global average pooling (`avg_pool`).
 *
 * Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2015), as Keras-applications
 * builds it; layer names and creation order are Keras's, so that its weight files fit. Shapes in the comments are for
 * images of 299 x 299 and width 1.
 *
 * @param width multiplies every number of filters: 1 is the real network, k/16 keeps all of them whole (tests).
 */
export function inceptionV3(width = 1, end: LastBlock = WHOLE): readonly Layer[] {
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
  const { frozen: layers } = divideAt(b.layers, end);
  return [...layers, { kind: 'globalAveragePool', name: POOLED, inputs: [end] }];
}

/** The last block that a number of convolutions reaches, and whether none is left over; undefined if it reaches none. */
export function lastBlockOf(convolutions: number): { readonly end: LastBlock; readonly exact: boolean } | undefined {
  let count = 0;
  let found: ReturnType<typeof lastBlockOf>;
  for (const { kind, name } of inceptionV3()) {
    if (kind === 'conv') count += 1;
    if (count <= convolutions && isBlock(name)) found = { end: name, exact: count === convolutions };
  }
  return found;
}

function isBlock(name: string): name is LastBlock {
  return name !== POOLED && Object.hasOwn(FirstTrainedLayer, name);
}

/** Name of a network of this width and with this last block, as stored in records. */
export function architectureName(width: number, end: LastBlock = WHOLE): string {
  return `InceptionV3${width === 1 ? '' : ` x ${width}`}${end === WHOLE ? '' : ` to ${end}`}`;
}

/** The network with the name of `architectureName`. */
export function networkOf(architecture: string): readonly Layer[] {
  const [, width = '1'] = / x (\S+)/.exec(architecture) ?? [];
  return inceptionV3(Number(width), lastBlockIn(architecture));
}

/** The last block of the network with that name. */
export function lastBlockIn(architecture: string): LastBlock {
  const [, end = WHOLE] = / to (\S+)$/.exec(architecture) ?? [];
  return end as LastBlock;
}

/** Shape of the features at the first trained layer, for images of imageSize x imageSize. */
export function featureShape(architecture: string, imageSize: number, firstTrainedLayer: FirstTrainedLayer): Shape {
  return imageShapes(networkOf(architecture), imageSize).get(firstTrainedLayer) as Shape;
}

/** Divides layers into those up to and including a layer, and the rest. @throws Error when no layer has the name. */
export function divideAt(
  layers: readonly Layer[],
  firstTrainedLayer: FirstTrainedLayer,
): { frozen: readonly Layer[]; rest: readonly Layer[] } {
  const index = layers.findIndex((layer) => layer.name === firstTrainedLayer);
  if (index < 0) throw new Error(`no layer is named ${firstTrainedLayer}`);
  return { frozen: layers.slice(0, index + 1), rest: layers.slice(index + 1) };
}

/** Smallest height of maps that resolve places. */
const SMALLEST_MAP = 3;

/** The last layer whose maps resolve places: `mixed10` from 139 pixels on, `mixed7` at 75. */
export function lastMaps(shapes: ReadonlyMap<string, Shape>): FirstTrainedLayer {
  return FIRST_TRAINED_LAYERS.findLast((name) => (shapes.get(name)?.height ?? 0) >= SMALLEST_MAP) as FirstTrainedLayer;
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
    };
    return this.#add(layer, layer.filters);
  }

  pool(kind: PoolLayer['kind'], input: string, stride: 1 | 2, padding: Padding): string {
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
