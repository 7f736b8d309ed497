import { readSafetensorsHeader } from './safetensors-header.js';
import type { Tensor, Weights } from './tensor.js';

export interface SafetensorsFile {
  readonly weights: Weights;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Encodes tensors in the order of the map, so that equal weights give equal bytes. */
export function writeSafetensors(weights: Weights, metadata: Readonly<Record<string, string>> = {}): Buffer {
  return Buffer.concat([...parts(weights, metadata)]);
}

/** Encodes like `writeSafetensors`, piece by piece, to avoid a second copy in memory. */
export async function* safetensorsParts(
  weights: Weights,
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array> {
  yield* parts(weights, metadata);
}

function* parts(weights: Weights, metadata: Readonly<Record<string, string>>): Generator<Uint8Array> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, tensor] of weights) {
    header[name] = { dtype: tensor.type, shape: tensor.shape, data_offsets: [end, end + tensor.data.byteLength] };
    end += tensor.data.byteLength;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8), 'utf8');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  yield length;
  yield text;
  for (const tensor of weights.values()) yield bytesOf(tensor);
}

/** Decodes a file; weights are in the order of its header. @throws WEIGHTS_REFUSED when it is not well-formed. */
export function readSafetensors(file: Uint8Array): SafetensorsFile {
  const { tensors, metadata, bytes } = readSafetensorsHeader(file);
  const weights = new Map<string, Tensor>();
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of tensors) {
    const { buffer } = new Uint8Array(file.subarray(bytes + from, bytes + to)); // a copy: floats need alignment
    weights.set(
      name,
      dtype === 'F32'
        ? { type: 'F32', shape, data: new Float32Array(buffer) }
        : { type: 'I8', shape, data: new Int8Array(buffer) },
    );
  }
  return { weights, metadata };
}

function bytesOf(tensor: Tensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}
