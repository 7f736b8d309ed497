import type { HubError } from '../../errors.js';
import { ANSWER } from '../head.js';
import { HeadBuilder } from '../head-builder.js';
import type { Layer, Shape } from '../layers.js';
import { NORM_VARIABLES } from '../norm.js';
import { f32, type Tensor, type Weights } from '../tensor.js';
import { type ActivationOf, activationOf, isActivation, layerActivation } from './activation.js';
import { nameOf, type ReadLayer, refuseModel } from './description.js';
import { endHead } from './head-end.js';

/** Most units of a dense layer. */
const MOST_UNITS = 16_384;

/** Variables of a layer of a file. */
export interface FoundVariables {
  readonly layer: ReadLayer;
  /** Their names in `Weights`, in Keras's order. */
  readonly variables: readonly string[];
}

/** The head of a model file. */
export interface MatchedHead {
  readonly layers: readonly Layer[];
  readonly found: readonly FoundVariables[];
  /** Weights that the file does not have: a bias of 0, for example. */
  readonly given: Weights;
  /** Assumptions made because the file does not tell. */
  readonly notes: readonly string[];
}

/** Layers that pass on what they read, except in training. */
const IDENTITIES: ReadonlySet<string> = new Set([
  'InputLayer',
  'Identity',
  'SpatialDropout2D',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
  'ActivityRegularization',
]);

const POOLINGS: ReadonlySet<string> = new Set([
  'GlobalAveragePooling2D',
  'GlobalMaxPooling2D',
  'AveragePooling2D',
  'MaxPooling2D',
]);

const TAKEN =
  'pooling over the whole map, Flatten, Dense, BatchNormalization, dropout, and the activations linear, relu, softmax, sigmoid, tanh, elu, selu, gelu, swish and LeakyReLU';

/**
 * Recognizes a head in a chain of layers.
 * @param start the map that the first one reads: its name and shape. @param pooled name of the network's own average pooling
 * of that map.
 * @throws WEIGHTS_REFUSED with the name of the layer that cannot be taken, and what could be.
 */
export function matchHead(
  chain: readonly ReadLayer[],
  start: { readonly name: string; readonly shape: Shape },
  pooled: string,
): MatchedHead {
  const reader = new HeadReader(new HeadBuilder(start), pooled);
  for (const layer of chain) reader.read(layer);
  const { builder, found, given } = reader;
  const notes = endHead(builder, given, chain.at(-1));
  return named({ layers: builder.layers, found, given, notes });
}

/** Gives the dense layer that answers the name it has in the head that the hub trains. */
function named({ layers, found, given, notes }: MatchedHead): MatchedHead {
  const answer = layers.at(-1) as Layer;
  if (answer.kind !== 'dense') return { layers, found, given, notes };
  const rename = (variable: string): string =>
    variable.startsWith(`${answer.name}/`) ? ANSWER + variable.slice(answer.name.length) : variable;
  return {
    layers: [...layers.slice(0, -1), { ...answer, name: ANSWER }],
    found: found.map(({ layer, variables }) => ({ layer, variables: variables.map(rename) })),
    given: new Map(Array.from(given, ([name, tensor]) => [rename(name), tensor])),
    notes,
  };
}

class HeadReader {
  readonly found: FoundVariables[] = [];
  readonly given = new Map<string, Tensor>();

  constructor(
    readonly builder: HeadBuilder,
    private readonly pooled: string,
  ) {}

  read(layer: ReadLayer): void {
    const { type, config } = layer;
    if (isActivation(type)) this.#activate(layer, layerActivation(type, config));
    else if (type === 'Dropout') this.#dropout(layer);
    else if (type === 'BatchNormalization') this.#norm(layer);
    else if (type === 'Dense') this.#dense(layer);
    else if (type === 'Flatten') this.#flatten();
    else if (type === 'Reshape') this.#reshape(layer);
    else if (POOLINGS.has(type)) this.#pool(layer);
    else if (!IDENTITIES.has(type)) throw refuseLayer(layer, `cannot be computed in a head; it may have ${TAKEN}`);
  }

  #activate(layer: ReadLayer, activation: ActivationOf | undefined): void {
    if (activation === undefined) throw refuseActivation(layer);
    if (activation.activation !== 'linear') this.builder.add({ kind: 'activation', ...activation });
  }

  #dropout(layer: ReadLayer): void {
    const { rate } = layer.config;
    if (typeof rate !== 'number' || !(rate >= 0 && rate < 1)) throw refuseLayer(layer, 'has no rate from 0 to 1');
    this.builder.add({ kind: 'dropout', rate });
  }

  #norm(layer: ReadLayer): void {
    const { axis = -1, epsilon = 1e-3, scale = true, center = true } = layer.config;
    const axes: readonly unknown[] = Array.isArray(axis) ? axis : [axis];
    if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== (this.builder.isMap ? 3 : 1))) {
      throw refuseLayer(layer, `has axis ${JSON.stringify(axis)?.slice(0, 80)} where channels, -1, are needed`);
    }
    if (typeof epsilon !== 'number' || !(epsilon > 0)) throw refuseLayer(layer, 'has no epsilon above 0');
    const { channels } = this.builder.shape;
    const name = this.builder.add({ kind: 'norm', channels, epsilon });
    const inFile = NORM_VARIABLES.filter((variable) => {
      if (variable === 'gamma') return scale !== false;
      return variable !== 'beta' || center !== false;
    });
    this.found.push({ layer, variables: inFile.map((variable) => `${name}/${variable}`) });
    if (scale === false) this.given.set(`${name}/gamma`, f32([channels], new Float32Array(channels).fill(1)));
    if (center === false) this.given.set(`${name}/beta`, f32([channels]));
  }

  #dense(layer: ReadLayer): void {
    const { builder } = this;
    if (builder.isMap) throw refuseLayer(layer, `reads a map of ${this.#shapeText()}; pool or flatten it first`);
    const units = Number(layer.config.units);
    const inFeatures = builder.shape.channels;
    if (!Number.isInteger(units) || units < 1 || units > MOST_UNITS) {
      throw refuseLayer(layer, `has ${units} units; 1 to ${MOST_UNITS} are taken`);
    }
    const activation = activationOf(layer.config.activation);
    // Of a function with a parameter, the hub makes a layer.
    const isNamed = activation?.alpha === undefined;
    const own = isNamed ? activation?.activation : 'linear';
    if (own === undefined) throw refuseActivation(layer);
    const name = builder.add({ kind: 'dense', inFeatures, units, activation: own });
    const hasBias = layer.config.use_bias !== false;
    this.found.push({ layer, variables: [`${name}/kernel`, ...(hasBias ? [`${name}/bias`] : [])] });
    if (!hasBias) this.given.set(`${name}/bias`, f32([units]));
    if (!isNamed) this.#activate(layer, activation);
  }

  #flatten(): void {
    if (this.builder.isMap) this.builder.add({ kind: 'flatten' });
  }

  /** A Reshape to one row is a Flatten. */
  #reshape(layer: ReadLayer): void {
    const { height, width, channels } = this.builder.shape;
    const target: unknown = layer.config.target_shape;
    const [to] = Array.isArray(target) && target.length === 1 ? (target as unknown[]) : [];
    if (to !== -1 && to !== height * width * channels) {
      const got = JSON.stringify(target)?.slice(0, 80);
      throw refuseLayer(layer, `makes ${got} of ${this.#shapeText()}; only one row can be made of it`);
    }
    this.#flatten();
  }

  #pool(layer: ReadLayer): void {
    const { builder } = this;
    if (!builder.isMap) throw refuseLayer(layer, 'pools what is pooled or flattened already');
    if (!layer.type.startsWith('Global')) this.#checkWindow(layer);
    const isAverage = layer.type.endsWith('AveragePooling2D');
    if (isAverage && builder.layers.length === 0) builder.continueAfter(this.pooled);
    else builder.add({ kind: isAverage ? 'globalAveragePool' : 'globalMaxPool' });
  }

  /** A window over the whole map gives what a global pooling gives. */
  #checkWindow(layer: ReadLayer): void {
    const { height, width } = this.builder.shape;
    const window = layer.config.pool_size;
    const sides: readonly unknown[] = Array.isArray(window) ? window : [window, window];
    const covers = sides[0] === height && sides[1] === width && layer.config.padding !== 'same';
    if (covers || (height === 1 && width === 1 && layer.config.padding === 'same')) return;
    const got = sides.map(String).join(' x ').slice(0, 80);
    throw refuseLayer(layer, `has a window of ${got} on a map of ${this.#shapeText()}; it must be the whole map`);
  }

  #shapeText(): string {
    const { height, width, channels } = this.builder.shape;
    return this.builder.isMap ? `${height} x ${width} x ${channels}` : `${channels} features`;
  }
}

function refuseActivation(layer: ReadLayer): HubError {
  return refuseLayer(layer, `has an activation that cannot be computed; a head may have ${TAKEN}`);
}

/** The error WEIGHTS_REFUSED for a layer of a file, by its name. */
function refuseLayer(layer: ReadLayer, why: string): HubError {
  return refuseModel(`${nameOf(layer)} ${why}`);
}
