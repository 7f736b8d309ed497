import { isDeepStrictEqual } from 'node:util';
import { inceptionV3, type LastBlock, lastBlockOf, POOLED } from '../inception-v3.js';
import { imageShapes, type Layer, NETWORK_INPUT, type Shape } from '../layers.js';
import type { Weights } from '../tensor.js';
import { nameOf, type ReadLayer, refuseModel } from './description.js';
import { type KerasLayer, kerasLayers } from './layers.js';
import { type FoundVariables, matchHead } from './match-head.js';
import { readStart, type Start } from './start.js';

/** A model file recognized as InceptionV3 with a head. */
export interface MatchedModel extends Pick<Start, 'size' | 'scaling' | 'notes'> {
  /** InceptionV3, up to the block with which the file's ends, with global average pooling. */
  readonly network: readonly Layer[];
  readonly head: readonly Layer[];
  /** Layers of the file that have variables. */
  readonly found: readonly FoundVariables[];
  /** Weights of the head that the file does not have. */
  readonly given: Weights;
}

/** Other settings that Keras writes, with the required values. */
const USUAL = { data_format: 'channels_last', dilation_rate: [1, 1], groups: 1, keepdims: false };
const OF_CONVOLUTIONS = { ...USUAL, activation: 'linear' };

/**
 * Recognizes InceptionV3 with a head in the layers of a file, by their connections. Names matter only for the order of
 * convolutions, which Keras numbers as it creates them.
 * @throws WEIGHTS_REFUSED when the model differs, with the difference and the expected value.
 */
export function matchModel(read: readonly ReadLayer[]): MatchedModel {
  const convolutions = read.filter(({ type }) => type === 'Conv2D').sort((a, b) => suffix(a) - suffix(b));
  const { width, end } = recognize(read, convolutions);
  const input = convolutions[0]!.inputs[0] as number;
  const { used, ...start } = readStart(read, input);
  const network = inceptionV3(width, end);
  const body = matchBody(read, convolutions, kerasLayers(network.slice(0, -1), NETWORK_INPUT), input);
  const chain = chainAfter(read, body.end);
  const shape = imageShapes(network, start.size.image).get(end) as Shape;
  const { layers, ...head } = matchHead(chain, { name: end, shape }, POOLED);
  const known = new Set([...used, ...body.found.values(), ...chain]);
  const stray = read.find((layer) => !known.has(layer));
  if (stray) throw refuseModel(`${nameOf(stray)} has no place in it`);
  const found = Array.from(body.found, ([{ variables }, layer]) => ({ layer, variables }));
  const notes = [...start.notes, ...head.notes];
  return { ...start, network, head: layers, found: [...found, ...head.found], given: head.given, notes };
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

/** Refuses a network other than InceptionV3, and describes it. @returns its width and its last block. */
function recognize(read: readonly ReadLayer[], convolutions: readonly ReadLayer[]): { width: number; end: LastBlock } {
  const width = Number(convolutions[0]?.config.filters) / 32;
  const end = lastBlockOf(convolutions.length);
  if (end && Number.isInteger(width * 16) && width > 0 && width <= 2) return { width, end };
  const needed = inceptionV3().filter(({ kind }) => kind === 'conv').length;
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

/** 12 of conv2d_12; -1 of conv2d, the first of a process. */
function suffix({ name }: ReadLayer): number {
  return Number(/_(\d+)$/.exec(name)?.[1] ?? -1);
}
