import { HubError } from '../../errors.js';
import { elements } from '../../network/tensor.js';
import type { Photos } from '../../serving/photo-source.js';
import { DATATYPES, type Datatype, pixelsOfBytes, pixelsOfJson, toPixels } from './pixels.js';

/** Input tensor of a request: pixels [n, side, side, 3], or n encoded photos as BYTES. */
export interface InputTensor {
  readonly datatype: Datatype | 'BYTES';
  readonly shape: readonly number[];
}

/** The photos of a tensor: pixels, or encoded. */
type TensorPhotos = Pick<Photos, 'bytes' | 'encoded'>;

const BASE64 = /^[A-Za-z0-9+/\r\n]+={0,2}\s*$/;

/**
 * Photos from the binary form: values row-major and little-endian; of BYTES, each as its length (4 bytes, little-endian) and
 * its bytes.
 * @param said what the request says of the size, for the message. @throws BAD_INPUT.
 */
export function photosOfBinary({ datatype, shape }: InputTensor, binary: Uint8Array, said: string): TensorPhotos {
  if (datatype === 'BYTES') return encodedPhotos(splitBytes(binary), shape);
  const expected = elements(shape) * DATATYPES[datatype];
  if (binary.length === expected) return { bytes: pixelsOfBytes(datatype, binary) };
  throw refused(`a tensor of ${datatype} and shape ${shown(shape)} has ${expected} bytes; ${said}`);
}

/** Photos from JSON: values in a flat or nested list; of BYTES, each as Base64. @throws BAD_INPUT. */
export function photosOfJson({ datatype, shape }: InputTensor, data: unknown): TensorPhotos {
  if (datatype === 'BYTES') {
    const texts = Array.isArray(data) ? data.flat() : [];
    return encodedPhotos(texts.map(fromBase64), shape);
  }
  return photosOfPixels(shape, pixelsOfJson(datatype, data, shape));
}

/** Photos from the values of a gRPC message. @throws BAD_INPUT. */
export function photosOfValues(
  { datatype, shape }: InputTensor,
  values: ArrayLike<number> | readonly Uint8Array[],
): TensorPhotos {
  if (datatype === 'BYTES') return encodedPhotos(values as readonly Uint8Array[], shape);
  return photosOfPixels(shape, toPixels(datatype, values));
}

/** An encoded photo from Base64. @throws BAD_INPUT. */
export function fromBase64(text: unknown): Uint8Array {
  if (typeof text === 'string' && BASE64.test(text)) return Buffer.from(text, 'base64');
  const received = JSON.stringify(text)?.slice(0, 40) ?? 'nothing';
  throw refused(`an encoded photo in JSON must be Base64; ${received} was received`);
}

function photosOfPixels(shape: readonly number[], bytes: Uint8Array): TensorPhotos {
  if (bytes.length === elements(shape)) return { bytes };
  throw refused(`a tensor of shape ${shown(shape)} has ${elements(shape)} values; ${bytes.length} were received`);
}

function encodedPhotos(encoded: readonly Uint8Array[], shape: readonly number[]): TensorPhotos {
  const count = elements(shape);
  if (encoded.length !== count) {
    throw refused(`a tensor of BYTES and shape ${shown(shape)} has ${count} photos; ${encoded.length} were received`);
  }
  return { bytes: new Uint8Array(), encoded };
}

function splitBytes(binary: Uint8Array): Uint8Array[] {
  const view = new DataView(binary.buffer, binary.byteOffset, binary.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < binary.length; ) {
    const length = at + 4 <= binary.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (length === 0 || at + 4 + length > binary.length) {
      throw refused(`element ${parts.length} of the BYTES tensor is empty or longer than the tensor`);
    }
    parts.push(binary.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return parts;
}

const shown = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** The refusal of an inference request. */
export function refused(why: string): HubError {
  return new HubError('BAD_INPUT', `The inference request cannot be used: ${why}.`);
}
