import { elements } from '../../network/tensor.js';
import { encodeSavedModel } from './proto.js';

/** Codes of element types in TensorFlow's formats and in its C API. */
export const TYPE_CODES = { float32: 1, int32: 3, uint8: 4, bool: 10, uint16: 17, float16: 19 } as const;
export type ElementType = keyof typeof TYPE_CODES;

/** The value of an attribute: an integer, `float(x)`, a flag, a text, a type, a shape, or a list of integers. */
type Attribute =
  | number
  | boolean
  | string
  | { readonly float: number }
  | { readonly type: ElementType }
  | { readonly shape: readonly number[] }
  | readonly number[];
type Attributes = Readonly<Record<string, Attribute>>;

/** Size of a dimension that is known only when the graph runs. */
export const ANY = -1;

/** A function of the graph: the values that a call feeds, and those that it returns, by name. */
interface Signature {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: ReadonlyMap<string, Value>;
}

/** A value of the graph: `node` for the first output of a node, `node:1` for the second. */
export interface Value {
  readonly value: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** Version of the graph format, that of TensorFlow 2.9: all later ones read it. */
const PRODUCER = 1087;
/** The tag under which TensorFlow finds the graph in the file. */
export const TAG = 'serve';

export const float = (value: number): { readonly float: number } => ({ float: value });

/** An attribute `T` that most operators have: the type of their values. */
const FLOATS = { T: { type: 'float32' } } as const;

/**
 * Writes a TensorFlow graph node by node. Every method returns the name of the value that it creates. Activations are
 * [n, height, width, channels].
 */
export class GraphBuilder {
  readonly #nodes: Record<string, unknown>[] = [];
  readonly #signatures = new Map<string, Signature>();
  readonly #variables = new Map<string, string>();
  /** Equal lists of integers are one node. */
  readonly #ints = new Map<string, string>();

  /** Adds a node whose type attribute, if it has one, is among the attributes. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#add(op, inputs, Object.fromEntries(Object.entries(attributes).map(([name, of]) => [name, attr(of)])));
  }

  /** Adds a node of floats. */
  floats(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.node(op, inputs, { ...FLOATS, ...attributes });
  }

  /** A value that a call feeds. */
  placeholder(type: ElementType, shape: readonly number[]): string {
    return this.node('Placeholder', [], { dtype: { type }, shape: { shape } });
  }

  constant(data: Float32Array | Int32Array, shape: readonly number[]): string {
    if (data.length !== elements(shape)) throw new RangeError(`${data.length} values for shape [${shape.join(', ')}]`);
    const dtype = TYPE_CODES[data instanceof Float32Array ? 'float32' : 'int32'];
    const content = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.#add('Const', [], {
      dtype: { type: dtype },
      value: { tensor: { dtype, shape: shapeOf(shape), content } },
    });
  }

  /** A constant float of shape []. */
  scalar(value: number): string {
    return this.constant(Float32Array.of(value), []);
  }

  /** A constant list of int32, the type in which operators take shapes and axes. */
  ints(...values: readonly number[]): string {
    const key = values.join();
    const known = this.#ints.get(key) ?? this.constant(Int32Array.from(values), [values.length]);
    this.#ints.set(key, known);
    return known;
  }

  /** A constant int32 of shape []. */
  int(value: number): string {
    return this.constant(Int32Array.of(value), []);
  }

  /** A float variable, which keeps its value between calls. @returns its handle. */
  variable(name: string, shape: readonly number[]): string {
    const known = this.#variables.get(name);
    if (known) return known;
    const handle = this.node('VarHandleOp', [], {
      dtype: { type: 'float32' },
      shape: { shape },
      shared_name: name,
    });
    this.#variables.set(name, handle);
    return handle;
  }

  read(variable: string): string {
    return this.node('ReadVariableOp', [variable], { dtype: { type: 'float32' } });
  }

  /** Sets, increases or decreases a variable. @param after values that are computed before. @returns the node, which has no value. */
  assign(
    op: 'AssignVariableOp' | 'AssignAddVariableOp' | 'AssignSubVariableOp',
    [variable, value]: readonly [string, string],
    after: readonly string[] = [],
  ): string {
    return this.node(op, [variable, value, ...after.map(control)], { dtype: { type: 'float32' } });
  }

  /** The same value, once other nodes have run. */
  after(value: string, nodes: readonly string[], type: ElementType = 'float32'): string {
    return this.node('Identity', [value, ...nodes.map(control)], { T: { type } });
  }

  /** Names a function of the graph. */
  signature(name: string, signature: Signature): void {
    this.#signatures.set(name, signature);
  }

  /** Encodes the graph as the file of a SavedModel. */
  encode(): Uint8Array {
    const infos = (values: ReadonlyMap<string, Value>) =>
      Object.fromEntries(
        Array.from(values, ([name, { value, type, shape }]) => [
          name,
          { name: outputOf(value), dtype: TYPE_CODES[type], shape: shapeOf(shape) },
        ]),
      );
    const signatures = Array.from(this.#signatures, ([name, { inputs, outputs }]) => [
      name,
      { inputs: infos(inputs), outputs: infos(outputs), method: 'tensorflow/serving/predict' },
    ]);
    const graph = { node: this.#nodes, versions: { producer: PRODUCER } };
    const metaGraph = { metaInfo: { tags: [TAG] }, graph, signatures: Object.fromEntries(signatures) };
    return encodeSavedModel({ schemaVersion: 1, metaGraphs: [metaGraph] });
  }

  /** The functions by name, with the values that a session feeds and fetches. */
  get signatures(): ReadonlyMap<string, Signature> {
    return this.#signatures;
  }

  #add(op: string, input: readonly string[], attributes: Record<string, unknown>): string {
    const name = `${op}_${this.#nodes.length}`;
    this.#nodes.push({ name, op, input, attr: attributes });
    return name;
  }
}

/** An output of a node in the form `node:0`. */
export const outputOf = (value: string): string => (value.includes(':') ? value : `${value}:0`);

/** An input by which a node waits for another. */
const control = (value: string): string => `^${value.split(':', 1)[0]}`;

function shapeOf(shape: readonly number[]): Record<string, unknown> {
  return { dim: shape.map((size) => ({ size })) };
}

function attr(value: Attribute): Record<string, unknown> {
  if (typeof value === 'number') return { i: value };
  if (typeof value === 'boolean') return { b: value };
  if (typeof value === 'string') return { s: Buffer.from(value) };
  if ('float' in value) return { f: value.float };
  if ('type' in value) return { type: TYPE_CODES[value.type] };
  return 'shape' in value ? { shape: shapeOf(value.shape) } : { list: { i: value } };
}
