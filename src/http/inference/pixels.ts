import { HubError } from '../../errors.js';

/** Datatypes of pixels, with the bytes of one value in the binary form. */
export const DATATYPES = { UINT8: 1, FP32: 4 } as const;
export type Datatype = keyof typeof DATATYPES;

/** Values of pixels, in every datatype. */
export const PIXEL_RANGE = { minimum: 0, maximum: 255 } as const;

/** Pixels from the protocol's binary form: row-major, little-endian. @throws BAD_INPUT. */
export function pixelsOfBytes(datatype: Datatype, bytes: Uint8Array): Uint8Array {
  if (datatype === 'UINT8') return bytes;
  const copied = new Uint8Array(bytes); // floats need alignment
  return toPixels(datatype, new Float32Array(copied.buffer));
}

/** Pixels from JSON: a flat list, or nested lists of the given shape. @throws BAD_INPUT. */
export function pixelsOfJson(datatype: Datatype, data: unknown, shape: readonly number[]): Uint8Array {
  const flat = Array.isArray(data) && !Array.isArray(data[0]);
  return toPixels(datatype, flat ? data : flatten(data, shape));
}

function flatten(data: unknown, shape: readonly number[]): unknown[] {
  let level = [data];
  for (const length of shape) {
    if (level.some((list) => !Array.isArray(list) || list.length !== length)) {
      throw new HubError('BAD_INPUT', `The lists of the tensor's data do not match its shape [${shape.join(', ')}].`);
    }
    level = level.flat();
  }
  return level;
}

/** Rounds values from 0 to 255 to bytes. @throws BAD_INPUT. */
export function toPixels(datatype: Datatype, values: ArrayLike<unknown>): Uint8Array {
  const pixels = new Uint8Array(values.length);
  for (let i = 0; i < pixels.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' || !(value >= PIXEL_RANGE.minimum && value <= PIXEL_RANGE.maximum))
      throw refused(datatype, value, i);
    if (datatype === 'UINT8' && !Number.isInteger(value)) throw refused(datatype, value, i);
    pixels[i] = Math.round(value);
  }
  return pixels;
}

function refused(datatype: Datatype, value: unknown, index: number): HubError {
  const expected = `a ${datatype === 'UINT8' ? 'whole ' : ''}number from 0 to 255`;
  const received = typeof value === 'number' ? String(value) : JSON.stringify(value)?.slice(0, 40);
  return new HubError('BAD_INPUT', `Value ${index} of the tensor must be ${expected}; ${received} was received.`);
}
