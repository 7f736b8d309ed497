import { keepsShape } from './check-head.js';
import { inferShapes, type Layer, type Shape } from './layers.js';

type Unnamed<L> = L extends Layer ? Omit<L, 'name' | 'inputs'> : never;
/** A layer of a head before it has its name and its place. */
export type HeadLayer = Unnamed<
  Extract<
    Layer,
    { kind: 'globalAveragePool' | 'globalMaxPool' | 'flatten' | 'dense' | 'norm' | 'activation' | 'dropout' }
  >
>;

/** The hub's names, numbered as Keras numbers. They differ from those of the backbone, whose weights lie beside the head's. */
const NAMES: Readonly<Record<HeadLayer['kind'], string>> = {
  globalAveragePool: 'head_average_pool',
  globalMaxPool: 'head_max_pool',
  flatten: 'flatten',
  dense: 'dense',
  norm: 'head_normalization',
  activation: 'head_activation',
  dropout: 'dropout',
};

/** Builds a head layer by layer: each reads the one before. */
export class HeadBuilder {
  readonly layers: Layer[] = [];
  readonly #counts = new Map<string, number>();
  /** What the next layer reads. */
  #at: { readonly name: string; readonly shape: Shape; readonly isMap: boolean };

  /** @param start the map that the first layer reads. */
  constructor(start: { readonly name: string; readonly shape: Shape }) {
    this.#at = { ...start, isMap: true };
  }

  get shape(): Shape {
    return this.#at.shape;
  }

  /** Whether the next layer reads a map, not a row. */
  get isMap(): boolean {
    return this.#at.isMap;
  }

  /** Continues after a layer that is there already, which gives a row. */
  continueAfter(name: string): void {
    this.#at = { name, shape: { height: 1, width: 1, channels: this.shape.channels }, isMap: false };
  }

  /** Adds a layer. @returns its name. */
  add(unnamed: HeadLayer): string {
    const { name: input, shape, isMap } = this.#at;
    const name = this.#nameFor(unnamed.kind);
    const layer = { ...unnamed, name, inputs: [input] } as Layer;
    this.layers.push(layer);
    const after = inferShapes([layer], shape, input).get(name) as Shape;
    this.#at = { name, shape: after, isMap: isMap && keepsShape(layer) };
    return name;
  }

  /** The last layer; undefined when there is none. */
  get last(): Layer | undefined {
    return this.layers.at(-1);
  }

  /** Replaces the last layer by one with the same inputs and shape. */
  replaceLast(layer: Layer): void {
    this.layers.splice(-1, 1, layer);
    this.#at = { ...this.#at, name: layer.name };
  }

  /** Removes the last layer, one that keeps the shape. */
  removeLast(): void {
    this.#at = { ...this.#at, name: this.layers.pop()?.inputs[0] as string };
  }

  #nameFor(kind: HeadLayer['kind']): string {
    const count = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, count + 1);
    return count === 0 ? NAMES[kind] : `${NAMES[kind]}_${count}`;
  }
}
