import { z } from 'zod';
import { HubError } from '../errors.js';
import type { Tensor, Weights } from './tensor.js';
import { elements } from './tensor.js';

/**
 * Most bytes of a header. Format: 8 bytes of header length (little-endian), a JSON header, then the tensors' bytes.
 * Source: https://github.com/huggingface/safetensors, section "Format".
 */
const HEADER_LIMIT = 1 << 20;

const headerEntry = z.object({
  dtype: z.enum(['F32', 'I8']),
  shape: z.array(z.int().nonnegative()).max(8),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const metadataSchema = z.record(z.string(), z.string());

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

/** Decodes a file. @throws WEIGHTS_REFUSED when it is not well-formed, with the reason. */
export function readSafetensors(file: Uint8Array): SafetensorsFile {
  if (file.byteLength < 8) throw refuseSafetensors(`it ends after ${file.byteLength} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > HEADER_LIMIT)
    throw refuseSafetensors(`its header says ${headerBytes} bytes; the limit is ${HEADER_LIMIT}`);
  const start = 8 + headerBytes;
  if (start > file.byteLength) throw refuseSafetensors('it ends inside its header');
  const header = parseHeader(Buffer.from(file.buffer, file.byteOffset + 8, headerBytes).toString('utf8'));
  const weights = new Map<string, Tensor>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of header) {
    if (name === '__metadata__') {
      metadata = metadataSchema.catch({}).parse(value);
      continue;
    }
    const entry = headerEntry.safeParse(value);
    if (!entry.success) throw refuseSafetensors(`its header describes ${JSON.stringify(name.slice(0, 80))} wrongly`);
    const { dtype, shape, data_offsets: offsets } = entry.data;
    const bytes = elements(shape) * (dtype === 'F32' ? 4 : 1);
    if (offsets[1] - offsets[0] !== bytes || start + offsets[1] > file.byteLength) {
      throw refuseSafetensors(
        `the bytes of ${JSON.stringify(name.slice(0, 80))} do not fit its shape [${shape.join(', ')}]`,
      );
    }
    const data = new Uint8Array(file.subarray(start + offsets[0], start + offsets[1])); // a copy: floats need alignment
    weights.set(
      name,
      dtype === 'F32'
        ? { type: 'F32', shape, data: new Float32Array(data.buffer) }
        : { type: 'I8', shape, data: new Int8Array(data.buffer) },
    );
  }
  return { weights, metadata };
}

function parseHeader(text: string): [string, unknown][] {
  try {
    return Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
  } catch {
    throw refuseSafetensors('its header is not a JSON object');
  }
}

function bytesOf(tensor: Tensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

function refuseSafetensors(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `This is not a safetensors file that can be used: ${why}.`);
}
