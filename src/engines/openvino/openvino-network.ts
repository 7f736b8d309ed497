import type { Features, FeatureType, ForwardResult, InputSize } from '../engine.js';
import { FEATURES, MAPS, RESULT } from '../onnx/outputs.js';
import type { Handle, OpenVino } from './library.js';
import { Request } from './request.js';

/** How a network is compiled. */
export interface CompileOptions {
  /** Threads of all streams together. */
  readonly threads: number;
  /** Batches that are computed at the same time, each on a part of the threads. */
  readonly streams: number;
  /** Whether convolutions and products compute with bfloat16, on processors that can. */
  readonly bf16: boolean;
}

/** A network that OpenVINO has compiled: its weights, which any number of requests share. */
export class OpenVinoNetwork {
  private constructor(
    private readonly openVino: OpenVino,
    /** Valid in every thread of the process, until it is disposed of. */
    readonly handle: Handle,
    private readonly isOwner: boolean,
  ) {}

  /** @param model bytes of an ONNX file. */
  static compile(openVino: OpenVino, model: Uint8Array, { threads, streams, bf16 }: CompileOptions): OpenVinoNetwork {
    const { call, core } = openVino;
    const properties = {
      INFERENCE_NUM_THREADS: threads,
      NUM_STREAMS: streams,
      INFERENCE_PRECISION_HINT: bf16 ? 'bf16' : 'f32',
      // Other threads of the process, and other processes, share the cores.
      ENABLE_CPU_PINNING: 'NO',
    };
    const values = Object.entries(properties).flat().map(String);
    const variadic = values.flatMap((value) => ['const char *', value]);
    const read = openVino.get((out) => call.readModel(core, model, model.length, null, out));
    try {
      const made = openVino.get((out) => call.compile(core, read, 'CPU', values.length, out, ...variadic));
      return new OpenVinoNetwork(openVino, made, true);
    } finally {
      call.freeModel(read);
    }
  }

  /** A network that another thread has compiled. That one disposes of it. */
  static of(openVino: OpenVino, handle: Handle): OpenVinoNetwork {
    return new OpenVinoNetwork(openVino, handle, false);
  }

  /** Opens a request as a forward pass, and warms it up. Disposing of it also disposes of a network that this thread compiled. */
  open<T extends Features = Float32Array>({ input }: InputSize, type: FeatureType = 'float32') {
    const request = new Request(this.openVino, this.handle);
    const compute = (pixels: Uint8Array, n: number): void => request.compute(pixels, [n, input, input, 3]);
    const floats = (name: string): Float32Array | null => {
      const values = request.read(name);
      return values && new Float32Array(values);
    };
    const run = (pixels: Uint8Array, n: number): T => {
      compute(pixels, n);
      const values = request.read(RESULT) as ArrayBuffer;
      return (type === 'float16' ? new Uint16Array(values) : new Float32Array(values)) as T;
    };
    return {
      outFeatures: run(new Uint8Array(input * input * 3), 1).length,
      run: async (pixels: Uint8Array, n: number) => run(pixels, n),
      runWithFeatures: async (pixels: Uint8Array, n: number, maps: boolean): Promise<ForwardResult> => {
        compute(pixels, n);
        return { probabilities: floats(RESULT)!, features: floats(FEATURES), maps: maps ? floats(MAPS) : null };
      },
      dispose: async () => {
        request.dispose();
        this.dispose();
      },
    };
  }

  /** Frees the network if this thread compiled it. Requests that are open keep its weights. */
  dispose(): void {
    if (this.isOwner) this.openVino.call.freeCompiled(this.handle);
  }
}
