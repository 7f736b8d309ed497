import { HubError } from '../../errors.js';
import { INCEPTION_V3, inceptionV3 } from '../inception-v3.js';
import { imageShapes, type Layer, NETWORK_INPUT, POOLED, type Shape } from '../layers.js';
import { lastBlockOf, networkOf } from '../networks.js';
import type { Weights } from '../tensor.js';
import { nameOf, type ReadLayer, refuseModel } from './description.js';
import { kerasLayers } from './layers.js';
import { type FoundVariables, matchHead } from './match-head.js';
import { readStart, type Start } from './start.js';
import { findNetwork } from './trace.js';

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

/**
 * Recognizes InceptionV3 with a head in the layers of a file, by their connections, whatever their names.
 * @throws WEIGHTS_REFUSED when the model differs, with the difference and the expected value.
 */
export function matchModel(read: readonly ReadLayer[]): MatchedModel {
  const { width, end, exact } = recognize(read);
  const network = networkOf(INCEPTION_V3, width, end).layers;
  const expected = kerasLayers(network.slice(0, -1), NETWORK_INPUT);
  if (!exact && !startsWith(read, expected)) throw unlike(read);
  const body = findNetwork(read, expected);
  const { used, ...start } = readStart(read, body.input);
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

/** Whether a network and one chain after it are in a file, so that its other convolutions are those of a head. */
function startsWith(read: readonly ReadLayer[], expected: Parameters<typeof findNetwork>[1]): boolean {
  try {
    const end = read.indexOf(findNetwork(read, expected).end);
    return read.filter(({ inputs }) => inputs.includes(end)).length === 1;
  } catch (error) {
    if (error instanceof HubError) return false;
    throw error;
  }
}

/** The chain of layers after a layer. */
function chainAfter(read: readonly ReadLayer[], layer: ReadLayer): readonly ReadLayer[] {
  const next = read.find(({ inputs }) => inputs.length === 1 && read[inputs[0] as number] === layer);
  return next ? [next, ...chainAfter(read, next)] : [];
}

/** The width of a network and its last block, by its convolutions. @throws WEIGHTS_REFUSED for one that is not InceptionV3. */
function recognize(read: readonly ReadLayer[]): { width: number; end: string; exact: boolean } {
  const convolutions = read.filter(({ type }) => type === 'Conv2D');
  // The first convolution is the narrowest.
  const width = Math.min(...convolutions.map(({ config }) => Number(config.filters))) / 32;
  const last = lastBlockOf(INCEPTION_V3, convolutions.length);
  if (last && Number.isInteger(width * 16) && width > 0 && width <= 2) return { width, ...last };
  throw unlike(read);
}

/** The error for a network other than InceptionV3, which describes it. */
function unlike(read: readonly ReadLayer[]): HubError {
  const convolutions = read.filter(({ type }) => type === 'Conv2D');
  const needed = inceptionV3().filter(({ kind }) => kind === 'conv').length;
  const [model] = read.find(({ path }) => path.length > 1)?.path ?? [];
  const named = model === undefined ? 'it' : `the model ${JSON.stringify(model.slice(0, 80))} in it`;
  const types = [...new Set(read.map(({ type }) => type))].join(', ').slice(0, 200);
  const first = convolutions[0] ? `, the first with ${convolutions[0].config.filters} filters,` : '';
  return refuseModel(
    `${named} has ${convolutions.length} convolutions${first} where InceptionV3 has ${needed}, the first with 32; its layers are ${types}`,
  );
}
