import * as ort from 'onnxruntime-node';
import { toUnitLength } from '../../unit-length.js';
import { GraphBuilder } from './graph.js';
import { createSession } from './session.js';

/** Rows that are scaled to length 1 and compared by one matrix product: the dot product is then the cosine of their angle. */
export class UnitRows {
  readonly #rows: ort.Tensor;

  private constructor(
    private readonly session: ort.InferenceSession,
    private readonly values: Float32Array,
    readonly width: number,
  ) {
    this.#rows = new ort.Tensor('float32', values, [this.count, width]);
  }

  /** Scales rows in place. @param values count x width. */
  static async open(values: Float32Array, width: number, threads: number): Promise<UnitRows> {
    toUnitLength(values, width);
    const graph = new GraphBuilder();
    const rows = graph.input('rows', 'float32', ['n', width]);
    const queries = graph.input('queries', 'float32', [width, 'q']);
    graph.output(graph.node('MatMul', [rows, queries]), 'products', 'float32', ['n', 'q']);
    return new UnitRows(await createSession(graph.encode(), { threads }), values, width);
  }

  get count(): number {
    return this.values.length / this.width;
  }

  /** A row as it was scaled. */
  row(index: number): Float32Array {
    return this.values.subarray(index * this.width, (index + 1) * this.width);
  }

  /** Cosines between all rows and others of the same width, which need not have length 1. @returns rows x queries. */
  async cosines(queries: readonly Float32Array[]): Promise<Float32Array> {
    const columns = new Float32Array(this.width * queries.length);
    for (const [q, query] of queries.entries()) {
      const unit = toUnitLength(query.slice(), this.width);
      for (let i = 0; i < unit.length; i++) columns[i * queries.length + q] = unit[i]!;
    }
    const tensor = new ort.Tensor('float32', columns, [this.width, queries.length]);
    const { products } = await this.session.run({ rows: this.#rows, queries: tensor });
    return products!.data as Float32Array;
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}
