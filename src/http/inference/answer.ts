import type { Inference } from '../../serving/classifier.js';
import type { InferenceRequest, WantedOutput } from './request.js';

/** An answer as it goes over the wire: JSON, and behind it the bytes of what was wanted in the binary form. */
export interface InferenceAnswer {
  readonly json: string;
  readonly binary: readonly Buffer[];
}

interface Output {
  readonly datatype: 'FP32' | 'BYTES';
  readonly shape: readonly number[];
  readonly values: Float32Array | readonly string[];
}

export function writeAnswer({ id, n, outputs }: InferenceRequest, inference: Inference): InferenceAnswer {
  const { model, number, labels } = inference.version;
  const rows = Array.from({ length: n }, (_, i) =>
    inference.probabilities.subarray(i * labels.length, (i + 1) * labels.length),
  );
  const binary: Buffer[] = [];
  const written = outputs.map((wanted) => {
    const { datatype, shape, values } = outputOf(wanted, rows, inference);
    const described = { name: wanted.name, datatype, shape };
    if (!wanted.binary) return { ...described, data: [...values] };
    const bytes = bytesOf(values);
    binary.push(bytes);
    return { ...described, parameters: { binary_data_size: bytes.length } };
  });
  const named = { model_name: model, model_version: String(number), ...(id === undefined ? {} : { id }) };
  return { json: JSON.stringify({ ...named, outputs: written }), binary };
}

/** @param rows by picture, the probabilities of the classes. */
function outputOf(
  { name, classification }: WantedOutput,
  rows: readonly Float32Array[],
  { version: { labels }, probabilities }: Inference,
): Output {
  if (name === 'label') {
    const values = rows.map((row) => labels[row.indexOf(Math.max(...row))] as string);
    return { datatype: 'BYTES', shape: [rows.length], values };
  }
  if (!classification) return { datatype: 'FP32', shape: [rows.length, labels.length], values: probabilities };
  const classes = Math.min(classification, labels.length);
  const values = rows.flatMap((row) => {
    const ranked = [...row.keys()].sort((a, b) => (row[b] as number) - (row[a] as number));
    return ranked.slice(0, classes).map((index) => `${row[index]}:${index}:${labels[index]}`);
  });
  return { datatype: 'BYTES', shape: [rows.length, classes], values };
}

/** Floats as they are; of each text, its length in bytes (4 bytes, little-endian) and then itself. */
function bytesOf(values: Float32Array | readonly string[]): Buffer {
  if (values instanceof Float32Array) return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat(
    values.flatMap((value) => {
      const text = Buffer.from(value, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return [length, text];
    }),
  );
}
