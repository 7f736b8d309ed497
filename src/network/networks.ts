import { HubError } from '../errors.js';
import type { Architecture } from './architecture.js';
import { divideAt, withPooling } from './cut.js';
import { EFFICIENTNET_LITE0 } from './efficientnet-lite0.js';
import { INCEPTION_V3 } from './inception-v3.js';
import { imageShapes, type Layer, POOLED, type Shape } from './layers.js';

/** All architectures; the first is the default. */
const ARCHITECTURES = [INCEPTION_V3, EFFICIENTNET_LITE0] as const satisfies readonly Architecture[];
export const [DEFAULT_ARCHITECTURE] = ARCHITECTURES;

/** A block of one of them. */
type Block = (typeof ARCHITECTURES)[number]['blocks'][number];
/** Layers after which training can start: the ends of blocks, and the pooling after the last. */
export type FirstTrainedLayer = Block | typeof POOLED;
/** The same of all architectures, each in the order of its network. */
export const FIRST_TRAINED_LAYERS: readonly FirstTrainedLayer[] = [
  ...ARCHITECTURES.flatMap(({ blocks }): readonly Block[] => blocks),
  POOLED,
];
/** The same, as an enumeration. */
export const FirstTrainedLayer = Object.fromEntries(FIRST_TRAINED_LAYERS.map((name) => [name, name])) as {
  readonly [L in FirstTrainedLayer]: L;
};

/** What a first trained layer is, in words. */
export function describeFirstTrainedLayer(layer: FirstTrainedLayer): string {
  const architecture = ARCHITECTURES.find(({ blocks }) => (blocks as readonly string[]).includes(layer));
  return architecture ? `The end of a block of ${architecture.name}.` : 'The pooling after the last block.';
}

/** Side in pixels of the smallest image that any network can compute. */
export const SMALLEST_IMAGE = Math.min(...ARCHITECTURES.map(({ smallestImage }) => smallestImage));

/** A network of an architecture. */
export interface Network {
  readonly architecture: Architecture;
  /** Factor of every number of filters: 1 is the published network. */
  readonly width: number;
  /** Its last block. */
  readonly end: string;
  /** From the image to the pooled features. */
  readonly layers: readonly Layer[];
}

/** @throws WEIGHTS_REFUSED for a width that no network has. */
export function networkOf(architecture: Architecture, width = 1, end = lastOf(architecture)): Network {
  if (!(Number.isInteger(width * 16) && width > 0 && width <= 2)) {
    const { name, filters } = architecture.firstConvolution;
    throw refuseBackbone(
      architecture,
      `${name}/kernel has ${width * filters} filters; ${architecture.name} has ${filters}`,
    );
  }
  const whole = architecture.layers(width);
  const layers = end === lastOf(architecture) ? whole : withPooling(divideAt(whole, end).frozen);
  return { architecture, width, end, layers };
}

/** The whole network of the default architecture. */
export const DEFAULT_NETWORK = networkOf(DEFAULT_ARCHITECTURE);

/** Name of a network, as stored in records: `InceptionV3`, `InceptionV3 x 0.5 to mixed7`. */
export function networkName({ architecture, width, end }: Network): string {
  const { name } = architecture;
  return `${name}${width === 1 ? '' : ` x ${width}`}${end === lastOf(architecture) ? '' : ` to ${end}`}`;
}

/** The network with a name of `networkName`. @throws Error when there is none. */
export function networkNamed(name: string): Network {
  const [family, width = '1', end] = /^(\S+)(?: x (\S+))?(?: to (\S+))?$/.exec(name)?.slice(1) ?? [];
  const architecture = ARCHITECTURES.find((other) => other.name === family);
  if (!architecture) throw new Error(`no architecture has the name ${name}`);
  return networkOf(architecture, Number(width), end);
}

/** The architecture that weights are of, by the name of its first convolution; the default where none fits. */
export function architectureWith(hasWeight: (name: string) => boolean): Architecture {
  const found = ARCHITECTURES.find(({ firstConvolution }) => hasWeight(`${firstConvolution.name}/kernel`));
  return found ?? DEFAULT_ARCHITECTURE;
}

/** The last block that a number of convolutions reaches, and whether none is left over; undefined if it reaches none. */
export function lastBlockOf(
  architecture: Architecture,
  convolutions: number,
): { readonly end: string; readonly exact: boolean } | undefined {
  let count = 0;
  let found: ReturnType<typeof lastBlockOf>;
  for (const { kind, name } of architecture.layers(1)) {
    if (kind === 'conv') count += 1;
    if (count <= convolutions && architecture.blocks.includes(name))
      found = { end: name, exact: count === convolutions };
  }
  return found;
}

/** The layers of a network after which training can start, in order. */
export function firstTrainedLayersOf({ architecture, end }: Network): readonly FirstTrainedLayer[] {
  const blocks = architecture.blocks.slice(0, architecture.blocks.indexOf(end) + 1);
  return [...(blocks as Block[]), POOLED];
}

/** The block of a network after which fine-tuning starts. */
export function fineTuneFrom({ architecture, end }: Network, depth: 'late' | 'early'): FirstTrainedLayer {
  const { blocks } = architecture;
  const block = architecture.fineTuneFrom[depth];
  return (blocks.indexOf(block) <= blocks.indexOf(end) ? block : end) as Block; // a network may end before it
}

/** Shape of the features at the first trained layer, for images of imageSize x imageSize. @param name of the network. */
export function featureShape(name: string, imageSize: number, firstTrainedLayer: FirstTrainedLayer): Shape {
  return imageShapes(networkNamed(name).layers, imageSize).get(firstTrainedLayer) as Shape;
}

/** Smallest height of maps that resolve places. */
const SMALLEST_MAP = 3;

/** The last layer whose maps resolve places: of InceptionV3 `mixed10` from 139 pixels on, `mixed7` at 75. */
export function lastMaps(shapes: ReadonlyMap<string, Shape>): FirstTrainedLayer {
  return FIRST_TRAINED_LAYERS.findLast((name) => (shapes.get(name)?.height ?? 0) >= SMALLEST_MAP) as FirstTrainedLayer;
}

/** The error WEIGHTS_REFUSED for the weights of a backbone. */
export function refuseBackbone({ name }: Architecture, why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `These are not ${name}'s weights without top: ${why}.`);
}

function lastOf({ blocks }: Architecture): string {
  return blocks.at(-1) as string;
}
