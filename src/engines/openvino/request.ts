import type { Handle, OpenVino } from './library.js';

/** A place to compute a compiled network with its own activations: one batch at a time. Computing blocks the calling thread. */
export class Request {
  readonly #request: Handle;
  readonly #input: Handle;
  readonly #outputs: ReadonlyMap<string, number>;
  #shape = '';
  #memory = new Uint8Array();

  constructor(
    private readonly openVino: OpenVino,
    compiled: Handle,
  ) {
    const { call } = openVino;
    this.#outputs = outputsOf(openVino, compiled);
    this.#request = openVino.get((out) => call.createRequest(compiled, out));
    this.#input = openVino.get((out) => call.inputTensor(this.#request, 0, out));
  }

  /** Computes the outputs for bytes of a shape. */
  compute(bytes: Uint8Array, shape: readonly number[]): void {
    if (shape.join() !== this.#shape) {
      this.openVino.setShape(this.#input, shape);
      this.#memory = new Uint8Array(this.openVino.memory(this.#input));
      this.#shape = shape.join();
    }
    this.#memory.set(bytes);
    this.openVino.check(this.openVino.call.infer(this.#request));
  }

  /** A copy of an output's values; null where the network has no such output. */
  read(name: string): ArrayBuffer | null {
    const index = this.#outputs.get(name);
    if (index === undefined) return null;
    const tensor = this.openVino.get((out) => this.openVino.call.outputTensor(this.#request, index, out));
    const values = this.openVino.memory(tensor).slice(0);
    this.openVino.call.freeTensor(tensor);
    return values;
  }

  dispose(): void {
    this.openVino.call.freeTensor(this.#input);
    this.openVino.call.freeRequest(this.#request);
  }
}

/** Index of each output by name. */
function outputsOf(openVino: OpenVino, compiled: Handle): ReadonlyMap<string, number> {
  const { call } = openVino;
  const count = openVino.get<number>((out) => call.countOutputs(compiled, out));
  return new Map(
    Array.from({ length: Number(count) }, (_, index) => {
      const port = openVino.get((out) => call.output(compiled, index, out));
      const name = openVino.text((out) => call.nameOfPort(port, out));
      call.freePort(port);
      return [name, index];
    }),
  );
}
