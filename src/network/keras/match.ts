import { isDeepStrictEqual } from 'node:util';
import { type HeadShape, head } from '../head.js';
import { inceptionV3 } from '../inception-v3.js';
import { imageShapes, type Layer, NETWORK_INPUT, type Shape } from '../layers.js';
import { type ReadLayer, refuseModel } from './description.js';
import { type KerasLayer, kerasLayers } from './layers.js';
import { readStart, type Start } from './start.js';

/** Most units of a dense layer. */
const MOST_UNITS = 16_384;

/** A model file recognized as InceptionV3 with a head. */
export interface MatchedModel extends Pick<Start, 'size' | 'notes'> {
  /** InceptionV3 with global average pooling, followed by the head. */
  readonly layers: readonly Layer[];
  readonly shape: HeadShape;
  /** Layers of the file that have variables, by the expected Keras layer. */
  readonly found: ReadonlyMap<KerasLayer, ReadLayer>;
}

/** Other settings that Keras writes, with the required values. */
const USUAL = { data_format: 'channels_last', dilation_rate: [1, 1], groups: 1, keepdims: false };
const OF_CONVOLUTIONS = { ...USUAL, activation: 'linear' };

/**
 * Recognizes InceptionV3 with a head of dense, dropout and dense in the layers of a file, by their connections. Names matter
 * only for the order of convolutions, which Keras numbers as it creates them.
 * @throws WEIGHTS_REFUSED when the model differs, with the difference and the expected value.
 */
export function matchModel(read: readonly ReadLayer[]): MatchedModel {
  const convolutions = read.filter(({ type }) => type === 'Conv2D').sort((a, b) => suffix(a) - suffix(b));
  refuseOthers(read, convolutions);
  const input = convolutions[0]!.inputs[0] as number;
  const { used, ...start } = readStart(read, input);
  const network = inceptionV3(Number(convolutions[0]!.config.filters) / 32);
  const body = matchBody(read, convolutions, kerasLayers(network, NETWORK_INPUT), input);
  const chain = chainAfter(read, body.end);
  const shape = headShape(chain);
  const pooled = imageShapes(network, start.size.image).get('avg_pool') as Shape;
  const headLayers = head(pooled.channels, shape);
  const dense = chain.filter(({ type }) => type === 'Dense');
  const expected = kerasLayers(headLayers, 'avg_pool').filter(({ type }) => type === 'Dense');
  for (const [i, layer] of expected.entries()) checkLayer(dense[i] as ReadLayer, layer);
  const known = new Set([...used, ...body.found.values(), ...chain]);
  const stray = read.find((layer) => !known.has(layer));
  if (stray) throw refuseModel(`${nameOf(stray)} has no place in it`);
  const found = new Map([...body.found, ...expected.map((layer, i) => [layer, dense[i] as ReadLayer] as const)]);
  return { ...start, layers: [...network, ...headLayers], shape, found };
}

/** Matches every layer of the network with the layer of the file that has the same inputs. */
function matchBody(
  read: readonly ReadLayer[],
  convolutions: readonly ReadLayer[],
  expected: readonly KerasLayer[],
  input: number,
): { found: Map<KerasLayer, ReadLayer>; end: ReadLayer } {
  const found = new Map<KerasLayer, ReadLayer>();
  const places = new Map([[NETWORK_INPUT as string, input]]);
  const inTurn = convolutions.values();
  for (const layer of expected) {
    const inputs = layer.inputs.map((name) => places.get(name) as number);
    const fits = ({ type, inputs: own }: ReadLayer): boolean => type === layer.type && isDeepStrictEqual(own, inputs);
    const match = layer.type === 'Conv2D' ? inTurn.next().value : read.find(fits);
    if (!match || !fits(match)) {
      const what = match ? `${nameOf(match)} reads something else` : `there is no ${layer.type}`;
      throw refuseModel(`${what} where InceptionV3 has ${layer.name}`);
    }
    checkLayer(match, layer);
    found.set(layer, match);
    places.set(layer.name, read.indexOf(match));
  }
  return { found, end: [...found.values()].at(-1) as ReadLayer };
}

/** The chain of layers after a layer. */
function chainAfter(read: readonly ReadLayer[], layer: ReadLayer): readonly ReadLayer[] {
  const next = read.find(({ inputs }) => inputs.length === 1 && read[inputs[0] as number] === layer);
  return next ? [next, ...chainAfter(read, next)] : [];
}

function headShape(chain: readonly ReadLayer[]): HeadShape {
  const types = chain.map(({ type }) => type).join(' ');
  if (!/^(Dropout )*Dense (Dropout )*Dense$/.test(types)) {
    const got = types.slice(0, 200) || 'nothing';
    throw refuseModel(`after the pooled features it has ${got} where Dense, Dropout, Dense is needed`);
  }
  const [hidden, classes] = chain.filter(({ type }) => type === 'Dense').map(unitsOf) as [number, number];
  const rate = chain.findLast(({ type }) => type === 'Dropout')?.config.rate ?? 0;
  if (typeof rate !== 'number' || !(rate >= 0 && rate < 1)) throw refuseModel('its dropout has no rate from 0 to 1');
  return { hidden, classes, dropout: rate };
}

function unitsOf(layer: ReadLayer): number {
  const units = Number(layer.config.units);
  if (Number.isInteger(units) && units >= 1 && units <= MOST_UNITS) return units;
  throw refuseModel(`${nameOf(layer)} has ${units} units; 1 to ${MOST_UNITS} are taken`);
}

/** Refuses a network other than InceptionV3, and describes it. */
function refuseOthers(read: readonly ReadLayer[], convolutions: readonly ReadLayer[]): void {
  const needed = inceptionV3().filter(({ kind }) => kind === 'conv').length;
  const width = Number(convolutions[0]?.config.filters) / 32;
  const isWidth = Number.isInteger(width * 16) && width > 0 && width <= 2;
  if (convolutions.length === needed && isWidth) return;
  const [model] = read.find(({ path }) => path.length > 1)?.path ?? [];
  const named = model === undefined ? 'it' : `the model ${JSON.stringify(model.slice(0, 80))} in it`;
  const types = [...new Set(read.map(({ type }) => type))].join(', ').slice(0, 200);
  const first = convolutions[0] ? `, the first with ${convolutions[0].config.filters} filters,` : '';
  throw refuseModel(
    `${named} has ${convolutions.length} convolutions${first} where InceptionV3 has ${needed}, the first with 32; its layers are ${types}`,
  );
}

function checkLayer(layer: ReadLayer, { type, config }: KerasLayer): void {
  const required = type === 'Conv2D' ? OF_CONVOLUTIONS : USUAL;
  const usual = Object.entries(required).filter(([key]) => key in layer.config);
  for (const [key, wanted] of [...Object.entries(config), ...usual]) {
    const has = layer.config[key];
    if (isSame(has, wanted) || (key === 'axis' && isSame(has, 3))) continue;
    const [got, needed] = [has, wanted].map((value) => JSON.stringify(value)?.slice(0, 80));
    throw refuseModel(`${nameOf(layer)} has ${key} ${got} where ${needed} is needed`);
  }
}

/** Equality; numbers may differ by the rounding of their text. */
function isSame(has: unknown, wanted: unknown): boolean {
  if (typeof has === 'number' && typeof wanted === 'number') return Math.abs(has - wanted) < 1e-6;
  return isDeepStrictEqual(has, wanted);
}

const nameOf = ({ name, type }: ReadLayer): string => `${name.slice(0, 80)} (${type.slice(0, 80)})`;

/** 12 of conv2d_12; -1 of conv2d, the first of a process. */
function suffix({ name }: ReadLayer): number {
  return Number(/_(\d+)$/.exec(name)?.[1] ?? -1);
}
