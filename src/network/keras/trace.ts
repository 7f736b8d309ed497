import { isDeepStrictEqual } from 'node:util';
import { NETWORK_INPUT } from '../layers.js';
import { nameOf, type ReadLayer, refuseModel } from './description.js';
import type { KerasLayer } from './layers.js';

/** A network that was found in the layers of a file. */
export interface FoundNetwork {
  /** The layer of the file for each expected one. */
  readonly found: ReadonlyMap<KerasLayer, ReadLayer>;
  /** Index of the layer that the network reads, the preprocessed image. */
  readonly input: number;
  /** Its last layer. */
  readonly end: ReadLayer;
}

/** Other settings that Keras writes, with the required values. */
const USUAL = { data_format: 'channels_last', dilation_rate: [1, 1], groups: 1, keepdims: false };
const OF_CONVOLUTIONS = { ...USUAL, activation: 'linear' };

/**
 * Finds a network in the layers of a file by their connections, whatever their names: from its last layer, a concatenation, to
 * its input, each layer with its inputs in order. So two layers of equal shape cannot be exchanged.
 * @param expected layers of the network, each after its inputs.
 * @throws WEIGHTS_REFUSED when there is none, with the difference of the candidate that agrees with most of it, or several.
 */
export function findNetwork(read: readonly ReadLayer[], expected: readonly KerasLayer[]): FoundNetwork {
  const last = expected.at(-1) as KerasLayer;
  const candidates = read.flatMap(({ type, inputs }, index) =>
    type === last.type && inputs.length === last.inputs.length ? [index] : [],
  );
  const traced = candidates.map((index) => trace(read, index, expected));
  const found = traced.filter((one) => !('difference' in one));
  if (found.length === 1) return found[0] as FoundNetwork;
  if (found.length > 1) throw refuseModel(`it has ${found.length} InceptionV3 networks`);
  const differences = traced.filter((one) => 'difference' in one).sort((a, b) => b.agreeing - a.agreeing);
  throw refuseModel(differences[0]?.difference ?? `there is no ${last.type} where InceptionV3 has ${last.name}`);
}

/** What differs, and how many layers agree before it. */
interface Difference {
  readonly difference: string;
  readonly agreeing: number;
}

function trace(read: readonly ReadLayer[], end: number, expected: readonly KerasLayer[]): FoundNetwork | Difference {
  const places = new Map([[(expected.at(-1) as KerasLayer).name, end]]);
  const found = new Map<KerasLayer, ReadLayer>();
  for (const layer of expected.toReversed()) {
    const place = places.get(layer.name) as number;
    const own = read[place] as ReadLayer;
    const difference = differenceOf(own, layer) ?? placeInputs(own, layer, places);
    if (difference !== undefined) return { difference, agreeing: found.size };
    found.set(layer, own);
  }
  const input = places.get(NETWORK_INPUT) as number;
  if (new Set(places.values()).size < places.size) return { difference: 'a layer is used more than once', agreeing: 0 };
  return { found: new Map([...found].reverse()), input, end: read[end] as ReadLayer };
}

/** Notes where the inputs of a layer are. @returns what differs from what other layers read. */
function placeInputs(
  { name, type, inputs }: ReadLayer,
  layer: KerasLayer,
  places: Map<string, number>,
): string | undefined {
  for (const [i, input] of layer.inputs.entries()) {
    const place = inputs[i] as number;
    if ((places.get(input) ?? place) !== place) {
      return `${nameOf({ name, type })} reads something else where InceptionV3 has ${layer.name}`;
    }
    places.set(input, place);
  }
  return undefined;
}

/** How a layer differs from the expected one. */
function differenceOf(layer: ReadLayer, expected: KerasLayer): string | undefined {
  const { type, config, inputs, name } = expected;
  if (layer.type !== type || layer.inputs.length !== inputs.length) {
    return `${nameOf(layer)} is there where InceptionV3 has ${name} (${type})`;
  }
  const required = type === 'Conv2D' ? OF_CONVOLUTIONS : USUAL;
  const usual = Object.entries(required).filter(([key]) => key in layer.config);
  for (const [key, wanted] of [...Object.entries(config), ...usual]) {
    const has = layer.config[key];
    if (isSame(has, wanted) || (key === 'axis' && isLastAxis(has))) continue;
    const [got, needed] = [has, wanted].map((value) => JSON.stringify(value)?.slice(0, 80));
    return `${nameOf(layer)} has ${key} ${got} where ${needed} is needed`;
  }
  return undefined;
}

/** Whether an axis is that of the channels; Keras 2 writes a list. */
const isLastAxis = (axis: unknown): boolean => [-1, 3].includes(([axis].flat() as number[])[0] as number);

/** Equality; numbers may differ by the rounding of their text. */
function isSame(has: unknown, wanted: unknown): boolean {
  if (typeof has === 'number' && typeof wanted === 'number') return Math.abs(has - wanted) < 1e-6;
  return isDeepStrictEqual(has, wanted);
}
