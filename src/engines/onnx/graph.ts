import { elements } from '../../network/tensor.js';
import { encodeModel } from './proto.js';

/** Codes of element types in the ONNX format. */
const TYPE_CODES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
export type ElementType = keyof typeof TYPE_CODES;

/** The data of a constant. */
export type ConstantData = Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;

/** The value of an attribute: an integer, `float(x)`, a string, a list of integers, or a nested graph. */
export type Attribute = number | { readonly float: number } | string | readonly number[] | GraphBuilder;

/** A dimension: its size, or the name of a size known only when the graph runs. */
export type Dimension = number | string;

/** Version of the operator set. */
const OPSET = 20;
/** Version of the file format: the one that came with this operator set, since older runtimes refuse newer files. */
const IR_VERSION = 9;

/** Marks a number as a float attribute, since 1 and 1.0 are the same in JavaScript. */
export function float(value: number): { readonly float: number } {
  return { float: value };
}

/**
 * Writes an ONNX graph node by node. Every method returns the name of the value it creates.
 *
 * A nested graph can read the values of the outer one, so its names must differ: it has a prefix of its own.
 */
export class GraphBuilder {
  readonly #nodes: { input: readonly string[]; output: readonly string[]; [field: string]: unknown }[] = [];
  readonly #initializers: Record<string, unknown>[] = [];
  readonly #inputs: Record<string, unknown>[] = [];
  readonly #outputs: Record<string, unknown>[] = [];
  readonly #outputNames = new Map<string, string>();
  #count = 0;

  constructor(private readonly prefix = '') {}

  input(name: string, type: ElementType, shape: readonly Dimension[]): string {
    const value = `${this.prefix}${name}`;
    this.#inputs.push(valueInfo(value, type, shape));
    return value;
  }

  /** Makes a node's value an output of the graph under the given name. @throws Error when it is already an output. */
  output(value: string, name: string, type: ElementType, shape: readonly Dimension[]): void {
    if (this.#outputNames.has(value)) throw new Error(`${value} is an output already`);
    this.#outputNames.set(value, `${this.prefix}${name}`);
    this.#outputs.push(valueInfo(`${this.prefix}${name}`, type, shape));
  }

  constant(data: ConstantData, shape: readonly number[]): string {
    if (data.length !== elements(shape)) throw new RangeError(`${data.length} values for shape [${shape.join(', ')}]`);
    const name = `${this.prefix}c${this.#count++}`;
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name, dims: shape, dataType: TYPE_CODES[elementType(data)], rawData });
    return name;
  }

  /** A constant float of shape []. */
  scalar(value: number): string {
    return this.constant(Float32Array.of(value), []);
  }

  /** A constant list of int64, the type in which operators take shapes, axes and indices. */
  ints(values: Iterable<number>): string {
    const data = BigInt64Array.from([...values], BigInt);
    return this.constant(data, [data.length]);
  }

  node(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.nodes(opType, inputs, 1, attributes)[0] as string;
  }

  /** Adds a node with several outputs. @returns their names. */
  nodes(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const id = this.#count++;
    const value = `${this.prefix}v${id}`;
    const output = Array.from({ length: outputs }, (_, i) => (outputs === 1 ? value : `${value}_${i}`));
    const attribute = Object.entries(attributes).map(([name, value]) => ({ name, ...attributeFields(value) }));
    this.#nodes.push({ opType, name: `${opType}:${id}`, input: inputs, output, attribute });
    return output;
  }

  /** Removes nodes that no output depends on. Not for graphs with nested graphs, which may read any value. */
  prune(): this {
    const needed = new Set<unknown>(this.#outputNames.keys());
    const kept = [...this.#nodes].reverse().filter(({ input, output }) => {
      const isNeeded = output.some((value) => needed.has(value));
      if (isNeeded) for (const value of input) needed.add(value);
      return isNeeded;
    });
    this.#nodes.splice(0, this.#nodes.length, ...kept.reverse());
    return this;
  }

  /** Encodes the model as an ONNX file. */
  encode(): Uint8Array {
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: 'model-hub',
      opsetImport: [{ domain: '', version: OPSET }],
      graph: this.message(),
    });
  }

  /** The graph as a protobuf message, for a model or for an attribute of a node. */
  message(): Record<string, unknown> {
    const named = (value: string): string => this.#outputNames.get(value) ?? value;
    return {
      name: 'model-hub',
      node: this.#nodes.map((node) => ({ ...node, input: node.input.map(named), output: node.output.map(named) })),
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    };
  }
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): Record<string, unknown> {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: TYPE_CODES[type], shape: { dim } } } };
}

function attributeFields(value: Attribute): Record<string, unknown> {
  if (typeof value === 'number') return { i: value, type: 2 };
  if (typeof value === 'string') return { s: Buffer.from(value), type: 3 };
  if (value instanceof GraphBuilder) return { g: value.message(), type: 5 };
  if ('float' in value) return { f: value.float, type: 1 };
  return { ints: value, type: 7 };
}

function elementType(data: ConstantData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Int8Array ? 'int8' : 'uint8';
}
