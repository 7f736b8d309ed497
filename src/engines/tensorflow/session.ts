import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY, type GraphBuilder, outputOf, TAG, TYPE_CODES } from './graph.js';
import type { Library, TensorData } from './library.js';

/** A fed value: its elements, row-major. Bits of 16-bit floats are an input of bytes. */
export type Fed = TensorData | Uint16Array;

/** How a signature is called: numbers of its types, and names for the addon. */
interface Call {
  readonly inputs: readonly { readonly name: string; readonly type: number; readonly shape: readonly number[] }[];
  readonly outputs: readonly string[];
  readonly inputNames: string;
  readonly outputNames: string;
}

/**
 * A graph in a session of TensorFlow. All signatures share its variables. A call computes on all cores, and blocks the thread
 * that makes it.
 */
export class GraphSession {
  readonly #calls: ReadonlyMap<string, Call>;

  private constructor(
    private readonly library: Library,
    private readonly session: number,
    graph: GraphBuilder,
  ) {
    this.#calls = new Map(
      Array.from(graph.signatures, ([name, { inputs, outputs }]) => [
        name,
        {
          inputs: Array.from(inputs, ([name, { type, shape }]) => ({ name, type: TYPE_CODES[type], shape })),
          outputs: [...outputs.keys()],
          inputNames: namesOf(inputs),
          outputNames: namesOf(outputs),
        },
      ]),
    );
  }

  /** Opens a graph. The addon reads files alone, so it takes the way through one. */
  static async open(library: Library, graph: GraphBuilder): Promise<GraphSession> {
    const folder = await mkdtemp(join(tmpdir(), 'hub-graph-'));
    try {
      await writeFile(join(folder, 'saved_model.pb'), graph.encode());
      return new GraphSession(library, library.loadSavedModel(folder, TAG), graph);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Calls a signature. @param feeds its inputs by name. @returns copies of its outputs, by name. */
  call(signature: string, feeds: Readonly<Record<string, Fed>>): Readonly<Record<string, TensorData>> {
    const { library } = this;
    const { inputs, outputs, inputNames, outputNames } = this.#calls.get(signature) as Call;
    const tensors: number[] = [];
    try {
      for (const { name, type, shape } of inputs) {
        const data = bytesOf(feeds[name] as Fed);
        tensors.push(library.createTensor(sizesOf(shape, data.length), type, data));
      }
      const results = library.runSavedModel(this.session, tensors, inputNames, outputNames);
      return Object.fromEntries(
        results.map(({ id }, i) => {
          const data = library.tensorDataSync(id);
          library.deleteTensor(id);
          return [outputs[i], data];
        }),
      );
    } finally {
      for (const tensor of tensors) library.deleteTensor(tensor);
    }
  }

  dispose(): void {
    this.library.deleteSavedModel(this.session);
  }
}

function namesOf(values: ReadonlyMap<string, { readonly value: string }>): string {
  return Array.from(values.values(), ({ value }) => outputOf(value)).join();
}

function bytesOf(data: Fed): TensorData {
  return data instanceof Uint16Array ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : data;
}

/** A shape with its unknown dimension, which is the first one, filled in. */
function sizesOf([first, ...rest]: readonly number[], length: number): number[] {
  if (first === undefined) return [];
  return [first === ANY ? length / rest.reduce((product, size) => product * size, 1) : first, ...rest];
}
