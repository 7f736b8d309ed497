import * as ort from 'onnxruntime-node';
import type { Features, ForwardResult, InputSize } from '../engine.js';
import { FEATURES, MAPS, RESULT } from './outputs.js';
import { createSession, type SessionOptions } from './session.js';

/** Loads a network that takes pixels. @param model its bytes, or the file of a saved one. */
export async function openNetwork<T extends Features>(
  model: Uint8Array | string,
  { input }: InputSize,
  options: SessionOptions,
) {
  const session = await createSession(model, options);
  const { shape } = session.outputMetadata[0] as ort.InferenceSession.TensorValueMetadata;
  const run = async (pixels: Uint8Array, n: number, wanted: readonly string[]) => {
    // Networks that an earlier version made lack some outputs.
    const outputs = wanted.filter((name) => session.outputNames.includes(name));
    return session.run({ pixels: new ort.Tensor('uint8', pixels, [n, input, input, 3]) }, outputs);
  };
  return {
    outFeatures: shape[1] as number,
    run: async (pixels: Uint8Array, n: number) => valuesOf((await run(pixels, n, [RESULT]))[RESULT]!) as T,
    runWithFeatures: async (pixels: Uint8Array, n: number, maps: boolean): Promise<ForwardResult> => {
      const seen = await run(pixels, n, [RESULT, FEATURES, ...(maps ? [MAPS] : [])]);
      const floats = (name: string): Float32Array | null => (seen[name]?.data as Float32Array | undefined) ?? null;
      return { probabilities: floats(RESULT)!, features: floats(FEATURES), maps: floats(MAPS) };
    },
    dispose: () => session.release(),
  };
}

/** The values of a tensor; 16-bit floats as their bits, even if the runtime has an array type for them. */
function valuesOf({ type, data }: ort.Tensor): Features {
  if (type !== 'float16') return data as Float32Array;
  const { buffer, byteOffset, length } = data as Uint16Array;
  return new Uint16Array(buffer, byteOffset, length);
}
