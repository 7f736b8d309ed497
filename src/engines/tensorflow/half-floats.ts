import { getFloat16, setFloat16 } from '@petamoriken/float16';

/** The value of every 16-bit float by its bits, computed on first use. */
let values: Float32Array | undefined;

function tableOfValues(): Float32Array {
  const bits = new DataView(new ArrayBuffer(2));
  return Float32Array.from({ length: 1 << 16 }, (_, i) => {
    bits.setUint16(0, i);
    return getFloat16(bits, 0);
  });
}

/** Converts 16-bit floats to 32-bit floats, since tfjs has no 16-bit floats. */
export function fromHalf(bits: Uint16Array): Float32Array {
  values ??= tableOfValues();
  const result = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) result[i] = values[bits[i]!]!; // a hot loop: millions per step
  return result;
}

/** Converts 32-bit floats to the bits of 16-bit floats, rounded to nearest, ties to even. */
export function toHalf(floats: Float32Array): Uint16Array {
  const result = new Uint16Array(floats.length);
  const view = new DataView(result.buffer);
  for (let i = 0; i < floats.length; i++) setFloat16(view, 2 * i, floats[i]!, true);
  return result;
}
